"""The register on SQLite or PostgreSQL."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, TypeVar
from uuid import UUID, uuid4

from wissel.routing.facts import Fact
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.ports import Clock
from wissel.server.registry.ports import Actor
from wissel.server.retention import Progress
from wissel.server.store.database import Database
from wissel.server.store.engine import LOCK_TIMEOUT
from wissel.server.store.register import event_log, snapshot
from wissel.server.store.register.head import HeadLook, HeadMark
from wissel.server.store.register.idempotency import expired_answers, forget_answers
from wissel.server.store.register.past.recording import record_at
from wissel.server.store.register.persons import forget_persons, idle_persons
from wissel.server.store.register.snapshot import SqlSnapshot, open_snapshot
from wissel.server.store.register.transaction import SqlTransaction, open_transaction

T = TypeVar("T")

ANSWERS: Final = 64
"""The most answers that one transaction forgets."""
PERSONS: Final = 64
"""The most persons that one transaction erases."""
LONG: Final = dt.timedelta(seconds=1)
"""A change that takes longer, such as an import, is recorded when it ends (R4)."""


class SqlRegister:
    """Readable at any time, writable by one at a time; implements `registry.ports.Register`.

    Writers of one process queue here in order of arrival, for up to
    `lock_timeout` seconds; between processes the lock on the head row decides.
    `waited` is called with the seconds that a write waited for both. `new_id` makes
    the ids that stand for persons.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        lock_timeout: float = LOCK_TIMEOUT,
        waited: Callable[[float], None] = lambda _seconds: None,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._database = database
        self._clock = clock
        self._lock_timeout = lock_timeout
        self._waited = waited
        self._new_id = new_id
        self._look: HeadLook | None = None
        self._turn = asyncio.Lock()
        self._listeners: list[Callable[[int], None]] = []

    @property
    def database(self) -> Database:
        """The database that holds it, for what is kept there outside its log."""
        return self._database

    def on_commit(self, listener: Callable[[int], None]) -> None:
        """Call `listener` with each new revision that this process commits."""
        self._listeners.append(listener)

    def snapshot(self) -> AbstractAsyncContextManager[SqlSnapshot]:
        """Open a consistent read. Raises `Refused(DATABASE_UNAVAILABLE)`."""
        return open_snapshot(self._database)

    @asynccontextmanager
    async def transaction(self, actor: Actor) -> AsyncIterator[SqlTransaction]:
        """Open a write; it commits when the block ends without an exception.

        Raises `Refused(CONTENTION)` if the write lock is not had in time,
        `Refused(REQUEST_ID_REUSED)` if the request id was used with another
        body, `Refused(DATABASE_UNAVAILABLE)` if the store does not answer.
        """
        began = time.perf_counter()
        async with self._in_turn(), self._database.writing() as connection:
            transaction = await open_transaction(connection, actor, self._clock, self._new_id)
            self._waited(time.perf_counter() - began)
            yield transaction
            if not await transaction.finish():
                await connection.rollback()
            elif transaction.changed:
                ended = self._clock()
                if ended - transaction.now >= LONG:
                    await record_at(connection, transaction.revision, ended)
                await self._database.storage.announce(connection, transaction.revision)
        if transaction.changed:
            for listener in self._listeners:
                listener(transaction.revision)

    async def forget_answers(self) -> Progress:
        """Delete some answers that are kept no longer for repeats, in one short transaction.

        Raises `Refused(CONTENTION)` or `Refused(DATABASE_UNAVAILABLE)`.
        """
        now = self._clock()
        async with self._database.reading() as connection:
            old = await expired_answers(connection, now, ANSWERS)
        if not old:
            return Progress(0, more=False)
        async with self._in_turn(), self._database.writing() as connection:
            forgotten = await forget_answers(connection, old, now)
        return Progress(forgotten, more=forgotten > 0)

    async def forget_persons(self, kept: dt.timedelta) -> Progress:
        """Erase some persons whose last act is longer ago than `kept`, in one short transaction.

        Raises `Refused(CONTENTION)` or `Refused(DATABASE_UNAVAILABLE)`.
        """
        before = self._clock() - kept
        async with self._database.reading() as connection:
            idle = await idle_persons(connection, before, PERSONS)
        if not idle:
            return Progress(0, more=False)
        async with self._in_turn(), self._database.writing() as connection:
            forgotten = await forget_persons(connection, idle, before)
        return Progress(forgotten, more=forgotten > 0)

    async def head_revision(self) -> int:
        """Return the revision of the last committed change, of any process."""
        return await snapshot.head_revision(self._database)

    async def head_mark(self) -> HeadMark:
        """Return what is equal for as long as the log is the same, at the least cost.

        Raises `Refused(DATABASE_UNAVAILABLE)`.
        """
        self._look = self._look or HeadLook(self._database.storage.url)
        return await self._look.mark()

    async def close(self) -> None:
        """Let go of what it opened by itself; the database stays open."""
        if self._look is not None:
            await self._look.close()

    async def events_after(self, revision: int) -> event_log.Advance:
        """Return what was added to the log after `revision`."""
        return await event_log.events_after(self._database, revision)

    async def load(self, build: Callable[[int, Iterable[Fact]], T]) -> T:
        """Return `build(revision, facts)` over all current facts, made in a thread."""
        url = self._database.storage.url
        return await asyncio.to_thread(event_log.load, url, build)

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Wait for the other writers of this process, not longer than for those of others."""
        try:
            async with asyncio.timeout(self._lock_timeout):
                await self._turn.acquire()
        except TimeoutError:
            raise Refused(Reason.CONTENTION) from None
        try:
            yield
        finally:
            self._turn.release()
