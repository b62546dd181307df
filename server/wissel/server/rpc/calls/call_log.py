"""Calls that have ended: each is counted and gets its log line, some at a time.

What is done once for each call is cold in the processor's cache: building,
rendering and counting took a tenth of a resolve. A block of calls shares it.
"""

import asyncio
import atexit
import datetime as dt
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector

from wissel.server.courier.ports import Clock
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.calls.log import Lines
from wissel.server.rpc.calls.metrics import Metrics

_BLOCK: Final = 64
_FLUSH_SECONDS: Final = 0.25


class CallLog(Collector):
    """Takes calls that have ended, on the event loop.

    They are counted and logged in blocks, at the latest after a quarter of a
    second; counted also before each scrape of `registry`.
    """

    def __init__(self, registry: CollectorRegistry, lines: Lines, clock: Clock) -> None:
        registry.register(self)  # first, so that a scrape counts before it reads
        self._metrics = Metrics(registry)
        self._lines = lines
        self._clock = clock
        self._uncounted: deque[Call] = deque()
        self._unwritten: list[Call] = []
        self._timer: asyncio.TimerHandle | None = None
        atexit.register(self.flush)

    def take(self, call: Call) -> None:
        """Take a call that ends now. It keeps nothing of gRPC's own."""
        call.seconds = time.perf_counter() - call.started
        del call.context
        self._uncounted.append(call)
        self._unwritten.append(call)
        if len(self._unwritten) >= _BLOCK:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Count what has ended, and write its lines."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._count()
        calls, self._unwritten = self._unwritten, []
        now, passed = self._clock(), time.perf_counter()
        for call in calls:
            ago = passed - call.started - call.seconds
            self._lines.write(_line(call, now - dt.timedelta(seconds=ago)))
        self._lines.flush()

    def collect(self) -> Iterable[Metric]:
        """Count what has ended, and add nothing to the scrape; for any thread."""
        self._count()
        return ()

    def _count(self) -> None:
        while True:
            try:
                call = self._uncounted.popleft()
            except IndexError:
                return
            self._metrics.count(call.method, call.code, call.reason, call.seconds)


def _line(call: Call, ended: dt.datetime) -> dict[str, Any]:
    """Return the canonical log line of a call."""
    line: dict[str, Any] = {
        "event": "call",
        "level": "info",
        "timestamp": ended,
        "method": call.method,
        "peer": call.caller.oin if call.caller else "",
        "outcome": call.code,
        "ms": round(call.seconds * 1000, 3),
        "revision": call.revision or call.table.revision,
    }
    if call.reason:
        line["reason"] = call.reason
    if call.message_id:
        line["message_id"] = call.message_id
        line.update(call.notes)
    if call.incident:
        line["incident"] = call.incident
    if call.items:
        line["items"] = call.items
    return line
