"""Following the log: each process holds the facts and keeps them current.

It never caches decisions (design.md#staleness). A `Follower` is generic in what it
builds from the facts: `wissel.routing.table.table.Table` in a running hub.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, Generic, Protocol, Self, TypeVar

import structlog

from wissel.routing.facts import Fact
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.register.event_log import Advance
from wissel.server.store.register.head import HeadMark

POLL_SECONDS: Final = 0.25
"""Seconds between two looks at the log; what is committed here or announced is read at once."""

_RETRY_SECONDS: Final = 0.5
_LOG: Final = structlog.get_logger("wissel.follow")


class Folded(Protocol):
    """An immutable value made of facts, at one revision."""

    @property
    def revision(self) -> int:
        """The revision of its facts."""
        ...

    def with_facts(self, revision: int, facts: Iterable[Fact]) -> Self:
        """Return the value after these changes, which lead to `revision`."""
        ...


T = TypeVar("T", bound=Folded)


class Log(Protocol):
    """What a follower needs of the register; `SqlRegister` has it."""

    def on_commit(self, listener: Callable[[int], None]) -> None:
        """Call `listener` with each new revision that this process commits."""
        ...

    async def load(self, build: Callable[[int, Iterable[Fact]], T]) -> T:
        """Return `build(revision, facts)` over all current facts."""
        ...

    async def head_mark(self) -> HeadMark:
        """Return what is equal for as long as the log is the same, at the least cost."""
        ...

    async def events_after(self, revision: int) -> Advance:
        """Return what was added to the log after `revision`."""
        ...

    async def head_revision(self) -> int:
        """Return the revision of the last committed change, of any process."""
        ...


class Follower(Generic[T]):
    """Holds the table of the register and follows the log.

    `build` makes the first table (`Table.load`); `clock` is monotonic, in
    seconds. Call `start` once, and `stop` before the database is closed.
    """

    def __init__(
        self,
        log: Log,
        build: Callable[[int, Iterable[Fact]], T],
        *,
        clock: Callable[[], float],
        poll: float = POLL_SECONDS,
    ) -> None:
        self._log = log
        self._build = build
        self._clock = clock
        self._poll = poll
        self._table: T | None = None
        self._caught_up_at = clock()
        self._known_head = 0
        self._recorded: dt.datetime | None = None
        self._mark: HeadMark | None = None
        self._nudge = asyncio.Event()
        self._advanced = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def table(self) -> T:
        """The current table; use one table throughout for one answer.

        Raises `Refused(REGISTRY_STALE)` before the first one is loaded.
        """
        if self._table is None:
            raise Refused(Reason.REGISTRY_STALE, retry_after=_RETRY_SECONDS)
        return self._table

    @property
    def caught_up_at(self) -> float:
        """When, by `clock`, a look at the log began after which nothing was left to follow."""
        return self._caught_up_at

    def staleness(self) -> float:
        """Return for how many seconds the table may have been behind."""
        return self._clock() - self._caught_up_at

    async def head_revision(self) -> int:
        """Return the last committed revision as the database has it at this moment."""
        head = await self._log.head_revision()
        self.learn(head)
        return head

    async def start(self) -> None:
        """Load the table and begin to follow. Raises `Refused(DATABASE_UNAVAILABLE)`."""
        self._log.on_commit(self.learn)
        await self._load()
        self._task = asyncio.create_task(self._follow(), name="follow the register")

    async def stop(self) -> None:
        """Stop following; the table stays as it is."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def reached(self, revision: int, *, timeout: float = 2.0) -> None:  # noqa: ASYNC109 - the contract of at_least_revision
        """Return once the table is at `revision` or later.

        Raises `Refused(REVISION_UNKNOWN)` at once if the register has no such
        revision, `Refused(REVISION_NOT_REACHED)` after `timeout` seconds.
        """
        if self.table.revision >= revision:
            return
        if self._known_head < revision and await self.head_revision() < revision:
            raise Refused(
                Reason.REVISION_UNKNOWN, field="at_least_revision", revision=str(revision)
            )
        self._nudge.set()
        try:
            async with asyncio.timeout(timeout):
                while self.table.revision < revision:
                    await self._advanced.wait()
        except TimeoutError:
            raise Refused(
                Reason.REVISION_NOT_REACHED,
                retry_after=_RETRY_SECONDS,
                revision=str(revision),
            ) from None

    async def beyond(self, table: T | None) -> T:
        """Return the table once it is another one than `table`."""
        while self.table is table:
            await self._advanced.wait()
        return self.table

    def learn(self, head: int) -> None:
        """Take note that revision `head` exists; what is missing is read without waiting."""
        self._known_head = max(self._known_head, head)
        if self._table is None or head > self._table.revision:
            self._nudge.set()

    async def _load(self) -> None:
        looked = self._clock()
        self._set(await self._log.load(self._build))
        self._known_head = self.table.revision
        self._recorded = self._mark = None  # the next look learns them
        self._caught_up_at = looked

    async def _follow(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._nudge.wait()
            self._nudge.clear()
            try:
                await self._catch_up()
            except Exception as error:  # noqa: BLE001 - a follower that dies would never recover
                reason = error.reason if isinstance(error, Refused) else Reason.INTERNAL_ERROR
                _LOG.warning("following failed", reason=reason, error=type(error).__name__)
                await asyncio.sleep(self._poll)

    async def _catch_up(self) -> None:
        """Fold what was added until there is no more; then the table is current."""
        looked = self._clock()
        mark = await self._log.head_mark()
        if mark == self._mark:
            self._caught_up_at = looked
            return
        while True:
            looked = self._clock()
            advance = await self._log.events_after(self.table.revision)
            if self._has_another_past(advance):
                _LOG.warning("another past: loading again", head=advance.head)
                await self._load()
                return
            if advance.events:
                self._set(await asyncio.to_thread(_fold, self.table, advance))
            self._recorded = advance.recorded
            if advance.revision == advance.head:
                self._caught_up_at, self._mark = looked, mark
                return

    def _has_another_past(self, advance: Advance) -> bool:
        """Whether the log is not the one that the table was made of.

        A restored backup, or a standby that was promoted without the last
        events, is at an earlier revision, or has by now given the same numbers
        to other changes: those were recorded at another moment.
        """
        if advance.head < self.table.revision:
            return True
        return self._recorded is not None and advance.base != self._recorded

    def _set(self, table: T) -> None:
        """Replace the table, and wake those who wait for its revision."""
        self._table = table
        self._known_head = max(self._known_head, table.revision)
        self._advanced.set()
        self._advanced = asyncio.Event()


def _fold(table: T, advance: Advance) -> T:
    """Return the table after an advance; decoding a large import must not hold up calls."""
    return table.with_facts(advance.revision, advance.facts())
