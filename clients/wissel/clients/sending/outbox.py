"""The messages that were signed, kept on disk until their outcome is known.

    <folder>/pending/<message id>.json    to be sent, or sent without an answer
    <folder>/sent/<message id>.json       delivered, with both receipts
    <folder>/refused/<message id>.json    refused for good or ended here, with the reason

An entry is on disk before the first byte is sent (design.md#sdk). So the same
message can be sent again after a crash; a new message with the same dossier could
be imported twice. An entry holds the path of the dossier and not its content.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args
from uuid import UUID

from wissel.clients.errors import StorageError
from wissel.clients.sending.entry import Entry, decode, encode, record_in
from wissel.clients.storage.atomic_write import TEMPORARY, write_atomically
from wissel.clients.storage.leftovers import UUID_NAME, remove_leftovers
from wissel.clients.storage.locks import lock_if_free, waiting_lock
from wissel.clients.storage.private import make_private_folder

Outcome = Literal["sent", "refused"]
State = Literal["pending", "sent", "refused"]
_LEFTOVER: Final = re.compile(rf"{UUID_NAME}\.json{re.escape(TEMPORARY)}")
DROPPED: Final = "DROPPED"
"""The reason of an entry that was ended by hand, in `refused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the outbox has of one message.

    `entry` is None if its file, `file`, is damaged. `record` are the fields (JSON)
    of its outcome, beside those of the entry.
    """

    state: State
    file: Path
    entry: Entry | None
    record: Mapping[str, Any]


class Outbox:
    """A folder of entries, which processes may share; `StorageError` if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pending = folder / "pending"
        with self._named():
            for each in get_args(State):
                make_private_folder(folder / each)
            with self._locked():
                self._sweep()

    def add(self, entry: Entry) -> None:
        """Write the entry, which survives a power cut once this returns.

        Raises `StorageError`; the entry is then not there.
        """
        self.add_unless(entry, lambda other: False)

    def add_unless(self, entry: Entry, continued: Callable[[Entry], bool]) -> Entry:
        """Add the entry, unless one that is pending is `continued`: return the one that counts.

        Of senders that do this at the same time, one adds. That which is continued
        gets the path of `entry`, for its file may have moved. Raises
        `StorageError`, also for an entry that cannot be read.
        """
        with self._named(), self._locked():
            for other in self.pending():
                if continued(other):
                    return dataclasses.replace(other, path=entry.path)
            self._write_new(entry)
            return entry

    def reopen(self, entry: Entry) -> None:
        """Make an entry of `refused` pending again. Raises `StorageError`."""
        with self._named(), self._locked():
            self._write_new(entry)
            self._path("refused", entry.message_id).unlink(missing_ok=True)

    def find(self, message_id: UUID) -> Kept | None:
        """Return what is kept of a message, or None. Raises `StorageError` if it is damaged."""
        states: tuple[State, ...] = ("sent", "pending", "refused")  # after a crash it is in two
        for state in states:
            path = self._path(state, message_id)
            if (entry := self._load(path)) is not None:
                return Kept(
                    state=state, file=path, entry=entry, record=record_in(path.read_bytes())
                )
        return None

    def listed(self) -> list[Kept]:
        """Return what is pending, in order of message id, with the entries that are damaged."""
        found = []
        for path in sorted(self._pending.glob("*.json")):
            try:
                entry = self._load(path)
            except StorageError:
                found.append(Kept(state="pending", file=path, entry=None, record={}))
            else:
                if entry is not None:
                    found.append(Kept(state="pending", file=path, entry=entry, record={}))
        return found

    def drop(self, name: str) -> Kept:
        """End the pending entry of the file `<name>.json`, also a damaged one; return it.

        It is kept in `refused`. Raises `StorageError` if there is none, or if a
        process is sending it.
        """
        found = next((each for each in self.listed() if each.file.stem == name), None)
        if found is None:
            message = f"outbox {self.folder}: no entry {name} is pending"
            raise StorageError(message)
        with self._named(), lock_if_free(found.file) as mine:
            if not mine:
                message = f"outbox {self.folder}: {name} is being sent; try again when that ends"
                raise StorageError(message)
            if found.entry is not None:
                self.settle(found.entry, "refused", {"reason": DROPPED, "text": "ended by hand"})
            else:
                found.file.replace(self.folder / "refused" / found.file.name)
        return found

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
        sent again the hub gives the same answer. Raises `StorageError`.
        """
        path = self._path(outcome, entry.message_id)
        with self._named(), self._locked():
            write_atomically(path, encode(entry, **record))
            self._path("pending", entry.message_id).unlink()
        return path

    def forget(self, before: dt.datetime) -> int:
        """Delete what had its outcome before a moment; return how many entries that were.

        Whoever still needs the receipts has copied them. Raises `StorageError`.
        """
        forgotten = 0
        with self._named(), self._locked():
            for outcome in get_args(Outcome):
                for path in (self.folder / outcome).glob("*.json"):
                    if path.stat().st_mtime < before.timestamp():
                        path.unlink()
                        forgotten += 1
        return forgotten

    def _write_new(self, entry: Entry) -> None:
        path = self._path("pending", entry.message_id)
        try:
            write_atomically(path, encode(entry))
        except OSError:
            path.unlink(missing_ok=True)  # the caller hears that it is not there
            raise

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Raise `StorageError` with the folder for an OSError in the block."""
        try:
            yield
        except OSError as error:
            message = f"outbox {self.folder}: {error.strerror} (WISSEL_OUTBOX names the folder)"
            raise StorageError(message) from None

    def _path(self, state: State, message_id: UUID) -> Path:
        return self.folder / state / f"{message_id}.json"

    def _locked(self) -> AbstractContextManager[None]:
        return waiting_lock(self.folder / ".lock")

    def _sweep(self) -> None:
        """Remove files that a crash left half written; the lock is held, so none is in use."""
        folders = [self.folder / each for each in get_args(State)]
        remove_leftovers(self.folder, folders, _LEFTOVER)

    @staticmethod
    def _load(path: Path) -> Entry | None:
        """Return the entry, or None if another process has settled it meanwhile."""
        try:
            return decode(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"outbox entry {path}: {error.strerror}"
            raise StorageError(message) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            message = (
                f"outbox entry {path} is damaged; look into it, then end it with "
                f"`wissel outbox drop {path.stem}`"
            )
            raise StorageError(message) from None
