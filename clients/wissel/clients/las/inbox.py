"""Remembers which messages a LAS has received, so that none is imported twice.

A message is known by (sender OIN, message id) and its header digest, until a
day after it expires (design.md#sdk). States:

    ACCEPTING   `accept` was begun; after a crash nobody knows how far it came
    RECEIVED    stored; the receipt's text is here, and its signature once made
    REFUSED     refused for good
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from wissel.clients.errors import StorageError
from wissel.clients.storage.locks import lock_if_free
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

MEMORY: Final = dt.timedelta(days=1)
"""How long after its expiry a message is remembered."""

_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS message (
        sender_oin TEXT NOT NULL,
        message_id TEXT NOT NULL,
        header_digest BLOB NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ACCEPTING', 'RECEIVED', 'REFUSED')),
        receipt_payload BLOB NOT NULL DEFAULT x'',
        receipt BLOB NOT NULL DEFAULT x'',
        reason TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL DEFAULT '',
        forget_after INTEGER NOT NULL,
        PRIMARY KEY (sender_oin, message_id)
    ) WITHOUT ROWID
"""


class InboxState(StrEnum):
    """What became of a message here."""

    ACCEPTING = "ACCEPTING"
    RECEIVED = "RECEIVED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKey:
    """What makes a message the same message; `header_digest` is 32 bytes."""

    sender_oin: Oin
    message_id: UUID
    header_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered of a message.

    `receipt_payload` is a serialized ReceiverReceipt, `receipt` the serialized
    Signed around it, empty if a crash came in between.
    """

    state: InboxState
    receipt_payload: bytes
    receipt: bytes
    reason: str
    text: str


class Inbox:
    """The memory of one LAS process, in `<folder>/inbox.db`; every change is durable.

    One process at a time: a second one on the same folder is a `StorageError`.
    Its methods may be called from any one thread at a time.
    """

    def __init__(self, folder: Path) -> None:
        self.incoming = folder / "incoming"
        try:
            self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / ".lock").touch(mode=0o600)
        except OSError as error:
            message = f"{folder}: {error.strerror}"
            raise StorageError(message) from None
        self._held = ExitStack()
        if not self._held.enter_context(lock_if_free(folder / ".lock")):
            message = f"{folder}: another process receives here"
            raise StorageError(message)
        self._busy: dict[tuple[str, UUID], bytes] = {}
        self._database = sqlite3.connect(
            folder / "inbox.db", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(_TABLE)
        for leftover in self.incoming.iterdir():
            leftover.unlink()  # of a process that crashed: never complete, never receipted

    @contextmanager
    def reserved(self, key: MessageKey) -> Iterator[None]:
        """Keep other calls from the same message; `Refused(MESSAGE_IN_PROGRESS)` if one is at it.

        To be entered and left on the event loop.
        """
        name = (key.sender_oin, key.message_id)
        if name in self._busy:
            raise Refused(
                Reason.MESSAGE_IN_PROGRESS, retry_after=1.0, message_id=str(key.message_id)
            )
        self._busy[name] = key.header_digest
        try:
            yield
        finally:
            del self._busy[name]

    def busy(self, key: MessageKey) -> bool:
        """Whether a call is at work on exactly this message."""
        return self._busy.get((key.sender_oin, key.message_id)) == key.header_digest

    def find(self, key: MessageKey) -> Known | None:
        """Return what is known, or None; `Refused(MESSAGE_ID_REUSED)` for another header."""
        row = self._database.execute(
            "SELECT header_digest, state, receipt_payload, receipt, reason, text"
            " FROM message WHERE sender_oin = ? AND message_id = ?",
            (key.sender_oin, str(key.message_id)),
        ).fetchone()
        if row is None:
            return None
        digest, state, payload, receipt, reason, text = row
        if digest != key.header_digest:
            raise Refused(Reason.MESSAGE_ID_REUSED, message_id=str(key.message_id))
        return Known(
            state=InboxState(state),
            receipt_payload=payload,
            receipt=receipt,
            reason=reason,
            text=text,
        )

    def accepting(self, key: MessageKey, expires: dt.datetime) -> None:
        """Record that `accept` begins."""
        self._database.execute(
            "INSERT INTO message (sender_oin, message_id, header_digest, state, forget_after)"
            " VALUES (?, ?, ?, 'ACCEPTING', ?) ON CONFLICT DO NOTHING",
            (
                key.sender_oin,
                str(key.message_id),
                key.header_digest,
                int((expires + MEMORY).timestamp()),
            ),
        )

    def abandon(self, key: MessageKey) -> None:
        """Forget that `accept` was to begin: it never did."""
        self._change("DELETE FROM message", key)

    def received(self, key: MessageKey, receipt_payload: bytes) -> None:
        """Record that the message is stored; only after this may a receipt be signed."""
        self._change(
            "UPDATE message SET state = 'RECEIVED', receipt_payload = ?", key, receipt_payload
        )

    def refused(self, key: MessageKey, reason: str, text: str) -> None:
        """Record a final refusal."""
        self._change(
            "UPDATE message SET state = 'REFUSED', reason = ?, text = ?", key, reason, text
        )

    def signed(self, key: MessageKey, receipt_payload: bytes, receipt: bytes) -> None:
        """Keep the receipt that was signed last, so that asking again gets the same one."""
        self._database.execute(
            "UPDATE message SET receipt_payload = ?, receipt = ?"
            " WHERE sender_oin = ? AND message_id = ?",
            (receipt_payload, receipt, key.sender_oin, str(key.message_id)),
        )

    def forget(self, now: dt.datetime) -> int:
        """Delete what needs no remembering any more; return how many."""
        return self._database.execute(
            "DELETE FROM message WHERE forget_after < ?", (int(now.timestamp()),)
        ).rowcount

    def close(self) -> None:
        """Close the database and free the folder."""
        self._database.close()
        self._held.close()

    def _change(self, statement: str, key: MessageKey, *values: str | bytes) -> None:
        self._database.execute(
            f"{statement} WHERE sender_oin = ? AND message_id = ? AND state = 'ACCEPTING'",
            (*values, key.sender_oin, str(key.message_id)),
        )
