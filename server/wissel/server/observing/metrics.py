"""Prometheus metrics of deliveries, the journal, the facts and the process.

Those of calls are in `rpc.calls.metrics`, those of certificates in
`identity.expiry`. With several workers each process writes its metrics to files
and the parent adds them up; a gauge cannot be added up, so `multiprocess_mode`
says which of its values is shown.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final, Literal, NoReturn, Protocol, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from wissel.routing.exchange.delivery import Delivery, State
from wissel.routing.exchange.fetching.transfers import TransferResult
from wissel.server.courier.timeline import Step, Timeline
from wissel.server.rpc.requests.backend import STARTED
from wissel.server.store.journal.stats import Commit

UPDATE_SECONDS: Final = 0.25
"""How often the gauges are updated."""
_Mode: TypeAlias = Literal["livemax", "livemin", "livesum"]
_WAITS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 2.5)


class JournalMetrics:
    """What the journal commits, and how long it takes; the journal calls `committed`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._deliveries = Counter(
            "wissel_deliveries",
            "Messages that came into a state, with the reason if there is one.",
            ("state", "reason"),
            registry=registry,
        )
        self._bytes = Counter(
            "wissel_delivered_bytes", "Bytes of the dossiers delivered.", registry=registry
        )
        self._wait = _histogram(
            "wissel_journal_wait_seconds", "Wait of a move for its transaction to begin.", registry
        )
        self._turn = _histogram(
            "wissel_journal_turn_seconds", "Wait of a transaction for other processes.", registry
        )
        self._commit = _histogram(
            "wissel_journal_commit_seconds", "Duration of a transaction, lock included.", registry
        )
        self._states: dict[tuple[State, str], Counter] = {}

    def committed(self, commit: Commit) -> None:
        """Record one transaction: its waits, its duration, and the deliveries that it changed."""
        for wait in commit.waits:
            self._wait.observe(wait)
        self._turn.observe(commit.turn)
        self._commit.observe(commit.took)
        for step in commit.steps:
            self._count(step)

    def _count(self, step: Delivery) -> None:
        reason = step.result.reason or "" if step.result else ""
        counter = self._states.get((step.state, reason))
        if counter is None:
            counter = self._deliveries.labels(step.state.value, str(reason))
            self._states[step.state, reason] = counter
        counter.inc()
        if step.state is State.DELIVERED:
            self._bytes.inc(step.order.payload_size)


class _StepMetrics:
    """The time that deliveries of one kind spend in each step; a `timeline.DeliveryObserver`.

    It is a sum and no histogram, because histograms of seven steps would cost
    each delivery seven searches for a bucket. The log has the times of each.
    """

    def __init__(
        self, registry: CollectorRegistry, new_timeline: Callable[[], Timeline], what: str
    ) -> None:
        seconds = Counter(
            f"wissel_{what}_step_seconds",
            f"Time that a {what} spent in each of its steps, of all together.",
            ("step",),
            registry=registry,
        )
        self._seconds = {step: seconds.labels(step.value) for step in Step}
        self.timeline = new_timeline

    def ended(self, timeline: Timeline) -> None:
        """Add the times of one."""
        for step, took in timeline.seconds.items():
            self._seconds[step].inc(took)


class ForwardMetrics(_StepMetrics):
    """The steps of forwards."""

    def __init__(self, registry: CollectorRegistry, new_timeline: Callable[[], Timeline]) -> None:
        super().__init__(registry, new_timeline, "forward")


class FetchMetrics(_StepMetrics):
    """The steps of fetches, and their sessions; implements `backend.FetchObserver`."""

    def __init__(self, registry: CollectorRegistry, new_timeline: Callable[[], Timeline]) -> None:
        super().__init__(registry, new_timeline, "fetch")
        self._sessions = Counter(
            "wissel_sessions",
            "Sessions of prepare and fetch that were started, and signed off with each result.",
            ("change",),
            registry=registry,
        )
        for change in (STARTED, *TransferResult):  # shown from the start, like the other metrics
            self._sessions.labels(change)

    def session(self, change: str) -> None:
        """Count a session that was started or signed off."""
        self._sessions.labels(change).inc()


class BreakerMetrics:
    """The receivers that are left alone for a while; implements `breakers.BreakerObserver`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        breakers = Counter(
            "wissel_receiver_breakers",
            "Times that a receiver was left alone, and that it answered again.",
            ("change",),
            registry=registry,
        )
        self._opened, self._closed = breakers.labels("opened"), breakers.labels("closed")

    def __call__(self, *, opened: bool) -> None:
        """Count a breaker that opened or closed."""
        (self._opened if opened else self._closed).inc()


class SweeperMetrics:
    """The answers of receivers about uncertain messages."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._asked = Counter(
            "wissel_sweeper_asked",
            "Uncertain messages asked about; the reason says why there was no answer.",
            ("reason",),
            registry=registry,
        )
        self._asked.labels("")  # shown from the start, like the other metrics

    def answered(self, reason: str) -> None:
        """Count a question; `reason` is why there was no final answer, "" if there was one."""
        self._asked.labels(reason).inc()


