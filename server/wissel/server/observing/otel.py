"""OpenTelemetry traces: a span for each call, each step of a delivery, each call of the hub's own.

Only `tracing.traces_for` imports it, because it needs the extra `otel`.
OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_*`) say where the spans go.
A span holds OINs, message ids, reasons and sizes: no text of a caller, and not
the text of an exception. Of the metadata of a call only `traceparent` is read,
neither `tracestate` nor baggage.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeAlias, cast

import grpc
import structlog
from opentelemetry import context as contexts
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Span,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from wissel.routing.exchange.delivery import Order
from wissel.routing.exchange.fetching.notifications import Notification
from wissel.routing.refusals.errors import Refused
from wissel.server.courier.timeline import Metadata, Step, Timeline
from wissel.server.observing.sampling import sampler
from wissel.server.rpc.calls.call import Call, Context, current
from wissel.server.rpc.calls.policy import POLICY

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]"

_PARENT: Final = "traceparent"
_OURS: Final = "/wissel."
_QUESTION: Final = "wissel.las.v1.LasService/GetReceipt"
_NOTIFY: Final = "wissel.las.v1.LasService/Notify"
_FAULTS: Final = frozenset({"INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN"})
"""Status codes that make a span a failed one (OpenTelemetry, RPC conventions); no refusal does."""
_NOTES: Final = frozenset({"bytes", "state", "attempt", "receiver_oin", "replayed"})
_SPREAD: Final = TraceContextTextMapPropagator()


class Traces:
    """The traces of one process: `interceptor` for its calls, `timeline` for its deliveries."""

    def __init__(self, share: float) -> None:
        _tell_failures()
        named = Resource.create({"service.name": "wissel-hub"}).merge(
            OTELResourceDetector().detect()
        )
        self._provider = TracerProvider(sampler(share), named, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("wissel.server")
        self.interceptor: grpc.aio.ServerInterceptor = _Interceptor(self._tracer)

    def timeline(self) -> Timeline:
        """Return the timeline of the delivery that is the current call."""
        return _Timeline(self._tracer)

    @contextmanager
    def receipt_query(self, order: Order) -> Iterator[Metadata]:
        """Trace the block, in which a receiver is asked about a message; yield the call's metadata.

        It is a trace of its own, because the question may come hours after the
        message.
        """
        about = {
            "wissel.receiver_oin": order.receiver_oin,
            "wissel.message_id": str(order.message_id),
        }
        with self._own_call(_QUESTION, about) as metadata:
            yield metadata

    @contextmanager
    def notify(self, notification: Notification) -> Iterator[Metadata]:
        """Trace the block, in which a requester is told; yield the call's metadata.

        It is a trace of its own, because a requester may be told days after it
        was announced, by another process. It holds no link key.
        """
        said = notification.announcement
        about: dict[str, str | int] = {
            "wissel.notification_id": str(said.notification_id),
            "wissel.source_oin": said.source_oin,
            "wissel.requester_oin": notification.requester_oin,
            "wissel.attempt": notification.attempt,
        }
        with self._own_call(_NOTIFY, about) as metadata:
            yield metadata

    @contextmanager
    def _own_call(self, name: str, about: Mapping[str, str | int]) -> Iterator[Metadata]:
        """Trace the block, in which the hub calls somebody of itself."""
        with self._tracer.start_as_current_span(
            name,
            contexts.Context(),
            SpanKind.CLIENT,
            {"rpc.system": "grpc", **about},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield _onward(contexts.get_current())
            except Refused as refused:
                span.set_attribute("wissel.reason", refused.reason)
                raise

    def close(self) -> None:
        """Export the spans that are left; blocks for some seconds if the collector is down."""
        self._provider.shutdown()


class _Interceptor(grpc.aio.ServerInterceptor):
    """Traces calls; it is the outermost interceptor, so that a span lasts as long as its call."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> "Handler | None":
        """Return the handler, traced if its method is of the contract and ends by itself.

        Others are not traced: the name of a method that does not exist is the
        caller's choice, and a stream without an end lasts for hours.
        """
        inner: Any = await continuation(handler_call_details)
        method = handler_call_details.method
        policy = POLICY.get(method)
        if policy is None or policy.endless or not method.startswith(_OURS):
            return cast("Handler | None", inner)
        asked = "stream" if inner.request_streaming else "unary"
        answered, around = ("unary", self._around)
        if inner.response_streaming:
            answered, around = ("stream", self._around_stream)
        arity = f"{asked}_{answered}"
        traced = around(method.removeprefix("/"), getattr(inner, arity))
        return cast("Handler", inner._replace(**{arity: traced}))

    def _around(self, name: str, behavior: Any) -> Any:
        async def around(request: object, context: Context) -> Any:
            with self._call(name, context):
                return await behavior(request, context)

        return around

    def _around_stream(self, name: str, behavior: Any) -> Any:
        async def around(request: object, context: Context) -> AsyncIterator[Any]:
            with self._call(name, context):
                async for answer in behavior(request, context):
                    yield answer

        return around

    @contextmanager
    def _call(self, name: str, context: Context) -> Iterator[None]:
        """Trace the block, in which a call is served."""
        with self._tracer.start_as_current_span(
            name,
            _sent(context),
            SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            finally:
                _describe(span, current())


class _Timeline(Timeline):
    """A timeline with a span for each step, within that of the call."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__(time.perf_counter)
        self._tracer = tracer
        self._call = contexts.get_current()
        self._traced = get_current_span().is_recording()
        self._span: Span | None = None

    def begin(self, step: Step) -> None:
        super().begin(step)  # which ends the one before
        if not self._traced:
            return
        kind = SpanKind.CLIENT if step is Step.TRANSFER else SpanKind.INTERNAL
        self._span = self._tracer.start_span(step.value, self._call, kind)

    def end(self) -> None:
        super().end()
        self._end_span()

    def call_metadata(self) -> Metadata:
        return _onward(set_span_in_context(self._span, self._call) if self._span else self._call)

    def _end_span(self) -> None:
        if self._span is not None:
            self._span.end()
            self._span = None


def _onward(sender: contexts.Context) -> Metadata:
    """Return the metadata that makes a call to another process a child of this context."""
    carrier: dict[str, str] = {}
    _SPREAD.inject(carrier, sender)
    return tuple(carrier.items())


def _sent(context: Context) -> contexts.Context:
    """Return the context in the metadata of a call, of which only `traceparent` is read."""
    found = {
        key: value
        for key, value in context.invocation_metadata() or ()
        if key == _PARENT and isinstance(value, str)
    }
    return _SPREAD.extract(found, contexts.Context())


def _describe(span: Span, call: Call) -> None:
    """Set the attributes of the span to what the log line says of the call."""
    if not span.is_recording():
        return
    texts = {
        "rpc.system": "grpc",
        "wissel.outcome": call.code,
        "wissel.reason": call.reason,
        "wissel.peer_oin": call.caller.oin if call.caller else "",
        "wissel.message_id": call.message_id,
        "wissel.incident": call.incident,
    }
    span.set_attributes({name: text for name, text in texts.items() if text})
    for name in _NOTES & call.notes.keys():
        note: Any = call.notes[name]
        span.set_attribute(f"wissel.{name}", note)
    if call.code in _FAULTS:
        span.set_status(StatusCode.ERROR, call.reason)


class _Told(logging.Handler):
    """Passes warnings of OpenTelemetry, which come from its own thread, to the log of the hub."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(_tell, record.getMessage())


def _tell(problem: str) -> None:
    structlog.get_logger("wissel.traces").warning("traces", problem=problem)


def _tell_failures() -> None:
    log = logging.getLogger("opentelemetry")
    log.handlers, log.propagate = [_Told()], False
