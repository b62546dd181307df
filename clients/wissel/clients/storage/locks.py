"""Locks on files between processes; the system releases them when a process ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from wissel.clients.storage.private import private_opener

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes], *, wait: bool) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes], *, wait: bool) -> None:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """Wait for the lock on `path` and hold it while the block lasts; the file is made if absent."""
    with open(path, "ab", opener=private_opener) as file:
        _lock(file, wait=True)
        yield


@contextmanager
def lock_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock on an existing file while the block lasts.

    Yields False if the file is locked by another process, or was removed.
    """
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        yield False
        return
    with file:
        try:
            _lock(file, wait=False)
        except OSError:
            yield False
            return
        # The process that held it before may have removed the file just locked.
        yield path.exists()
