"""Files that are read again when they change: all of a group, or none of it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Generic, NoReturn, TypeVar

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.server.identity.keyfiles import KeyFileError

M = TypeVar("M")

_UNUSABLE: Final = (OSError, ValueError, KeyFileError, Refused)
"""What reading may raise about files that cannot be used as they are now."""

_log = structlog.get_logger(__name__)


class Watched(Generic[M]):
    """What a group of files held when they last belonged together.

    `read` makes it from the files; it is given what it would replace, None at
    first. It raises OSError, ValueError, `KeyFileError` or `Refused` about files
    that cannot be used: at the start that is for the caller to handle, later it
    is a warning, and what was good stays in use.
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
        """The last that was good; the same object for as long as nothing has changed."""
        return self._current

    def refresh(self) -> bool:
        """Look at the files, and return whether there is something new. For any thread."""
        with self._lock:
            try:
                return self._look()
            except _UNUSABLE as error:
                self._warn(error)
                return False

    def _look(self) -> bool:
        seen = self._stamps()
        if seen == self._seen:
            self._fault = ""
            return False
        fresh = self._read(self._current)
        if self._stamps() != seen:
            return False  # written while they were read: the next look sees them settled
        self._current, self._seen, self._fault = fresh, seen, ""
        _log.info("files_renewed", of=self._name)
        return True

    def _warn(self, error: Exception) -> None:
        """Say once what is wrong: the files are looked at again every few seconds."""
        fault = str(error)
        if fault != self._fault:
            self._fault = fault
            _log.warning("files_not_renewed", of=self._name, error=fault)

    def _stamps(self) -> tuple[tuple[int, int, int], ...]:
        stats = [each.stat() for each in self._files]
        return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in stats)


async def keep_looking(look: Callable[[], None], every: float) -> NoReturn:
    """Call `look` every so many seconds, off the loop, for as long as the task lives."""
    while True:
        await asyncio.sleep(every)
        await asyncio.to_thread(look)
