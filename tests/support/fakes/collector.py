"""A collector of traces: what OpenTelemetry's exporters send to, and what came of it.

with Collector() as collector:
    spawn([...], environ=collector.environ, ...)
    spans = collector.of(message_id, 12)
"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Self

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc

from support.eventually import LONGEST_WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Spanned:
    """A span as it came in."""

    service: str
    name: str
    kind: str
    began: int
    trace: bytes
    id: bytes
    parent: bytes
    attributes: Mapping[str, str | int]
    failed: str


class Collector(pb_grpc.TraceServiceServicer):
    """Takes spans on a port of its own."""

    def __init__(self) -> None:
        self.bytes = b""
        """All that was ever sent to it."""
        self.spans: list[Spanned] = []
        self._came = threading.Condition()
        self._server = grpc.server(ThreadPoolExecutor(2))
        pb_grpc.add_TraceServiceServicer_to_server(self, self._server)  # type: ignore[no-untyped-call]
        port = self._server.add_insecure_port("127.0.0.1:0")
        self.environ: Final[Mapping[str, str]] = {
            "WISSEL_TRACE_SHARE": "1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }

    def Export(self, request: Any, context: Any) -> Any:
        """Take what an exporter sends."""
        with self._came:
            self.bytes += request.SerializeToString()
            self.spans += [
                _spanned(service, span)
                for each in request.resource_spans
                for service in [_values(each.resource.attributes)["service.name"]]
                for scope in each.scope_spans
                for span in scope.spans
            ]
            self._came.notify_all()
        return pb.ExportTraceServiceResponse()

    def of(self, message_id: str, *names: str) -> dict[tuple[str, str], Spanned]:
        """Wait until spans of these names have come in the trace of a message; return all of it.

        They are known by the first word of their service and their name.
        """
        with self._came:
            assert self._came.wait_for(
                lambda: set(names) <= self._names(message_id), LONGEST_WAIT
            ), self._names(message_id)
            return {(span.service, span.name): span for span in self._trace(message_id)}

    def named(self, name: str, count: int) -> list[Spanned]:
        """Wait until so many spans of this name have come; return them in the order they began."""

        def found() -> list[Spanned]:
            return [span for span in self.spans if span.name == name]

        with self._came:
            assert self._came.wait_for(lambda: len(found()) >= count, LONGEST_WAIT), found()
            return sorted(found(), key=lambda span: span.began)

    def _names(self, message_id: str) -> set[str]:
        return {f"{span.service} {span.name}" for span in self._trace(message_id)}

    def _trace(self, message_id: str) -> list[Spanned]:
        traces = {
            span.trace
            for span in self.spans
            if span.attributes.get("wissel.message_id") == message_id
        }
        return [span for span in self.spans if span.trace in traces]

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()


def _spanned(service: str | int, span: Any) -> Spanned:
    return Spanned(
        service=str(service),
        name=span.name.rpartition("/")[2],
        kind=span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        began=span.start_time_unix_nano,
        trace=span.trace_id,
        id=span.span_id,
        parent=span.parent_span_id,
        attributes=_values(span.attributes),
        failed=span.status.message or str(span.status.code or ""),
    )


def _values(attributes: Any) -> dict[str, str | int]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
