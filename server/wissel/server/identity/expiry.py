"""When the hub's own certificates end: a metric, and a warning in good time."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Gauge

AHEAD: Final = dt.timedelta(days=30)
"""How long before its end a certificate is warned about."""
_AGAIN: Final = dt.timedelta(days=1)

_log = structlog.get_logger(__name__)


class Expiry:
    """Watches the ends of certificates; `ends` gives for each use the notAfter in force."""

    def __init__(
        self, ends: Mapping[str, Callable[[], dt.datetime]], registry: CollectorRegistry
    ) -> None:
        self._ends = ends
        self._warned: dict[str, dt.datetime] = {}
        # An instant and not what is left: it stays true in a process that has stopped looking.
        self._gauge = Gauge(
            "wissel_certificate_expires_timestamp_seconds",
            "Unix time at which the hub's own certificate ends, by use.",
            ("use",),
            registry=registry,
            multiprocess_mode="livemin",
        )

    def look(self, at: dt.datetime) -> None:
        """Set the metric, and warn of each certificate that ends soon, once a day."""
        for use, end in self._ends.items():
            until = end()
            self._gauge.labels(use).set(until.timestamp())
            if until - at <= AHEAD and self._due(use, at):
                self._warned[use] = at
                days = (until - at).days
                _log.warning("certificate_ends", use=use, until=until.isoformat(), days=days)

    def _due(self, use: str, at: dt.datetime) -> bool:
        # A clock that was set back warns again rather than never.
        last = self._warned.get(use)
        return last is None or not dt.timedelta() <= at - last < _AGAIN
