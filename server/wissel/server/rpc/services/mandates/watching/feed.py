"""What changed lately, read from the log once for all who watch in a process."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.server.courier.ports import Tables
from wissel.server.registry.events import Position
from wissel.server.registry.ports import Register, Snapshot
from wissel.server.registry.scope import Scope
from wissel.server.registry.watching import Part, parts_after

KEPT: Final = 5_000
"""Changes that are kept for those who watch; who is further behind reads from the log."""
READERS: Final = 2
"""Reads of the log at once, of all who watch."""
_RETRY_SECONDS: Final = 0.5
_EVERYTHING: Final = Scope.everything()
_LOG: Final = structlog.get_logger("wissel.watch")

T = TypeVar("T")


class Feed:
    """Follows the log while somebody watches, behind the facts in memory and never ahead of them.

    `reached` is the revision up to which it has read all, `mark` what that is known by.
    `past` is another number once the log turned out to have another past.
    """

    def __init__(self, register: Register, follower: Tables) -> None:
        self._register = register
        self._follower = follower
        self._watching = 0
        self._beginning = asyncio.Lock()
        self._readers = asyncio.Semaphore(READERS)
        self._reads: set[asyncio.Task[Any]] = set()
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._parts: list[Part] = []
        self._places: list[Position] = []
        self._start = self._place = Position.after(0)
        self._table: Table | None = None
        self.reached = 0
        self.mark = ""
        self.past = 0

    @asynccontextmanager
    async def joined(self) -> AsyncIterator[None]:
        """Follow the log for as long as the block lasts, with all others who do."""
        async with self._beginning:
            if not self._watching:
                if left := {*self._reads, *([self._task] if self._task else [])}:
                    await asyncio.wait(left)
                await self.read(self._begin)
                self._task = asyncio.create_task(self._follow(), name="feed those who watch")
            self._watching += 1
        try:
            yield
        finally:
            self._watching -= 1
            if not self._watching and self._task is not None:
                self._task.cancel()
                if self._reads:
                    await asyncio.wait(self._reads)

    async def read(self, work: Callable[[Snapshot], Awaitable[T]]) -> T:
        """Read the log when it is one's turn, and return what `work` finds in it.

        So few read at once that no call waits. A caller that goes meanwhile does not break
        off the read: SQLite's driver would wait for ever for a connection that it gave up.
        """
        reading = asyncio.create_task(self._in_turn(work))
        self._reads.add(reading)
        reading.add_done_callback(self._has_read)
        return await asyncio.shield(reading)

    async def _in_turn(self, work: Callable[[Snapshot], Awaitable[T]]) -> T:
        async with self._readers, self._register.snapshot() as snapshot:
            return await work(snapshot)

    def _has_read(self, reading: "asyncio.Task[Any]") -> None:
        self._reads.discard(reading)
        if not reading.cancelled():
            reading.exception()  # told to whoever still waits for it

    @property
    def woken(self) -> asyncio.Event:
        """What is set once there is more than at this moment."""
        return self._woken

    def since(self, place: Position) -> Sequence[Part] | None:
        """Return what came after a place, None if that is further back than what is kept."""
        if place < self._start:
            return None
        return self._parts[bisect_right(self._places, place) :]

    async def _follow(self) -> None:
        while True:
            try:
                await self._advance(await self._follower.beyond(self._table))
            except Exception as error:  # noqa: BLE001 - nobody would be told anything any more
                reason = error.reason if isinstance(error, Refused) else Reason.INTERNAL_ERROR
                _LOG.warning("feeding failed", reason=reason, error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _advance(self, table: Table) -> None:
        """Read what led to a table."""
        past = self.past
        while self._table is not table and past == self.past:
            await self.read(partial(self._step, table=table))
            self._wake()

    async def _step(self, snapshot: Snapshot, table: Table) -> None:
        """Read some of what led to a table, or begin anew if the log has another past."""
        marks = await snapshot.marks({self.reached, table.revision})
        if table.revision < self.reached or marks.get(self.reached, "") != self.mark:
            await self._begin(snapshot)
            self.past += 1
            return
        parts, place = await parts_after(snapshot, self._place, table.revision, _EVERYTHING)
        self._add(parts, place)
        if place == Position.after(table.revision):
            self._table = table
            self.reached, self.mark = table.revision, marks.get(table.revision, "")

    async def _begin(self, snapshot: Snapshot) -> None:
        """Keep nothing of what came before the facts in memory."""
        table = self._follower.table
        marks = await snapshot.marks({table.revision})
        self.reached, self.mark = table.revision, marks.get(table.revision, "")
        self._start = self._place = Position.after(table.revision)
        self._parts, self._places, self._table = [], [], table

    def _add(self, parts: Sequence[Part], place: Position) -> None:
        self._parts += parts
        self._places += (each.place for each in parts)
        self._place = place
        kept = 0
        for index in range(len(self._parts) - 1, -1, -1):
            kept += len(self._parts[index].mandates) + len(self._parts[index].schools)
            if kept > KEPT:
                self._start = self._places[index]
                del self._parts[: index + 1], self._places[: index + 1]
                break

    def _wake(self) -> None:
        self._woken.set()
        self._woken = asyncio.Event()
