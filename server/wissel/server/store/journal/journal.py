"""The delivery journal: what the hub knows of each message, durably.

It implements `courier.ports.Journal`, whose docstrings say what each method
promises; the rules that it applies are those of `wissel.routing.exchange.delivery`.
"""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Select, select

from wissel.routing.exchange import delivery_moves as life
from wissel.routing.exchange.delivery import (
    ENDS,
    Delivery,
    Known,
    Order,
    Position,
    ReducedDelivery,
    Result,
    Wanted,
)
from wissel.routing.exchange.fetching.transfers import Transfer, TransferResult
from wissel.routing.exchange.outcome import KeptOutcome
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.server.courier.ports import Clock, Reduction
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.engine import Turn
from wissel.server.store.journal.batch import Move, Rule
from wissel.server.store.journal.codec import Row, delivery_of, known_of
from wissel.server.store.journal.outcomes import Outcomes
from wissel.server.store.journal.queries import (
    due_query,
    overdue_query,
    page_query,
    uncertain_query,
)
from wissel.server.store.journal.recorded import recorded
from wissel.server.store.journal.reducer import Reducer
from wissel.server.store.journal.sessions import Sessions
from wissel.server.store.journal.stats import CommitObserver, ignore_commit
from wissel.server.store.journal.tables import DELIVERY
from wissel.server.store.journal.writer import Head, JournalWriter, Written


