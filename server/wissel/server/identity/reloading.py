"""Reads a group of files again when they change: all of them, or none."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn, TypeVar

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.server.courier.ports import Renewed
from wissel.server.identity.keyfiles import KeyFileError

M = TypeVar("M")

_UNUSABLE: Final = (OSError, ValueError, KeyFileError, Refused)
"""What `read` may raise about files that cannot be used."""

_log = structlog.get_logger(__name__)


class Reloaded(Renewed[M]):
    """A value read from a group of files, and read again when one of them changes.

    `read` returns the value; its argument is the value in force, None at first.
    It raises OSError, ValueError, `KeyFileError` or `Refused` if the files cannot
    be used. `__init__` passes that on; `refresh` logs a warning and keeps the
    value in force. `name` is for the log.
    """

    def __init__(self, name: str, files: Sequence[Path], read: Callable[[M | None], M]) -> None:
        self._name = name
        self._files = tuple(files)
        self._read = read
        self._lock = threading.Lock()
        self._fault = ""
        self._seen = self._stamps()
        self._current = read(None)

    @property
    def current(self) -> M:
        """The value in force; the same object until `refresh` replaces it."""
        return self._current

    def refresh(self) -> bool:
        """Read the files again if one changed; return whether there is a new value.

        Any thread may call this.
        """
        with self._lock:
            try:
                return self._reload()
            except _UNUSABLE as error:
                self._warn(error)
                return False

    def _reload(self) -> bool:
        seen = self._stamps()
        if seen == self._seen:
            self._fault = ""
            return False
        fresh = self._read(self._current)
        if self._stamps() != seen:
            return False  # they changed while they were read: the next refresh reads them
        self._current, self._seen, self._fault = fresh, seen, ""
        _log.info("files_renewed", of=self._name)
        return True

    def _warn(self, error: Exception) -> None:
        """Log an error unless it is the same as last time: `refresh` runs every few seconds."""
        fault = str(error)
        if fault != self._fault:
            self._fault = fault
            _log.warning("files_not_renewed", of=self._name, error=fault)

    def _stamps(self) -> tuple[tuple[int, int, int], ...]:
        stats = [each.stat() for each in self._files]
        return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in stats)


async def repeat(work: Callable[[], None], every: float) -> NoReturn:
    """Call `work` in a thread, `every` seconds after the last call, until cancelled."""
    while True:
        await asyncio.sleep(every)
        await asyncio.to_thread(work)
