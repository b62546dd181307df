"""Prometheus metrics of the calls."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10, 60)


class MethodMetrics:
    """The metrics of one method, looked up once, as labels cost more than counting."""

    __slots__ = ("_calls", "_codes", "_method", "_seconds")

    def __init__(self, method: str, calls: Counter, seconds: Histogram) -> None:
        self._method = method
        self._calls = calls
        self._seconds = seconds.labels(method)
        self._codes: dict[tuple[str, str], Counter] = {}

    def finished(self, code: str, reason: str, seconds: float) -> None:
        """Count one call with its status code, reason (may be empty) and duration."""
        counter = self._codes.get((code, reason))
        if counter is None:
            counter = self._codes[code, reason] = self._calls.labels(self._method, code, reason)
        counter.inc()
        self._seconds.observe(seconds)


class Metrics:
    """All metrics of the gRPC server; one instance for each Prometheus registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Counter(
            "wissel_calls",
            "Finished calls by method, status code and reason.",
            ("method", "code", "reason"),
            registry=registry,
        )
        self._seconds = Histogram(
            "wissel_call_seconds",
            "Duration of calls by method.",
            ("method",),
            buckets=_BUCKETS,
            registry=registry,
        )

    def of(self, method: str) -> MethodMetrics:
        """Return the metrics of one method."""
        return MethodMetrics(method, self._calls, self._seconds)
