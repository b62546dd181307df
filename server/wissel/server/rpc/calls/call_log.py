"""The log lines and metrics of calls that have ended, in blocks (ADR 14).

Done for one call at a time, building and rendering the line and counting take a
tenth of a resolve, since their code has left the processor's cache in between.
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
from wissel.server.logs.lines import Lines
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.calls.metrics import Metrics

_BLOCK: Final = 64
_FLUSH_SECONDS: Final = 0.25


class CallLog(Collector):
    """Counts and logs calls that have ended, in blocks, within a quarter of a second.

    They are counted also before each scrape of `registry`. `take` and `flush`
    are called on the event loop.
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
        """Take a call that ends now; its context of gRPC is dropped."""
        call.seconds = time.perf_counter() - call.started
        del call.context
        self._uncounted.append(call)
        self._unwritten.append(call)
        if len(self._unwritten) >= _BLOCK:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Count the calls that have ended, and write their lines."""
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
        """Count the calls that have ended; return no metrics of its own. For any thread."""
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
