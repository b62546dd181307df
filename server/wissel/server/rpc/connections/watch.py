"""Looks at the connections of this process, and shuts down those that are too many."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, Protocol

import prometheus_client
import structlog
from prometheus_client import CollectorRegistry, Gauge

from wissel.server.rpc.connections.choosing import Cut, Why, chosen, holder_of
from wissel.server.rpc.connections.connection import Connection
from wissel.server.rpc.connections.connections import Connections
from wissel.server.rpc.connections.sockets import Sockets

_MINUTE: Final = 60.0
_NAMED: Final = 5
"""Holders that a line of the log names at most."""
_MANY: Final = 8
"""New connections after which the next look comes sooner."""
_SOONER: Final = 10
_LOG: Final = structlog.get_logger("wissel.rpc")


class FoundSockets(Protocol):
    """What finds and shuts down connections; `Sockets` does."""

    def found(self) -> dict[str, int]:
        """Return the inode of each socket by its peer."""
        ...

    def shut_down(self, peer: str) -> bool:
        """Shut down the connection with a peer; return whether it was there."""
        ...


class ConnectionMetrics:
    """How many connections there are, of whom, and how many were shut down, and why."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._held = Gauge(
            "wissel_connections",
            "Connections of parties, of strangers, and those that nobody has called on.",
            ("of",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._cut = prometheus_client.Counter(
            "wissel_connections_cut",
            "Connections that were shut down, with the bound that was passed.",
            ("why",),
            registry=registry,
        )
        for why in Why:
            self._cut.labels(why.value)  # so that it is shown from the start

    def looked(self, connections: Iterable[Connection], cuts: Iterable[Cut]) -> None:
        """Record what a look has found and done."""
        held = Counter({"parties": 0, "strangers": 0, "unknown": 0})
        for each in connections:
            held[_kind(each)] += 1
        for of, count in held.items():
            self._held.labels(of).set(count)
        for cut in cuts:
            self._cut.labels(cut.why.value).inc()


class ConnectionWatch:
    """Keeps the connections on one port within their bounds."""

    def __init__(
        self, connections: Connections, metrics: ConnectionMetrics, sockets: FoundSockets
    ) -> None:
        self._connections = connections
        self._metrics = metrics
        self._sockets = sockets
        self._woken = asyncio.Event()
        self._report = _Report()
        self._counted_since = time.perf_counter()
        connections.wake = self._woken.set

    async def run(self) -> None:
        """Look every so often, sooner while there is much to see, until cancelled."""
        pause = self._connections.bounds.look
        while True:
            # Who opens connections decides how often this is woken, but not how often it looks.
            await asyncio.sleep(pause / _SOONER)
            if not self.look():
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause - pause / _SOONER):
                        await self._woken.wait()
            self._woken.clear()

    def look(self) -> bool:
        """Shut down what is too many; return whether there is reason to look again soon."""
        try:
            new = self._connections.found(self._sockets.found())
        except OSError as error:  # no file can be opened: gRPC takes no connections either
            self._report.failed(error.strerror or str(error))
            return False
        there = list(self._connections.all.values())
        cuts = chosen(there, self._connections.bounds, time.perf_counter())
        if (now := time.perf_counter()) - self._counted_since > self._connections.bounds.look:
            self._counted_since = now
            for each in there:
                each.asked = 0
        for cut in cuts:
            cut.connection.cut = True
            self._sockets.shut_down(cut.connection.peer)
        self._metrics.looked(there, cuts)
        self._report.cut(cuts)
        bounds = self._connections.bounds
        if len(there) >= bounds.mark:
            self._report.full(there, bounds.most)
        return bool(cuts) or new >= _MANY


class _Report:
    """Lines for the log: of each kind one a minute, which tells what came since the one before."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._cut: Counter[tuple[str, str]] = Counter()

    def cut(self, cuts: Iterable[Cut]) -> None:
        """Take what was shut down, and tell it."""
        self._cut.update((cut.holder, cut.why.value) for cut in cuts)
        if not self._cut:
            return
        named = [
            {"holder": holder, "why": why, "connections": count}
            for (holder, why), count in self._cut.most_common(_NAMED)
        ]
        if self._tell("connections_cut", connections=self._cut.total(), of=named):
            self._cut.clear()

    def full(self, connections: Iterable[Connection], most: int) -> None:
        """Tell who holds the connections of a process that has nearly all it may have."""
        held = Counter(holder_of(each) for each in connections)
        named = [
            {"holder": holder, "connections": count} for holder, count in held.most_common(_NAMED)
        ]
        self._tell("connections_full", connections=held.total(), most=most, of=named)

    def failed(self, problem: str) -> None:
        """Tell that connections could not be looked at."""
        self._tell("connections_not_seen", problem=problem)

    def _tell(self, event: str, **fields: Any) -> bool:
        now = time.monotonic()
        if now < self._next.get(event, now):
            return False
        self._next[event] = now + _MINUTE
        _LOG.warning(event, **fields)
        return True


def _kind(each: Connection) -> str:
    if each.oin is None:
        return "unknown"
    return "strangers" if each.stranger else "parties"


def watch(
    connections: Connections, metrics: ConnectionMetrics, port: int
) -> "asyncio.Task[None] | None":
    """Begin to watch the connections of this process on a port; None where that cannot be done."""
    if not Sockets.can_be_found():
        connections.counted = False
        _LOG.warning("connections_not_bounded", problem="this system does not show its sockets")
        return None
    return asyncio.create_task(ConnectionWatch(connections, metrics, Sockets(port)).run())
