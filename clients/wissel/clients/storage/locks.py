"""Locks on files between processes; the system frees them when a process dies."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

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
    """Hold the lock on `path`, which is made if need be, once it is free."""
    with path.open("ab") as file:
        _lock(file, wait=True)
        yield


@contextmanager
def lock_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock on an existing file, or yield False if it is held, gone or replaced."""
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
        # Who held it before may have removed the file that we have just locked.
        yield path.exists()
