"""What was fetched, in a folder that processes share: one fetches, another is asked for receipts.

    <folder>/fetched.db           the messages, and the sessions in which they were fetched
    <folder>/incoming/<id>.part   a payload until `accept` has taken it
    <folder>/incoming/<id>.given  the same file, to be read or moved by `accept`
    <folder>/incoming/<id>.lock   locked by the process that is at work on that payload

A payload that is complete stays until `accept` has taken it, also over a crash: so
nothing needs to be fetched twice, and nothing is accepted twice (design.md#sdk).
"""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from wissel.clients.received.messages import Known, MessageKey, Messages, MessageState
from wissel.clients.storage.leftovers import UUID_NAME, remove_leftovers
from wissel.clients.storage.locks import lock_if_free
from wissel.clients.storage.private import make_private_file, make_private_folder
from wissel.clients.storage.state import folder_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

FETCHED_VARIABLE: Final = "WISSEL_FETCHED"
_LEFTOVER: Final = re.compile(rf"{UUID_NAME}\.(?:part|given|lock)")
_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS fetched (
        sender_oin TEXT NOT NULL,
        message_id TEXT NOT NULL,
        session_id TEXT NOT NULL,
        opening BLOB NOT NULL,
        claim TEXT NOT NULL,
        ended INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (sender_oin, message_id)
    ) WITHOUT ROWID
"""


@dataclass(slots=True, kw_only=True)
class Claim:
    """The files of one payload that this process is at work on; `kept` ones outlive the claim.

    `accept` is given a name of its own for the payload at `path`, which it may take away:
    what comes back after a crash is whole until its outcome is on the disk.
    """

    claim_id: UUID
    path: Path
    given: Path
    lock: Path
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """How `accept` of a message stands.

    `known` is what is remembered of one that was accepted or refused before; without
    it `accept` is to be called, and `maybe_seen` says that it was called before and
    interrupted.
    """

    known: Known | None = None
    maybe_seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A message whose session was not signed off by us; `opening` is a serialized `Opening`."""

    key: MessageKey
    state: MessageState
    session_id: UUID
    opening: bytes
    claim_id: UUID


