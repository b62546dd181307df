"""Remembers messages in a database, so that none is accepted twice.

A message is identified by (sender OIN, message id) and its header digest, and
remembered until a day after it expires (design.md#sdk). Its states:

    ACCEPTING   `accept` began; after a crash it is unknown whether it finished
    RECEIVED    `accept` returned; the receipt is kept, signed once it has been signed
    REFUSED     `accept` refused it for good
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import UUID

from wissel.clients.errors import StorageError
from wissel.clients.storage.private import make_private_file
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

MEMORY: Final = dt.timedelta(days=1)
"""How long after its expiry a message is remembered."""
_BUSY_SECONDS: Final = 30.0
"""How long a change waits for that of another process."""

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

_Value: TypeAlias = str | bytes | int


class MessageState(StrEnum):
    """The state of a message; see above."""

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

    state: MessageState
    receipt_payload: bytes
    receipt: bytes
    reason: str
    text: str


class Messages:
    """The messages in the database `file`; each change is durable.

    Processes may share it; in each, one thread at a time may call its methods. They
    raise `StorageError` if the database cannot be used.
    """

    def __init__(self, file: Path, *tables: str) -> None:
        self._file = file
        with self._named():
            make_private_file(file)
            self._database = sqlite3.connect(
                file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        for each in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", _TABLE, *tables):
            self._execute(each)

    def find(self, key: MessageKey) -> Known | None:
        """Return what is known of the message, or None.

        Raises `Refused(MESSAGE_ID_REUSED)` if its id belongs to another header.
        """
        row = self._execute(
            "SELECT header_digest, state, receipt_payload, receipt, reason, text"
            " FROM message WHERE sender_oin = ? AND message_id = ?",
            key.sender_oin,
            str(key.message_id),
        ).fetchone()
        if row is None:
            return None
        digest, state, payload, receipt, reason, text = row
        if digest != key.header_digest:
            raise Refused(Reason.MESSAGE_ID_REUSED, message_id=str(key.message_id))
        return Known(
            state=MessageState(state),
            receipt_payload=payload,
            receipt=receipt,
            reason=reason,
            text=text,
        )

    def accepting(self, key: MessageKey, expires: dt.datetime) -> None:
        """Record that `accept` begins."""
        self._execute(
            "INSERT INTO message (sender_oin, message_id, header_digest, state, forget_after)"
            " VALUES (?, ?, ?, 'ACCEPTING', ?) ON CONFLICT DO NOTHING",
            key.sender_oin,
            str(key.message_id),
            key.header_digest,
            int((expires + MEMORY).timestamp()),
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
        self._execute(
            "UPDATE message SET receipt_payload = ?, receipt = ?"
            " WHERE sender_oin = ? AND message_id = ?",
            receipt_payload,
            receipt,
            key.sender_oin,
            str(key.message_id),
        )

    def forget(self, now: dt.datetime) -> int:
        """Delete the messages that expired more than `MEMORY` before `now`; return how many."""
        return self._execute(
            "DELETE FROM message WHERE forget_after < ?", int(now.timestamp())
        ).rowcount

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _change(self, statement: str, key: MessageKey, *values: _Value) -> None:
        self._execute(
            f"{statement} WHERE sender_oin = ? AND message_id = ? AND state = 'ACCEPTING'",
            *values,
            key.sender_oin,
            str(key.message_id),
        )

    def _execute(self, statement: str, *values: _Value) -> sqlite3.Cursor:
        with self._named():
            return self._database.execute(statement, values)

    def _rows(self, statement: str, *values: _Value) -> Sequence[Any]:
        with self._named():
            return self._database.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Make the changes in the block one, on which those of other processes wait."""
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            self._database.rollback()
            raise

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Raise `StorageError` with the file for what goes wrong in the block."""
        try:
            yield
        except OSError as error:
            message = f"{self._file}: {error.strerror}"
            raise StorageError(message) from None
        except sqlite3.Error as error:
            message = f"{self._file}: {error}"
            raise StorageError(message) from None
