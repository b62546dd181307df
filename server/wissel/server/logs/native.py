"""What libraries that are not Python write to standard error: lines like all others.

gRPC writes there of every handshake that fails, so any stranger makes it write:
in a format of its own, and it waits for the reader. Here its lines go through a
pipe that is always read, as events of the log, and so many a minute at most.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

STDERR: Final = 2
PER_MINUTE: Final = 30
"""Lines that become events in a minute at most; the next event tells how many more there were."""
_LONGEST: Final = 500
_MINUTE: Final = 60.0

_log = structlog.get_logger(__name__)


class NativeLines:
    """Makes events of lines, within the bound."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._began = monotonic()
        self._count = 0
        self._passed_over = 0

    def take(self, line: bytes) -> None:
        """Log a line, or count it."""
        now = self._monotonic()
        if now - self._began >= _MINUTE:
            self._began, self._count = now, 0
        self._count += 1
        if self._count > PER_MINUTE:
            self._passed_over += 1
            return
        text = line.decode("utf-8", "replace").strip()
        if text:
            more = {"passed_over": self._passed_over} if self._passed_over else {}
            self._passed_over = 0
            _log.warning("native_library", text=_printable(text)[:_LONGEST], **more)


def capture() -> None:
    """From now on make events of what native libraries write to standard error.

    Python itself writes elsewhere by then: see `unblocking.unblock_stderr`. Does
    nothing if the process has no standard error.
    """
    try:
        reading, writing = os.pipe()
        os.dup2(writing, STDERR)
        os.close(writing)
    except OSError:
        return
    threading.Thread(target=_read, args=(reading,), name="native-log", daemon=True).start()


def _read(reading: int) -> None:
    lines = NativeLines()
    with os.fdopen(reading, "rb") as pipe:
        for line in pipe:
            try:
                lines.take(line)
            except Exception:  # noqa: BLE001 - the pipe is read on, whatever becomes of a line
                sys.stderr.write("a line of a native library could not be logged\n")


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)
