"""The one writer of the journal in this process: concurrent moves share a transaction.

A durable commit takes the disk as long for one row as for many, so whatever
arrives while one commit runs goes into the next (group commit,
design.md#journal). The work is done on a thread of its own, which takes the next
batch by itself: a busy event loop would keep it waiting between two commits.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from wissel.routing.exchange.delivery import Delivery, Known, State
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.ports import Clock
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.engine import Turn
from wissel.server.store.journal.batch import (
    Decided,
    Key,
    Move,
    Outcome,
    decide_moves,
    read_deliveries,
    write_moves,
)
from wissel.server.store.journal.statements import Statements
from wissel.server.store.journal.stats import Commit, CommitObserver, ignore_commit
from wissel.server.store.kept_connection import KeptConnection, LostRace

BATCH: Final = 64
"""The most moves in one transaction."""

PAUSE: Final = 0.002
"""Seconds between two transactions, in which another process gets its turn."""

_RACES: Final = 5
_REMEMBERED: Final = 1024

Head = Callable[[], int]
"""Reads the revision of the register's head, blocking; may raise `Refused`."""


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of a move that has been committed.

    `head` is the register's revision, read after the commit; None if it could
    not be read.
    """

    outcome: Outcome
    head: int | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A move, the future of its outcome, and when it was handed in (`perf_counter`)."""

    move: Move
    answer: asyncio.Future[Written]
    since: float


@dataclass(frozen=True, slots=True)
class _Done:
    """A batch that is durable: its outcomes, what moved, and two durations in seconds."""

    written: list[Written]
    steps: list[Delivery]
    turn: float
    took: float


class JournalWriter:
    """Takes moves, commits them in batches, and answers when they are durable."""

    def __init__(
        self,
        database: BlockingDatabase,
        turn: Turn,
        head: Head,
        clock: Clock,
        observe: CommitObserver = ignore_commit,
    ) -> None:
        self._connection = KeptConnection(database)
        self._statements = Statements(database.storage.sql)
        self._begin = database.storage.sql.begin
        self._under_way: dict[Key, Delivery] = {}
        self._turn = turn
        self._head = head
        self._clock = clock
        self._observe = observe
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def write(self, move: Move) -> Written:
        """Commit a move and return its outcome.

        Raises what its rule refused, and `Refused(RECORD_UNAVAILABLE)` if
        nothing could be written: then nothing was.
        """
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(loop,), name="journal", daemon=True
            )
            self._thread.start()
        answer: asyncio.Future[Written] = loop.create_future()
        self._waiting.put(_Waiting(move, answer, time.perf_counter()))
        written = await answer
        if isinstance(written.outcome, Refused):
            raise written.outcome
        return written

    async def close(self) -> None:
        """Commit what is waiting and stop."""
        if self._thread is not None:
            self._waiting.put(None)
            await asyncio.to_thread(self._thread.join)
        self._connection.close()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Commit batch after batch on the journal's thread, and tell the loop, until closed."""
        while batch := self._next_batch():
            began = time.perf_counter()
            try:
                done = self._commit([each.move for each in batch])
            except Exception as error:  # noqa: BLE001 - whatever it was, the receiver must not be called
                loop.call_soon_threadsafe(_fail, batch, error)
            else:
                loop.call_soon_threadsafe(self._answer, batch, done, began)
            time.sleep(PAUSE)

    def _next_batch(self) -> list[_Waiting]:
        """Return what waits, at least one move; nothing once the writer is closed."""
        first = self._waiting.get()
        if first is None:
            return []
        batch = [first]
        while len(batch) < BATCH:
            try:
                each = self._waiting.get_nowait()
            except Empty:
                break
            if each is None:
                self._waiting.put(None)  # read once this batch is done
                break
            batch.append(each)
        return batch

    def _answer(self, batch: Sequence[_Waiting], done: _Done, began: float) -> None:
        for each, written in zip(batch, done.written, strict=True):
            if not each.answer.done():
                each.answer.set_result(written)
        waits = [began - each.since for each in batch]
        self._observe(Commit(waits=waits, turn=done.turn, took=done.took, steps=done.steps))

    def _commit(self, moves: list[Move]) -> _Done:
        """Commit a batch, and then read the head.

        The first attempt reads nothing: it takes the deliveries that this
        process has under way from memory, and a message that is not among them
        for a new one. If the writes show that this does not hold, nothing of it
        is committed, and later attempts read the deliveries first.
        """
        for attempt in range(_RACES):
            began = time.perf_counter()
            try:
                with self._turn.taken():
                    had = time.perf_counter()
                    decided = self._try(moves, reading=attempt > 0)
            except LostRace:
                for move in moves:
                    self._under_way.pop(move.key, None)
                continue
            took = time.perf_counter() - had
            self._remember(decided)
            head = self._read_head()
            written = [Written(outcome, head) for outcome in decided.outcomes]
            return _Done(written, decided.steps, had - began, took)
        raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0)

    def _try(self, moves: list[Move], *, reading: bool) -> Decided:
        statements = self._statements
        with self._connection.transaction(self._begin) as cursor:
            before: Mapping[Key, Known] = (
                read_deliveries(cursor, statements, [move.key for move in moves])
                if reading
                else self._under_way
            )
            decided = decide_moves(moves, before, self._clock())
            if not reading and not decided.all_moved:
                raise LostRace  # no write would show whether what was remembered is true
            write_moves(cursor, statements, before, decided)
        return decided

    def _remember(self, decided: Decided) -> None:
        for key, delivery in decided.after.items():
            if delivery.state is State.ACCEPTED:
                self._under_way[key] = delivery
            else:
                self._under_way.pop(key, None)
        if len(self._under_way) > _REMEMBERED:  # some were never finished
            self._under_way.clear()

    def _read_head(self) -> int | None:
        try:
            return self._head()
        except Refused:
            return None


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    refusal = Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0)
    refusal.__cause__ = error
    for each in batch:
        if not each.answer.done():
            each.answer.set_exception(refusal)
