"""Spans of a message: for sending it, for each attempt, for receiving and accepting it.

The `Tracer` here traces nothing and needs no extra; `tracing.tracer_for` returns
one that does. Spans hold message ids, reasons and sizes; never a payload, a
person's data or the text of an exception.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import TypeAlias

Sent: TypeAlias = Iterable[tuple[str, str | bytes]]
"""The metadata of a call, as gRPC hands it over."""


class Kind(Enum):
    """The kind of a span, by OpenTelemetry's names."""

    INTERNAL = auto()
    CLIENT = auto()
    SERVER = auto()


class Span:
    """A piece of work that is traced; this one is not."""

    def note(self, **attributes: str | int) -> None:
        """Add attributes to the span, such as an id, a reason or a size."""


class Tracer:
    """Traces nothing."""

    @contextmanager
    def span(self, _name: str, _kind: Kind = Kind.INTERNAL, _sent: Sent = ()) -> Iterator[Span]:
        """Trace the block as a child of the current span, and yield its span.

        With `_sent`, the metadata of a call, the parent is the span of the
        caller. Of an exception the span gets the reason or the class, not the text.
        """
        yield Span()

    def onward(self) -> tuple[tuple[str, str], ...]:
        """Return the metadata that makes a call to another process a child of the current span."""
        return ()

    def close(self) -> None:
        """Export the spans that are left; it may wait some seconds for the collector."""
