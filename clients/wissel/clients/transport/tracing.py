"""Tracing a message, for who asks for it: a span for sending, trying, taking in and accepting.

What is here traces nothing and needs nothing; `tracer_for` gives what does, with
the extra `otel`. Spans hold message ids, reasons and sizes; never a payload, a
person or the text of an exception.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import TypeAlias

from wissel.clients.errors import WisselError

Sent: TypeAlias = Iterable[tuple[str, str | bytes]]
"""Metadata that came with a call."""


class Kind(Enum):
    """What a span is about; the names are OpenTelemetry's."""

    INTERNAL = auto()
    CLIENT = auto()
    SERVER = auto()


class Span:
    """Something that takes time."""

    def note(self, **attributes: str | int) -> None:
        """Say something about it: an id, a reason or a size."""


class Tracer:
    """Traces nothing."""

    @contextmanager
    def span(self, _name: str, _kind: Kind = Kind.INTERNAL, _sent: Sent = ()) -> Iterator[Span]:
        """Trace what is done in the block, as a part of what is traced around it.

        With `_sent`, the metadata of a call, it is a part of what the caller
        traces. A block that raises leaves no more of that than a reason.
        """
        yield Span()

    def onward(self) -> tuple[tuple[str, str], ...]:
        """Return the metadata by which a call becomes a part of what is traced here."""
        return ()

    def close(self) -> None:
        """Hand over what is left; it may wait some seconds for who takes it."""


def tracer_for(name: str, share: float) -> Tracer:
    """Return what traces this share of the messages, under the name of a service.

    Where spans go is said by OpenTelemetry's own variables, such as
    `OTEL_EXPORTER_OTLP_ENDPOINT`. For a share of 0 nothing is loaded. Raises
    `WisselError` where the extra is absent.
    """
    if not share:
        return Tracer()
    try:
        from wissel.clients.transport.otel import OtelTracer  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        message = f"to trace, {error.name} is missing; run: pip install 'wissel[otel]'"
        raise WisselError(message) from None
    return OtelTracer(name, share)
