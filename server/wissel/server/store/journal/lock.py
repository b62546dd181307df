"""Whose turn it is to write SQLite's journal, among the processes of one machine.

SQLite lets writers wait for each other in a way that starves some of them; a
lock file beside the database does not (design.md#journal).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

PATIENCE: Final = 2.0
"""Seconds that a writer waits for its turn."""

_POLL: Final = 0.000_5


class Turn:
    """The lock of one journal; `path` is None where the database itself orders writers."""

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def taken(self) -> AbstractContextManager[None]:
        """Hold the lock inside the block, or raise `Refused(RECORD_UNAVAILABLE)`.

        It blocks its thread, which is the journal writer's own.
        """
        return nullcontext() if self._file is None else _locked(self._file)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@contextmanager
def _locked(file: int) -> Iterator[None]:
    patience = time.monotonic() + PATIENCE
    while not _tried(file):
        # Polling, because a blocking flock has no time limit and a stopped process may hold it.
        if time.monotonic() > patience:
            raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0)
        time.sleep(_POLL)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _tried(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
