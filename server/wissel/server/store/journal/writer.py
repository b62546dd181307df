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
    Act,
    Decided,
    Key,
    Move,
    decide_moves,
    perform,
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
_MAY_MOVE_SOON: Final = {State.ACCEPTED, State.UNCERTAIN}
"""Of an attempt that is under way, and of a fetch that is about to be signed for."""

Head = Callable[[], int]
"""Reads the revision of the register's head, blocking; may raise `Refused`."""


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of a move or an act that has been committed.

    `then` is that of the act that came with a move. `head` is the register's
    revision, read after the commit; None if it could not be read, or nobody asked.
    """

    outcome: object
    then: object
    head: int | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A move or an act, the future of its outcome, and when it came (`perf_counter`)."""

    work: Move | Act
    answer: asyncio.Future[Written]
    since: float


@dataclass(frozen=True, slots=True)
class _Done:
    """A batch that is durable: its outcomes, what moved, and two durations in seconds."""

    written: list[Written]
    steps: list[Delivery]
    turn: float
    took: float


@dataclass(frozen=True, slots=True)
class _Tried:
    """What one transaction did: what it decided, and the outcomes of the acts, by place."""

    decided: Decided
    acts: Mapping[int, object]


class JournalWriter:
    """Takes moves and acts, commits them in batches, and answers when they are durable."""

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
        self._remembered: dict[Key, Delivery] = {}
        self._turn = turn
        self._head = head
        self._clock = clock
        self._observe = observe
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def write(self, work: Move | Act) -> Written:
        """Commit a move or an act, and return its outcome.

        Raises what that refused, and `Refused(RECORD_UNAVAILABLE)` if
        nothing could be written: then nothing was.
        """
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(loop,), name="journal", daemon=True
            )
            self._thread.start()
        answer: asyncio.Future[Written] = loop.create_future()
        self._waiting.put(_Waiting(work, answer, time.perf_counter()))
        written = await answer
        if isinstance(written.outcome, Refused):
            raise written.outcome
        return written

    def remembered(self, key: Key) -> Delivery | None:
        """Return what this process wrote last of a message that may move soon, if it knows."""
        return self._remembered.get(key)

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
                done = self._commit([each.work for each in batch])
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

    def _commit(self, batch: list[Move | Act]) -> _Done:
        """Commit a batch, and then read the head if a move of it asks for it.

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
                    tried = self._try(batch, reading=attempt > 0)
            except LostRace:
                for each in batch:
                    if isinstance(each, Move):
                        self._remembered.pop(each.key, None)
                continue
            took = time.perf_counter() - had
            self._remember(tried.decided)
            return _Done(self._written(batch, tried), tried.decided.steps, had - began, took)
        raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0)

    def _try(self, batch: list[Move | Act], *, reading: bool) -> _Tried:
        statements, moves = self._statements, [each for each in batch if isinstance(each, Move)]
        with self._connection.transaction(self._begin) as cursor:
            before: Mapping[Key, Known] = (
                read_deliveries(cursor, statements, [move.key for move in moves])
                if reading and moves
                else self._remembered
            )
            decided = decide_moves(moves, before, self._clock())
            if not reading and not decided.all_moved:
                raise LostRace  # no write would show whether what was remembered is true
            write_moves(cursor, statements, before, decided)
            acts = _acts_of(batch, decided)
            outcomes = perform(cursor, list(acts.values()))
        return _Tried(decided, dict(zip(acts, outcomes, strict=True)))

    def _written(self, batch: list[Move | Act], tried: _Tried) -> list[Written]:
        moved = iter(tried.decided.outcomes)
        asked = any(isinstance(each, Move) and each.head for each in batch)
        head = self._read_head() if asked else None
        return [
            Written(next(moved), tried.acts.get(number), head)
            if isinstance(each, Move)
            else Written(tried.acts[number], None, head)
            for number, each in enumerate(batch)
        ]

    def _remember(self, decided: Decided) -> None:
        for key, delivery in decided.after.items():
            self._remembered.pop(key, None)
            if delivery.state in _MAY_MOVE_SOON:
                self._remembered[key] = delivery
        while len(self._remembered) > _REMEMBERED:  # some never end, or elsewhere
            del self._remembered[next(iter(self._remembered))]

    def _read_head(self) -> int | None:
        try:
            return self._head()
        except Refused:
            return None


def _acts_of(batch: Sequence[Move | Act], decided: Decided) -> dict[int, Act]:
    """Return the acts of a batch by their places: those by themselves, and those of moves."""
    moved = iter(decided.outcomes)
    found = {}
    for number, each in enumerate(batch):
        if isinstance(each, Act):
            found[number] = each
        elif isinstance(next(moved), Delivery) and each.then is not None:
            found[number] = each.then
    return found


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    refusal = Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0)
    refusal.__cause__ = error
    for each in batch:
        if not each.answer.done():
            each.answer.set_exception(refusal)
