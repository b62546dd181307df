"""Standard error that never holds up a process: whoever reads it may be slow, or gone.

A pipe that nobody reads is full after 64 KiB, and a write to it then waits for
ever; one whose reader has gone fails each write. Neither may stop a call or a
signal (design.md#running).
"""

import atexit
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

CAPACITY: Final = 4 * 1024 * 1024
"""Bytes that wait for the reader at most; what comes then is dropped."""
_LAST_SECONDS: Final = 1.0
_GONE_PAUSE: Final = 0.25  # seconds between tries, once a write has failed

Note = Callable[[int], str]
"""Returns the line that says how many lines were dropped."""


class Sink(Protocol):
    """Takes bytes, as `os.write` does: waits, or raises `OSError`."""

    def __call__(self, data: bytes, /) -> int:
        """Write some of the bytes and return how many."""
        ...


class UnblockingStream:
    """A text stream in UTF-8 that hands what is written to a thread, and returns at once.

    While `CAPACITY` bytes wait for the reader, or its writes fail, whole writes are
    dropped, and their lines counted. Once a write succeeds again, the line of
    `note` says how many.
    """

    encoding: Final = "utf-8"
    errors: Final = "backslashreplace"

    def __init__(self, sink: Sink, *, terminal: bool = False, capacity: int = CAPACITY) -> None:
        self.note: Note = _plain_note
        self.dropped = 0
        """Lines that were dropped since the start."""
        self._sink = sink
        self._terminal = terminal
        self._capacity = capacity
        self._waiting: deque[bytes] = deque()
        self._held = 0
        self._unsaid = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def isatty(self) -> bool:
        """Whether a person reads it on a terminal."""
        return self._terminal

    def write(self, text: str) -> int:
        """Take a text for the reader, or drop it; never waits and never raises."""
        data = text.encode(self.encoding, self.errors)
        with self._changed:
            if self._held + len(data) > self._capacity:
                self._drop(data)
                return len(text)
            self._waiting.append(data)
            self._held += len(data)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return len(text)

    def flush(self) -> None:
        """Do nothing: what was written is on its way."""

    def drain(self, seconds: float = _LAST_SECONDS) -> bool:
        """Wait, for at most so long, until all is written or dropped; return whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._held, seconds)

    def _drop(self, data: bytes) -> None:
        lines = max(data.count(b"\n"), 1)
        self.dropped += lines
        self._unsaid += lines

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                data = self._waiting.popleft()
            written = self._written(data)
            with self._changed:
                self._held -= len(data)
                if written:
                    self._say_what_was_dropped()
                else:
                    self._drop_all(data)
                self._changed.notify_all()
            if not written:
                time.sleep(_GONE_PAUSE)

    def _say_what_was_dropped(self) -> None:
        if self._unsaid:
            said = self.note(self._unsaid).encode(self.encoding, self.errors)
            self._unsaid = 0
            self._waiting.appendleft(said)
            self._held += len(said)

    def _drop_all(self, failed: bytes) -> None:
        """Drop what could not be written, and what waits behind it."""
        for data in (failed, *self._waiting):
            self._drop(data)
        self._waiting.clear()
        self._held = 0

    def _written(self, data: bytes) -> bool:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._sink(bytes(rest)) :]
        except (OSError, ValueError):
            return False
        return True


def _plain_note(count: int) -> str:
    return f"{count} lines were dropped: nobody read them\n"


def unblock_stderr() -> UnblockingStream:
    """Make standard error of this process a stream that never waits, and return it.

    What other parts of Python write there goes the same way. Without a standard
    error everything is dropped.
    """
    if isinstance(sys.stderr, UnblockingStream):
        return sys.stderr
    try:
        sys.stderr.flush()
        # One of our own: what else is written to the usual one goes where `native` leads it.
        descriptor, terminal = os.dup(sys.stderr.fileno()), sys.stderr.isatty()
    except (AttributeError, OSError, ValueError):  # closed, or never there
        stream = UnblockingStream(_nowhere)
    else:
        stream = UnblockingStream(lambda data: os.write(descriptor, data), terminal=terminal)
    sys.stderr = stream
    atexit.register(stream.drain)
    return stream


def _nowhere(_: bytes) -> int:
    raise BrokenPipeError
