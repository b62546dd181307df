"""Prometheus metrics of the mandates that wait for the owners of their services (R6)."""

import asyncio
import datetime as dt
import random
from collections.abc import Callable
from typing import Final, NoReturn

import structlog
from prometheus_client import CollectorRegistry, Gauge

from wissel.routing.refusals.errors import Refused
from wissel.server.registry.mandates.waiting import count_waiting
from wissel.server.registry.ports import Register

COUNT_SECONDS: Final = 60.0
"""How often is counted what waits, between half and one and a half times this."""

_LOG: Final = structlog.get_logger("wissel.mandates")


class MandateMetrics:
    """How many mandates wait, and how many wait for longer than their service says.

    Every process counts all of them, so the most of all workers is shown. `today` is
    the day in Amsterdam.
    """

    def __init__(
        self, registry: CollectorRegistry, register: Register, today: Callable[[], dt.date]
    ) -> None:
        self._register = register
        self._today = today
        self._awaiting = _gauge(
            "wissel_mandates_awaiting", "Mandates that wait for the owner of a service.", registry
        )
        self._overdue = _gauge(
            "wissel_mandates_overdue", "Those that wait for longer than it says.", registry
        )

    async def count(self) -> None:
        """Count once; raises `Refused(DATABASE_UNAVAILABLE)`."""
        for service, waiting in (await count_waiting(self._register, self._today())).items():
            self._awaiting.labels(service).set(waiting.awaiting)
            self._overdue.labels(service).set(waiting.overdue)

    async def run(self) -> NoReturn:
        """Count now and then until cancelled; what is refused is logged and tried again."""
        while True:
            try:
                await self.count()
            except Refused as refused:
                _LOG.warning("mandates_not_counted", reason=refused.reason)
            await asyncio.sleep(COUNT_SECONDS * (0.5 + random.random()))  # noqa: S311 - processes apart


def _gauge(name: str, text: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(name, text, ("service",), registry=registry, multiprocess_mode="livemax")
