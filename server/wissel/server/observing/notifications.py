"""Prometheus metrics of notifications: whether requesters are told, and how many wait."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from wissel.server.courier.notify.observer import Attempted
from wissel.server.courier.notify.ports import Waiting


class NotificationMetrics:
    """Counts attempts to tell requesters; implements `notify.observer.NotifyObserver`.

    Every process knows all notifications, so the most of all workers is shown.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "wissel_notify_attempts",
            "Attempts to tell a requester; the reason says why it was not told.",
            ("outcome", "reason"),
            registry=registry,
        )
        self._waiting = Gauge(
            "wissel_notifications_waiting",
            "Notifications that were not told yet; the most of all workers.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._oldest = Gauge(
            "wissel_notifications_oldest_seconds",
            "How long ago the oldest of them was announced; the most of all workers.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        # Shown from the start, like the other metrics.
        self._attempts.labels(Attempted.TOLD, "")
        self.waiting(Waiting(0, 0.0))

    def attempted(self, outcome: Attempted, reason: str) -> None:
        """Count an attempt."""
        self._attempts.labels(outcome, reason).inc()

    def waiting(self, found: Waiting) -> None:
        """Show how many wait."""
        self._waiting.set(found.pending)
        self._oldest.set(found.oldest)
