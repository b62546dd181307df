"""Prometheus metrics of the calls."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric
from prometheus_client.registry import Collector

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10, 60)
_BLOCK: Final = 64
_FLUSH_SECONDS: Final = 0.25

Ended = tuple["MethodMetrics", str, str, float]


class Metrics(Collector):
    """All metrics of the gRPC server; one instance for each Prometheus registry.

    Calls are counted in blocks, at the latest after a quarter of a second and
    before each scrape: the way there is cold in the processor's cache when it
    is taken once for each call.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended: deque[Ended] = deque()
        self._timer: asyncio.TimerHandle | None = None
        registry.register(self)  # first, so that a scrape counts before it reads
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

    def of(self, method: str) -> "MethodMetrics":
        """Return the metrics of one method."""
        return MethodMetrics(self, method, self._calls, self._seconds)

    def take(self, ended: Ended) -> None:
        """Take a call that has ended, on the event loop."""
        self._ended.append(ended)
        if len(self._ended) >= _BLOCK:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flush_in_time)

    def flush(self) -> None:
        """Count what has ended; for any thread."""
        while True:
            try:
                metrics, code, reason, seconds = self._ended.popleft()
            except IndexError:
                return
            metrics.count(code, reason, seconds)

    def collect(self) -> Iterable[Metric]:
        """Count what has ended, and add nothing to the scrape."""
        self.flush()
        return ()

    def _flush_in_time(self) -> None:
        self._timer = None
        self.flush()


class MethodMetrics:
    """The metrics of one method, looked up once, as labels cost more than counting."""

    __slots__ = ("_all", "_calls", "_codes", "_method", "_seconds")

    def __init__(self, of: Metrics, method: str, calls: Counter, seconds: Histogram) -> None:
        self._all = of
        self._method = method
        self._calls = calls
        self._seconds = seconds.labels(method)
        self._codes: dict[tuple[str, str], Counter] = {}

    def finished(self, code: str, reason: str, seconds: float) -> None:
        """Take one call with its status code, reason (may be empty) and duration."""
        self._all.take((self, code, reason, seconds))

    def count(self, code: str, reason: str, seconds: float) -> None:
        """Count it."""
        counter = self._codes.get((code, reason))
        if counter is None:
            counter = self._codes[code, reason] = self._calls.labels(self._method, code, reason)
        counter.inc()
        self._seconds.observe(seconds)
