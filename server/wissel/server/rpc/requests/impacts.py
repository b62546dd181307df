"""Working out what a change would do, beside the calls of everybody else (design.md#impact)."""

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from wissel.routing.deciding.impact.impact import Impact, Viewer
from wissel.routing.deciding.impact.telling import told_differences
from wissel.routing.facts import Fact
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.sharing.turns import Turns

T = TypeVar("T")

SECONDS: Final = 30
"""The longest that one impact may take."""
AT_ONCE: Final = 2
"""How many threads of one process work out impacts and the like."""
_STEPS: Final = 16
"""After so many steps, some 1.5 ms, other threads go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """A change that was not made: its facts, and the facts in memory that it would change."""

    table: Table
    facts: Sequence[Fact]
    today: dt.date
    viewer: Viewer


class Impacts:
    """Works out the impacts of one process: one at a time for each OIN, off the event loop."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="wissel-impacts")
        self._turns = Turns()

    async def of(self, oin: Oin, supposed: Supposed) -> Impact:
        """Return what a change would do, as its viewer may see it.

        Raises `Refused` with IMPACT_LIMIT if as many of this OIN wait already as may,
        and with IMPACT_TOO_LARGE if it takes too long. A call that is cancelled ends
        the work.
        """
        gone = threading.Event()
        work = partial(_work_out, supposed, self._seconds, gone)
        return await self.in_turn(oin, work, gone)

    async def in_turn(
        self, oin: Oin, work: Callable[[], T], gone: threading.Event | None = None
    ) -> T:
        """Do work that takes long in a thread, when it is the turn of an OIN.

        `gone` tells the work that its call was cancelled; the turn lasts until it ends.
        Raises `Refused(IMPACT_LIMIT)` if as many of this OIN wait already as may.
        """
        async with self._turns.of(oin):
            running = self.beside(work)
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                if gone is not None:
                    gone.set()
                await asyncio.gather(running, return_exceptions=True)
                raise

    def beside(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Do short work in one of these threads, so that what others leave to threads is not late.

        Of those the facts in memory are one: they follow the register in a thread.
        """
        return asyncio.get_running_loop().run_in_executor(self._threads, work)


def _work_out(supposed: Supposed, seconds: float, gone: threading.Event) -> Impact:
    """Return the impact, in a thread that lets the event loop go first again and again."""
    until = time.monotonic() + seconds
    before, today = supposed.table, supposed.today
    found = Impact(revision=before.revision, today=today)
    after = before.supposing(supposed.facts)
    steps = told_differences(before, after, today, supposed.viewer)
    for number, some in enumerate(steps):
        for difference in some:
            found.add(difference)
        if number % _STEPS:
            continue
        if gone.is_set():
            break  # nobody reads it
        if time.monotonic() > until:
            raise Refused(Reason.IMPACT_TOO_LARGE, seconds=f"{seconds:g}")
        time.sleep(0)
    return found
