"""Chooses the tracer: one that traces nothing, or OpenTelemetry's, with the extra `otel`."""

from wissel.clients.errors import WisselError
from wissel.clients.transport.spans import Tracer


def tracer_for(name: str, share: float) -> Tracer:
    """Return a tracer for `share` (0 to 1) of the messages, as the service `name`.

    OpenTelemetry's own variables, such as `OTEL_EXPORTER_OTLP_ENDPOINT`, say
    where the spans go. For a share of 0 nothing of OpenTelemetry is loaded.
    Raises `WisselError` if the extra `otel` is not installed, or cannot begin with
    those variables.
    """
    if not share:
        return Tracer()
    try:
        from wissel.clients.transport.otel import OtelTracer  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        message = f"to trace, {error.name} is missing; run: pip install 'wissel[otel]'"
        raise WisselError(message) from None
    try:
        return OtelTracer(name, share)
    except Exception as error:  # noqa: BLE001 - whatever a variable makes it raise
        message = f"to trace, look at the variables OTEL_…: {type(error).__name__}: {error}"
        raise WisselError(message) from None