class SqlJournal:
    """The journal in SQLite or PostgreSQL."""

    def __init__(
        self,
        database: BlockingDatabase,
        writer: JournalWriter,
        turn: Turn,
        clock: Clock,
    ) -> None:
        self._database = database
        self._writer = writer
        self._turn = turn
        self._clock = clock
        self._reducer = Reducer(database)
        self._outcomes = Outcomes(database)
        self._sessions = Sessions(database)

    @classmethod
    def open(
        cls, url: str, head: Head, clock: Clock, observe: CommitObserver = ignore_commit
    ) -> Self:
        """Open the journal that belongs to the register at `url`; it has been migrated.

        `head` is called once for each commit, on the writer's thread, and
        `observe` after it, on the loop. Raises `Refused(RECORD_UNAVAILABLE)`.
        """
        database = BlockingDatabase.open(journal_url(url))
        turn = database.storage.open_turn()
        return cls(database, JournalWriter(database, turn, head, clock, observe), turn, clock)

    async def use(self) -> None:
        """Run one write transaction that changes nothing.

        A hub does so before it serves: one whose journal cannot be written would
        refuse every message. Raises `Refused(RECORD_UNAVAILABLE)`.
        """
        await self._writer.write(Move(("", str(UUID(int=0))), lambda _current, _now: None))

    async def claim(self, order: Order) -> tuple[Delivery, int | None]:
        """Accept an order; see the port."""

        def rule(current: Known | None, now: dt.datetime) -> Delivery:
            return life.claim(current, order, now)

        written = await self._write(order.sender_oin, order.message_id, rule)
        assert isinstance(written.outcome, Delivery), "a claim yields a delivery or refuses"  # noqa: S101
        return written.outcome, written.head

    async def finish(
        self, sender_oin: Oin, message_id: UUID, attempt: int, result: Result
    ) -> Delivery | None:
        """End an attempt; see the port."""

        def rule(current: Known | None, now: dt.datetime) -> Delivery | None:
            return life.finish(current, attempt, result, now)

        return await self._outcome(sender_oin, message_id, rule)

    async def expire(self, sender_oin: Oin, message_id: UUID) -> Delivery | None:
        """End an attempt whose lease has run out; see the port."""

        def rule(current: Known | None, now: dt.datetime) -> Delivery | None:
            if not isinstance(current, Delivery):
                return None
            ended = life.expire(current, now)
            return None if ended is current else ended

        return await self._outcome(sender_oin, message_id, rule)

    async def settle(
        self, sender_oin: Oin, message_id: UUID, attempt: int, result: Result
    ) -> Delivery | None:
        """Settle an uncertain message; see the port."""

        def rule(current: Known | None, now: dt.datetime) -> Delivery | None:
            if not isinstance(current, Delivery):
                return None
            return life.settle(current, attempt, result, now)

        return await self._outcome(sender_oin, message_id, rule)

    async def overdue(self, limit: int) -> list[Delivery]:
        """Return what nobody owns any more; see the port."""
        return await asyncio.to_thread(self._read, overdue_query(self._clock(), limit))

    async def uncertain(
        self, since: dt.datetime, after: Delivery | None, limit: int
    ) -> list[Delivery]:
        """Return what is to be settled; see the port."""
        return await asyncio.to_thread(self._read, uncertain_query(since, after, limit))

    async def find(self, sender_oin: Oin, message_id: UUID) -> Known | None:
        """Return what is known of a message; see the port."""
        return await asyncio.to_thread(self._find, sender_oin, str(message_id))

    async def page(self, wanted: Wanted, *, after: Position | None, limit: int) -> list[Delivery]:
        """Return deliveries, newest first; see the port."""
        return await asyncio.to_thread(self._read, page_query(wanted, after, limit))

    async def keep_outcome(self, outcome: KeptOutcome) -> KeptOutcome:
        """Keep what a receiver says; see the port."""
        return await asyncio.to_thread(self._outcomes.keep, outcome)

    async def outcomes(
        self, deliveries: Sequence[Delivery]
    ) -> Mapping[tuple[str, str], KeptOutcome]:
        """Return what receivers say; see the port."""
        keys = [(each.order.sender_oin, str(each.order.message_id)) for each in deliveries]
        return await asyncio.to_thread(self._outcomes.of, keys)

    async def start_transfer(self, transfer: Transfer) -> None:
        """Keep a new session; see the port."""
        await asyncio.to_thread(self._sessions.start, transfer)

    async def find_transfer(self, session_id: UUID) -> Transfer | None:
        """Return a session; see the port."""
        return await asyncio.to_thread(self._sessions.find, session_id)

    async def use_transfer_key(
        self, transfer: Transfer, routing_key: RoutingKey, key_sha256: bytes
    ) -> None:
        """Use a key in a session; see the port."""
        now = self._clock()
        await asyncio.to_thread(self._sessions.use_key, transfer, routing_key, key_sha256, now)

    async def miss_transfer(self, transfer: Transfer, routing_key: RoutingKey) -> None:
        """Note that no dossier was found; see the port."""
        await asyncio.to_thread(self._sessions.miss, transfer, routing_key, self._clock())

    async def transfer_misses(self, transfer: Transfer) -> int:
        """Return how often none was found; see the port."""
        return await asyncio.to_thread(self._sessions.misses, transfer, self._clock())

    async def wipe_transfer_keys(self, limit: int) -> int:
        """Forget keys of expired sessions; see the port."""
        return await asyncio.to_thread(self._sessions.wipe_keys, self._clock(), limit)

    async def sign_off_transfer(
        self, session_id: UUID, caller: Oin, result: TransferResult, now: dt.datetime
    ) -> Transfer:
        """End a session; see the port."""
        return await asyncio.to_thread(self._sessions.sign_off, session_id, caller, result, now)

    async def forget_transfers(self, before: dt.datetime, limit: int) -> int:
        """Forget old sessions; see the port."""
        return await asyncio.to_thread(self._sessions.forget, before, limit)

    async def ended_before(self, moment: dt.datetime, limit: int) -> list[Delivery]:
        """Return deliveries to reduce; see the port."""
        return await asyncio.to_thread(self._ended_before, moment, limit)

    async def reduce(self, deliveries: Sequence[ReducedDelivery]) -> Reduction:
        """Keep only what is kept for good; see the port."""
        return await asyncio.to_thread(self._reducer.reduce, deliveries)

    async def close(self) -> None:
        """Commit what is waiting, then let go of the database."""
        await self._writer.close()
        self._reducer.close()
        self._outcomes.close()
        self._sessions.close()
        self._turn.close()
        self._database.close()

    async def _outcome(self, sender_oin: Oin, message_id: UUID, rule: Rule) -> Delivery | None:
        written = await self._write(sender_oin, message_id, rule)
        return written.outcome if isinstance(written.outcome, Delivery) else None

    async def _write(self, sender_oin: Oin, message_id: UUID, rule: Rule) -> Written:
        return await self._writer.write(Move((sender_oin, str(message_id)), rule))

    def _ended_before(self, moment: dt.datetime, limit: int) -> list[Delivery]:
        found: list[Delivery] = []
        for state in sorted(ENDS):
            if len(found) < limit:
                found += self._read(due_query(state, moment, limit - len(found)))
        return found

    def _find(self, sender_oin: str, message_id: str) -> Known | None:
        query = select(DELIVERY).where(
            DELIVERY.c.sender_oin == sender_oin, DELIVERY.c.message_id == message_id
        )
        return next((known_of(row) for row in self._rows(query)), None)

    def _read(self, query: Select[Any]) -> list[Delivery]:
        return [delivery_of(row) for row in self._rows(query)]

    def _rows(self, query: Select[Any]) -> list[Row]:
        with recorded(), self._database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