class RetentionMetrics:
    """What was not kept any longer, by chore; implements `retention.Observer`."""

    def __init__(self, registry: CollectorRegistry, chores: Iterable[str]) -> None:
        self._done = Counter(
            "wissel_retention",
            "Records that were kept no longer: answers forgotten, deliveries reduced.",
            ("chore",),
            registry=registry,
        )
        self._failed = Counter(
            "wissel_retention_failures",
            "Times that this could not be gone on with, and why.",
            ("chore", "reason"),
            registry=registry,
        )
        for chore in chores:  # shown from the start, like the other metrics
            self._done.labels(chore)
            self._failed.labels(chore, "")

    def __call__(self, chore: str, done: int, failure: str) -> None:
        """Count one step of a chore; `failure` is a reason, "" if there was none."""
        self._done.labels(chore).inc(done)
        if failure:
            self._failed.labels(chore, failure).inc()


class RegisterMetrics:
    """How long writers of the register wait for each other; `waited` takes seconds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        turn = _histogram(
            "wissel_register_turn_seconds",
            "Wait of a change for its turn to write.",
            registry,
        )
        self.waited: Callable[[float], None] = turn.observe


class Transfers(Protocol):
    """The transfers of a process at this moment."""

    @property
    def under_way(self) -> int:
        """How many are under way."""
        ...

    @property
    def waiting(self) -> int:
        """How many of them wait for their receiver."""
        ...

    @property
    def unavailable(self) -> int:
        """How many receivers are left alone."""
        ...


class ProcessMetrics:
    """The state of one process; each of the functions is called four times a second."""

    def __init__(
        self,
        registry: CollectorRegistry,
        *,
        staleness: Callable[[], float],
        revision: Callable[[], int],
        transfers: Transfers,
        uncertain: Callable[[], int],
        lines_dropped: Callable[[], int],
    ) -> None:
        self._registry = registry
        self._lines_dropped = lines_dropped
        self._dropped = Counter(
            "wissel_log_lines_dropped",
            "Log lines that were dropped, as nobody read them in time.",
            registry=registry,
        )
        self._dropped_before = 0
        self._gauges: list[tuple[Gauge, Callable[[], float]]] = []
        self._show(
            "wissel_register_staleness_seconds",
            "How long the facts may have been behind; the most of all workers.",
            "livemax",
            staleness,
        )
        self._show(
            "wissel_register_revision",
            "Revision of the facts; the oldest of all workers.",
            "livemin",
            revision,
        )
        self._show(
            "wissel_transfers_under_way",
            "Forwards and fetches that are under way.",
            "livesum",
            lambda: transfers.under_way,
        )
        self._show(
            "wissel_transfers_waiting",
            "Those that have waited for the other side for more than two seconds.",
            "livesum",
            lambda: transfers.waiting,
        )
        self._show(
            "wissel_receivers_unavailable",
            "Receivers that are left alone for a while; the most of all workers.",
            "livemax",
            lambda: transfers.unavailable,
        )
        self._show(
            "wissel_deliveries_uncertain", "Messages that are UNCERTAIN.", "livemax", uncertain
        )
        self._lag = _histogram(
            "wissel_loop_lag_seconds", "How much later than planned the process woke up.", registry
        )
        self.update()

    def _show(self, name: str, text: str, mode: _Mode, value: Callable[[], float]) -> None:
        gauge = Gauge(name, text, registry=self._registry, multiprocess_mode=mode)
        self._gauges.append((gauge, value))

    def update(self) -> None:
        """Set the gauges to the values of this moment."""
        for gauge, value in self._gauges:
            gauge.set(value())
        dropped = self._lines_dropped()
        self._dropped.inc(dropped - self._dropped_before)
        self._dropped_before = dropped

    async def keep_updated(self) -> NoReturn:
        """Update every quarter of a second until cancelled, and measure how late that is."""
        while True:
            planned = time.perf_counter() + UPDATE_SECONDS
            await asyncio.sleep(UPDATE_SECONDS)
            self._lag.observe(max(time.perf_counter() - planned, 0.0))
            self.update()


def _histogram(name: str, text: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(name, text, buckets=_WAITS, registry=registry)
