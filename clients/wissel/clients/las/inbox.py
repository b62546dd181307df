"""Remembers which messages a LAS has received, so that none is accepted twice.

A message is identified by (sender OIN, message id) and its header digest, and
remembered until a day after it expires (design.md#sdk). Its states:

    ACCEPTING   `accept` began; after a crash it is unknown whether it finished
    RECEIVED    `accept` returned; the receipt is kept, signed once it has been signed
    REFUSED     `accept` refused it for good
"""

import datetime as dt
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

from wissel.clients.errors import StorageError
from wissel.clients.storage.leftovers import UUID_NAME, remove_leftovers
from wissel.clients.storage.locks import lock_if_free
from wissel.clients.storage.private import (
    is_open_to_others,
    make_private_file,
    make_private_folder,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

MEMORY: Final = dt.timedelta(days=1)
"""How long after its expiry a message is remembered."""
_LEFTOVER: Final = re.compile(rf"{UUID_NAME}\.part")
_LOG: Final = logging.getLogger("wissel.las")

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
    """The state of a message in the inbox; see above."""

    ACCEPTING = "ACCEPTING"
    RECEIVED = "RECEIVED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKey:
    """The identity of a message; `header_digest` is the SHA-256 of its header, 32 bytes."""

    sender_oin: Oin
    message_id: UUID
    header_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered of a message.

    `receipt_payload` is a serialized ReceiverReceipt, `receipt` the serialized
    Signed with it, empty if it was not signed yet. `reason` and `text` are those
    of a refusal.
    """

    state: InboxState
    receipt_payload: bytes
    receipt: bytes
    reason: str
    text: str


class Inbox:
    """The messages of one LAS process, in `<folder>/inbox.db`; each change is durable.

    Only one process may use the folder; `StorageError` for a second one, or if
    the folder cannot be used. One thread at a time may call its methods.
    """

    def __init__(self, folder: Path) -> None:
        self.incoming = folder / "incoming"
        try:
            make_private_folder(self.incoming)
            make_private_file(folder / ".lock")
            make_private_file(folder / "inbox.db")
            open_to_others = is_open_to_others(folder)
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
        # Of a process that crashed: incomplete, and without a receipt.
        remove_leftovers(folder, [self.incoming], _LEFTOVER)
        if open_to_others:
            _LOG.warning("%s can be read by others than its owner; run: chmod 700 on it", folder)

    @contextmanager
    def reserved(self, key: MessageKey) -> Iterator[None]:
        """Reserve a message for this call while the block lasts.

        Raises `Refused(MESSAGE_IN_PROGRESS)` if another call has it. Enter and
        leave it on the event loop.
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
        """Whether a call has reserved exactly this message."""
        return self._busy.get((key.sender_oin, key.message_id)) == key.header_digest

    def find(self, key: MessageKey) -> Known | None:
        """Return what is known of the message, or None.

        Raises `Refused(MESSAGE_ID_REUSED)` if its id belongs to another header.
        """
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

    def received(self, key: MessageKey, receipt_payload: bytes) -> None:
        """Record that `accept` returned; only after this may a receipt be signed."""
        self._change(
            "UPDATE message SET state = 'RECEIVED', receipt_payload = ?", key, receipt_payload
        )

    def refused(self, key: MessageKey, reason: str, text: str) -> None:
        """Record a final refusal."""
        self._change(
            "UPDATE message SET state = 'REFUSED', reason = ?, text = ?", key, reason, text
        )

    def signed(self, key: MessageKey, receipt_payload: bytes, receipt: bytes) -> None:
        """Keep the receipt that was signed last, so that a repeat gets the same one."""
        self._database.execute(
            "UPDATE message SET receipt_payload = ?, receipt = ?"
            " WHERE sender_oin = ? AND message_id = ?",
            (receipt_payload, receipt, key.sender_oin, str(key.message_id)),
        )

    def forget(self, now: dt.datetime) -> int:
        """Delete the messages that expired more than `MEMORY` before `now`; return how many."""
        return self._database.execute(
            "DELETE FROM message WHERE forget_after < ?", (int(now.timestamp()),)
        ).rowcount

    def close(self) -> None:
        """Close the database and release the folder."""
        self._database.close()
        self._held.close()

    def _change(self, statement: str, key: MessageKey, *values: str | bytes) -> None:
        self._database.execute(
            f"{statement} WHERE sender_oin = ? AND message_id = ? AND state = 'ACCEPTING'",
            (*values, key.sender_oin, str(key.message_id)),
        )
