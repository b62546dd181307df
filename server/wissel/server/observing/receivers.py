"""Prometheus metrics of receivers: how many answer, and how long others have not."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from wissel.server.courier.reachability.observation import (
    UNREACHABLE_DAYS,
    WARNED_DAYS,
    ReachState,
    Silence,
)


class ReceiverMetrics:
    """Counts pings and warnings; implements `rounds.PingObserver`.

    Every process knows all receivers, so the most of all workers is shown.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._pings = Counter(
            "wissel_receiver_pings",
            "Pings of receivers; the cause says why there was no answer.",
            ("cause",),
            registry=registry,
        )
        self._warnings = Counter(
            "wissel_receiver_warnings",
            "Warnings of receivers that were silent for so many days.",
            ("days",),
            registry=registry,
        )
        self._receivers = Gauge(
            "wissel_receivers",
            "Receivers by whether they answer; the most of all workers.",
            ("reach",),
            registry=registry,
            multiprocess_mode="livemax",
        )
        # Shown from the start, like the other metrics.
        self._pings.labels("")
        for day in (*WARNED_DAYS, UNREACHABLE_DAYS):
            self._warnings.labels(str(day))
        self.counted(dict.fromkeys(ReachState, 0))

    def pinged(self, silent: Silence | None) -> None:
        """Count a ping."""
        self._pings.labels("" if silent is None else silent.cause).inc()

    def warned(self, day: int) -> None:
        """Count a warning."""
        self._warnings.labels(str(day)).inc()

    def counted(self, receivers: Mapping[ReachState, int]) -> None:
        """Show how many receivers stand how."""
        for state, count in receivers.items():
            self._receivers.labels(state).set(count)
