"""The messages that were signed, kept on disk until their outcome is known.

    <folder>/pending/<message id>.json    to be sent, or sent without an answer
    <folder>/sent/<message id>.json       delivered, with both receipts
    <folder>/refused/<message id>.json    refused for good, with the reason

An entry is on disk before the first byte is sent (design.md#sdk). So the same
message can be sent again after a crash; a new message with the same dossier could
be imported twice. An entry holds the path of the dossier and not its content.
"""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID

from google.protobuf.message import DecodeError

from wissel.clients.errors import StorageError
from wissel.clients.storage.atomic_write import TEMPORARY, write_atomically
from wissel.clients.storage.locks import lock_if_free, waiting_lock
from wissel.dossier.v1 import dossier_pb2

Outcome = Literal["sent", "refused"]
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One signed message.

    `signed_header` is the serialized `wissel.dossier.v1.Signed`, which is sent byte
    for byte; `payload_size` is in bytes, `payload_sha256` in lower-case hex.
    """

    message_id: UUID
    hub_oin: str
    path: Path
    payload_size: int
    payload_sha256: str
    signed_header: bytes


class Outbox:
    """A folder of entries, which processes may share; `StorageError` if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pending = folder / "pending"
        try:
            for each in (self._pending, folder / "sent", folder / "refused"):
                each.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._locked():
                self._sweep()
        except OSError as error:
            message = f"outbox {folder}: {error.strerror}"
            raise StorageError(message) from None

    def add(self, entry: Entry) -> None:
        """Write the entry, which survives a power cut once this returns. Raises `StorageError`."""
        try:
            with self._locked():
                write_atomically(self._path("pending", entry.message_id), _encode(entry))
        except OSError as error:
            message = f"outbox {self.folder}: {error.strerror}"
            raise StorageError(message) from None

    def pending(self) -> list[Entry]:
        """Return the entries without an outcome, in order of message id.

        Raises `StorageError` for an entry that cannot be read.
        """
        found = (self._load(path) for path in sorted(self._pending.glob("*.json")))
        return [entry for entry in found if entry is not None]

    @contextmanager
    def claim(self, entry: Entry) -> Iterator[bool]:
        """Claim the entry while the block lasts.

        Yields False if another process has claimed it or settled it.
        """
        with lock_if_free(self._path("pending", entry.message_id)) as mine:
            yield mine

    def settle(self, entry: Entry, outcome: Outcome, record: Mapping[str, Any]) -> Path:
        """Move a claimed entry to its outcome, with the fields of `record` added.

        Returns its new path. After a crash in between it is pending too; when it is
        sent again the hub gives the same answer.
        """
        path = self._path(outcome, entry.message_id)
        with self._locked():
            write_atomically(path, _encode(entry, **record))
            self._path("pending", entry.message_id).unlink()
        return path

    def _path(self, state: Literal["pending", "sent", "refused"], message_id: UUID) -> Path:
        return self.folder / state / f"{message_id}.json"

    def _locked(self) -> AbstractContextManager[None]:
        return waiting_lock(self.folder / ".lock")

    def _sweep(self) -> None:
        """Remove files that a crash left half written; the lock is held, so none is in use."""
        for leftover in self.folder.glob(f"*/*{TEMPORARY}"):
            leftover.unlink()

    @staticmethod
    def _load(path: Path) -> Entry | None:
        """Return the entry, or None if another process has settled it meanwhile."""
        try:
            return _decode(path.read_bytes())
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, RecursionError):
            message = f"outbox entry {path} is damaged; move it away after looking into it"
            raise StorageError(message) from None


def _encode(entry: Entry, **record: object) -> bytes:
    fields = {
        "format": _FORMAT,
        "message_id": str(entry.message_id),
        "hub_oin": entry.hub_oin,
        "path": str(entry.path),
        "payload_size": entry.payload_size,
        "payload_sha256": entry.payload_sha256,
        "signed_header": base64.b64encode(entry.signed_header).decode("ascii"),
        **record,
    }
    return json.dumps(fields, indent=2).encode() + b"\n"


def _decode(content: bytes) -> Entry:
    """Return the entry in a file, or raise ValueError, KeyError, TypeError or RecursionError."""
    fields = json.loads(content)
    size = fields["payload_size"]
    if type(size) is not int or size < 1:
        raise ValueError("a payload of no size")
    return Entry(
        message_id=UUID(_text(fields["message_id"])),
        hub_oin=_text(fields["hub_oin"]),
        path=Path(_text(fields["path"])),
        payload_size=size,
        payload_sha256=_text(fields["payload_sha256"]),
        signed_header=_signed(_text(fields["signed_header"])),
    )


def _signed(text: str) -> bytes:
    header = base64.b64decode(text, validate=True)
    try:
        dossier_pb2.Signed.FromString(header)
    except DecodeError as error:
        raise ValueError(str(error)) from None
    return header


def _text(value: object) -> str:
    """Return the value if it is a text that can name a file; else TypeError or ValueError."""
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("not a text")
    os.fsencode(value)  # ValueError
    return value