class FetchedMessages(Messages):
    """What was fetched into a folder; each change is durable. See `Messages`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder
        self.incoming = folder / "incoming"
        with self._named():
            make_private_folder(self.incoming)
        super().__init__(folder / "fetched.db", _TABLE)
        with self._named():
            remove_leftovers(folder, [self.incoming], _LEFTOVER, self._is_needed)

    @contextmanager
    def claim(self) -> Iterator[Claim]:
        """Yield a new place for a payload; it is removed when the block ends unless it is kept."""
        with ExitStack() as held:
            claim = self._claimed(held)
            try:
                yield claim
            finally:
                self._leave(claim)

    @contextmanager
    def take(self, claim_id: UUID) -> Iterator[Claim | None]:
        """Yield the place of a payload that was left; None if a process is at work on it."""
        claim = self._place(claim_id)
        claim.kept = True
        with lock_if_free(claim.lock) as mine:
            if not mine:
                yield None
                return
            try:
                yield claim
            finally:
                self._leave(claim)

    def is_locked(self, claim_id: UUID) -> bool:
        """Whether a process is at work on a payload."""
        claim = self._place(claim_id)
        with lock_if_free(claim.lock) as mine:
            return not mine and claim.lock.exists()

    def begin(
        self, key: MessageKey, session_id: UUID, opening: bytes, claim: Claim, expires: dt.datetime
    ) -> Begun:
        """Record that `accept` of a complete message begins, unless it is known.

        Raises `Refused`: MESSAGE_IN_PROGRESS as long as another process has it, and
        MESSAGE_ID_REUSED for another header under its id.
        """
        with self._transaction():
            known = self.find(key)
            if known is not None and known.state is not MessageState.ACCEPTING:
                return Begun(known=known)
            if known is not None:
                self._require_left(key, claim)
            self.accepting(key, expires)
            self._execute(
                "INSERT OR REPLACE INTO fetched"
                " (sender_oin, message_id, session_id, opening, claim) VALUES (?, ?, ?, ?, ?)",
                *_named(key),
                str(session_id),
                opening,
                str(claim.claim_id),
            )
        claim.kept = True
        return Begun(maybe_seen=known is not None)

    def unfinished(self) -> list[Unfinished]:
        """Return what was accepted and not signed off, and what was being accepted."""
        rows = self._rows(
            "SELECT sender_oin, message_id, header_digest, state, session_id, opening, claim"
            " FROM fetched JOIN message USING (sender_oin, message_id)"
            " WHERE NOT ended AND state != 'REFUSED' ORDER BY message_id"
        )
        return [
            Unfinished(
                key=MessageKey(
                    sender_oin=Oin(sender), message_id=UUID(message_id), header_digest=digest
                ),
                state=MessageState(state),
                session_id=UUID(session_id),
                opening=opening,
                claim_id=UUID(claim_id),
            )
            for sender, message_id, digest, state, session_id, opening, claim_id in rows
        ]

    def ended(self, key: MessageKey) -> None:
        """Record that there is nothing left to do for a message."""
        self._execute(
            "UPDATE fetched SET ended = 1 WHERE sender_oin = ? AND message_id = ?", *_named(key)
        )

    def forget(self, now: dt.datetime) -> int:
        """Delete what need not be remembered any more: see `Messages.forget`."""
        with self._transaction():
            forgotten = super().forget(now)
            self._execute(
                "DELETE FROM fetched WHERE (sender_oin, message_id) NOT IN"
                " (SELECT sender_oin, message_id FROM message)"
            )
        return forgotten

    def _require_left(self, key: MessageKey, claim: Claim) -> None:
        """Raise `Refused(MESSAGE_IN_PROGRESS)` if another process is at work on a message."""
        rows = self._rows(
            "SELECT claim FROM fetched WHERE sender_oin = ? AND message_id = ?", *_named(key)
        )
        for (text,) in rows:
            if text == str(claim.claim_id):
                continue
            with self.take(UUID(text)) as left:
                if left is None and self.is_locked(UUID(text)):
                    raise Refused(
                        Reason.MESSAGE_IN_PROGRESS, retry_after=0.5, message_id=str(key.message_id)
                    )
                if left is not None:
                    left.kept = False  # this process has the payload itself

    def _claimed(self, held: ExitStack) -> Claim:
        while True:
            claim = self._place(uuid4())
            with self._named():
                make_private_file(claim.lock)
            # Another process may have taken it for a leftover before it was locked.
            if held.enter_context(lock_if_free(claim.lock)):
                return claim

    def _place(self, claim_id: UUID) -> Claim:
        return Claim(
            claim_id=claim_id,
            path=self.incoming / f"{claim_id}.part",
            given=self.incoming / f"{claim_id}.given",
            lock=self.incoming / f"{claim_id}.lock",
        )

    def _is_needed(self, file: Path) -> bool:
        """Whether a process is at work on the payload of a file, or it still has to be accepted."""
        rows = self._rows(
            "SELECT 1 FROM fetched JOIN message USING (sender_oin, message_id)"
            " WHERE claim = ? AND state = 'ACCEPTING' AND NOT ended",
            file.stem,
        )
        return bool(rows) or self.is_locked(UUID(file.stem))

    @staticmethod
    def _leave(claim: Claim) -> None:
        claim.given.unlink(missing_ok=True)
        if not claim.kept:
            claim.path.unlink(missing_ok=True)
            claim.lock.unlink(missing_ok=True)


def default_fetched(oin: str) -> Path:
    """Return the folder of what an OIN fetches, for the account of this process.

    Raises `StorageError` for an account without a home folder.
    """
    return folder_of(FETCHED_VARIABLE, "fetched", oin)


def _named(key: MessageKey) -> tuple[str, str]:
    return key.sender_oin, str(key.message_id)
