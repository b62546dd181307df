"""Chooses whether this process traces: OpenTelemetry is loaded only if it does."""

from typing import TYPE_CHECKING

from wissel.server.settings import StartError

if TYPE_CHECKING:
    from wissel.server.observing.otel import Traces


def traces_for(share: float) -> "Traces | None":
    """Return what traces `share` (0 to 1) of the calls; None, and nothing loaded, for 0.

    Raises `StartError` if the extra `otel` is not installed.
    """
    if not share:
        return None
    try:
        from wissel.server.observing.otel import Traces  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        message = f"WISSEL_TRACE_SHARE: {error.name} is missing; run: pip install 'wissel[otel]'"
        raise StartError(message) from None
    return Traces(share)
