"""Tells when the hub's own certificates expire: as a metric, and with a warning in the log."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Gauge

AHEAD: Final = dt.timedelta(days=30)
"""How long before a certificate ends the warnings begin."""
_AGAIN: Final = dt.timedelta(days=1)

_log = structlog.get_logger(__name__)


class Expiry:
    """Reports the expiry of certificates; `ends` returns the notAfter in force for each use."""

    def __init__(
        self, ends: Mapping[str, Callable[[], dt.datetime]], registry: CollectorRegistry
    ) -> None:
        self._ends = ends
        self._warned: dict[str, dt.datetime] = {}
        # An instant, not the time left: it stays right if the process no longer updates it.
        self._gauge = Gauge(
            "wissel_certificate_expires_timestamp_seconds",
            "Unix time at which the hub's own certificate ends, by use.",
            ("use",),
            registry=registry,
            multiprocess_mode="livemin",
        )

    def report(self, at: dt.datetime) -> None:
        """Set the metric, and warn once a day of each certificate that ends within `AHEAD`."""
        for use, end in self._ends.items():
            until = end()
            self._gauge.labels(use).set(until.timestamp())
            if until - at <= AHEAD and self._due(use, at):
                self._warned[use] = at
                days = (until - at).days
                _log.warning("certificate_ends", use=use, until=until.isoformat(), days=days)

    def _due(self, use: str, at: dt.datetime) -> bool:
        # After the clock was set back, warn again: better twice than not at all.
        last = self._warned.get(use)
        return last is None or not dt.timedelta() <= at - last < _AGAIN
