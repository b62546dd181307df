"""Where log lines go: text for people on a terminal, anywhere else one JSON object each.

JSON lines are written in blocks: a write for each call costs a quarter of the
throughput of a bare server, a buffered one half of that (design.md#speed).
"""

import asyncio
import atexit
import datetime as dt
import logging
import select
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol, TextIO

import orjson
import structlog

from wissel.server.logs.unblocking import UnblockingStream

_BLOCK: Final = 64
"""Lines that are written together at most."""
_FLUSH_SECONDS: Final = 0.5
_URGENT: Final = frozenset({"warning", "error", "critical"})


class Lines(Protocol):
    """Where log lines go."""

    def write(self, line: dict[str, Any]) -> None:
        """Take one line; `timestamp` may be an aware datetime."""
        ...

    def flush(self) -> None:
        """Hand all lines so far to the stream."""
        ...

    def dropped(self) -> int:
        """Return how many lines the stream has dropped since the start."""
        ...


class JsonLines:
    """Writes JSON lines in blocks, each line within half a second, and at exit.

    They are rendered in blocks too (see `call_log`). A warning or an error is
    written at once.
    """

    def __init__(self, stream: TextIO | UnblockingStream) -> None:
        self._stream = stream
        self._lines: list[dict[str, Any]] = []
        self._timer: asyncio.TimerHandle | None = None
        atexit.register(self.flush)

    def write(self, line: dict[str, Any]) -> None:
        """Take one line."""
        self._lines.append(line)
        if len(self._lines) >= _BLOCK or line.get("level") in _URGENT:
            self.flush()
        elif self._timer is None:
            self._flush_later()

    def dropped(self) -> int:
        """Return how many lines the stream has dropped since the start."""
        return _dropped(self._stream)

    def flush(self) -> None:
        """Write the lines so far; they are lost without an error if the stream is closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._lines = self._lines, []
        if not lines:
            return
        try:
            for block in _blocks(map(_rendered, lines)):
                self._stream.write(block.decode())
                self._stream.flush()
        except (OSError, ValueError):
            atexit.unregister(self.flush)

    def _flush_later(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no loop here: a command line, or another thread
            self.flush()
            return
        self._timer = loop.call_later(_FLUSH_SECONDS, self.flush)


class TerminalLines:
    """Writes lines in colour, for a person."""

    def __init__(self, stream: TextIO | UnblockingStream) -> None:
        self._stream = stream
        self._render = structlog.dev.ConsoleRenderer(colors=True)

    def write(self, line: dict[str, Any]) -> None:
        """Write one line."""
        shown = {**line, "timestamp": f"{line.get('timestamp', ''):%H:%M:%S}"}
        self._stream.write(f"{self._render(None, '', shown)}\n")

    def flush(self) -> None:
        """Do nothing: every line is written at once."""

    def dropped(self) -> int:
        """Return how many lines the stream has dropped since the start."""
        return _dropped(self._stream)


def _dropped(stream: TextIO | UnblockingStream) -> int:
    return stream.dropped if isinstance(stream, UnblockingStream) else 0


def _rendered(line: dict[str, Any]) -> bytes:
    return orjson.dumps(line, str, orjson.OPT_APPEND_NEWLINE)


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines in blocks that a pipe takes whole.

    Workers write to the same pipe, and larger writes would cut into each other's lines.
    """
    block = b""
    for line in lines:
        if block and len(block) + len(line) > select.PIPE_BUF:
            yield block
            block = b""
        block += line
    yield block


def configure(level: str, stream: TextIO | None = None) -> Lines:
    """Set structlog up for this process and return where the lines go.

    `level` is a name of the standard library, such as `info`; `stream` is
    standard error by default.
    """
    target = stream or sys.stderr
    lines: Lines = TerminalLines(target) if target.isatty() else JsonLines(target)
    if isinstance(target, UnblockingStream) and not target.isatty():
        target.note = _dropped_line

    def hand_over(_: object, __: str, event: Any) -> Any:
        lines.write(event)
        raise structlog.DropEvent

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamp,
            structlog.processors.format_exc_info,
            hand_over,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        cache_logger_on_first_use=True,
    )
    return lines


def _dropped_line(count: int) -> str:
    """Return the line that says how many were dropped, since nobody read them in time."""
    line = {"level": "warning", "event": "log_lines_dropped", "count": count}
    return _rendered({**line, "timestamp": dt.datetime.now(dt.UTC)}).decode()


def _stamp(_: object, __: str, event: Any) -> Any:
    event["timestamp"] = dt.datetime.now(dt.UTC)
    return event
