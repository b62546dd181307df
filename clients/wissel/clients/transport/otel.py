"""Traces with OpenTelemetry. Only `tracing.tracer_for` imports it: it needs the extra `otel`.

A trace that a caller began is continued if the caller sampled it. A LAS does so
only for its hub, which samples sparingly (ADR 11).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from wissel.clients.errors import Refused
from wissel.clients.transport.spans import Kind, Sent, Span, Tracer
from wissel.routing.refusals.errors import Refused as RuleRefused

_PARENT: Final = "traceparent"  # and no `tracestate`, which may hold anything
_SPREAD: Final = TraceContextTextMapPropagator()


class OtelTracer(Tracer):
    """Traces `share` (0 to 1) of the messages, as the service `name`."""

    def __init__(self, name: str, share: float) -> None:
        named = Resource.create({"service.name": name}).merge(OTELResourceDetector().detect())
        sampler = ParentBased(TraceIdRatioBased(share))
        self._provider = TracerProvider(sampler, named, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("wissel.clients")

    @contextmanager
    def span(self, name: str, kind: Kind = Kind.INTERNAL, sent: Sent = ()) -> Iterator[Span]:
        """Trace the block; see `Tracer.span`."""
        found = {key: value for key, value in sent if key == _PARENT and isinstance(value, str)}
        with self._tracer.start_as_current_span(
            name,
            _SPREAD.extract(found, contexts.get_current()),
            trace.SpanKind[kind.name],
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _OtelSpan(span)
            except BaseException as error:
                span.set_status(trace.StatusCode.ERROR, _reason_of(error))
                raise

    def onward(self) -> tuple[tuple[str, str], ...]:
        """Return the `traceparent` of the current span."""
        carrier: dict[str, str] = {}
        _SPREAD.inject(carrier)
        return tuple((key, value) for key, value in carrier.items() if key == _PARENT)

    def close(self) -> None:
        """Export the spans that are left."""
        self._provider.shutdown()


class _OtelSpan(Span):
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def note(self, **attributes: str | int) -> None:
        self._span.set_attributes({f"wissel.{name}": value for name, value in attributes.items()})


def _reason_of(error: BaseException) -> str:
    return str(error.reason) if isinstance(error, Refused | RuleRefused) else type(error).__name__
