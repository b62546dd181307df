"""The delivery journal: what the hub knows of each message, durably.

It implements `courier.ports.Journal`, whose docstrings say what each method
promises; the rules that it applies are those of `wissel.routing.exchange.delivery`.
"""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Select

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
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.server.courier.ports import Clock, Reduction
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.engine import Turn
from wissel.server.store.journal.batch import Move, Rule
from wissel.server.store.journal.codec import Row, delivery_of, known_of
from wissel.server.store.journal.notifying.notifications import SqlNotifications
from wissel.server.store.journal.outcomes import Outcomes
from wissel.server.store.journal.queries import (
    due_query,
    overdue_query,
    page_query,
    uncertain_query,
)
from wissel.server.store.journal.recorded import recorded
from wissel.server.store.journal.reducer import Reducer
from wissel.server.store.journal.sessions.acts import SessionActs, transfer_in
from wissel.server.store.journal.sessions.keeping import Sessions
from wissel.server.store.journal.statements import DELIVERY_COLUMNS, Statements
from wissel.server.store.journal.stats import CommitObserver, ignore_commit
from wissel.server.store.journal.writer import Head, JournalWriter
from wissel.server.store.kept_connection import KeptReader

_OPEN: Final = 1024
"""Sessions that a process remembers."""


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
        self._acts = SessionActs(database.storage.sql)
        self._reader = KeptReader(database, Reason.RECORD_UNAVAILABLE)
        self._open: dict[UUID, Transfer] = {}
        self._find_delivery = Statements(database.storage.sql).find
        self.notifications = SqlNotifications(database, clock)
        """Notifications and links, which are no deliveries."""

    @classmethod
    def open(
        cls, url: str, head: Head, clock: Clock, observe: CommitObserver = ignore_commit
    ) -> Self:
        """Open the journal that belongs to the register at `url`; it has been migrated.

        `head` is called after each commit of a claim, on the writer's thread, and
        `observe` after each, on the loop. Raises `Refused(RECORD_UNAVAILABLE)`.
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

        key = order.sender_oin, str(order.message_id)
        written = await self._writer.write(Move(key, rule, head=True))
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
        return await self._outcome(sender_oin, message_id, _settling(attempt, result))

    async def sign_for(
        self, session: Transfer, sender_oin: Oin, message_id: UUID, attempt: int, result: Result
    ) -> Delivery | None:
        """Settle a message with the receipt in which its session ends; see the port."""
        self._open.pop(session.session_id, None)
        rule = _settling(attempt, result)
        then = self._acts.end(session, TransferResult.TRANSFERRED, self._clock())
        written = await self._writer.write(Move((sender_oin, str(message_id)), rule, then))
        if isinstance(written.then, Refused):
            raise written.then
        return written.outcome if isinstance(written.outcome, Delivery) else None

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
        parameters = (sender_oin, str(message_id))
        rows = await self._reader.rows(self._find_delivery, parameters)
        return next((known_of(dict(zip(DELIVERY_COLUMNS, row, strict=True))) for row in rows), None)

    def recent(self, sender_oin: Oin, message_id: UUID) -> Delivery | None:
        """Return what this process wrote last of a message; see the port."""
        return self._writer.remembered((sender_oin, str(message_id)))

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
        await self._writer.write(self._acts.start(transfer))
        self._know(transfer)

    async def find_transfer(self, session_id: UUID) -> Transfer | None:
        """Return a session; see the port."""
        found = transfer_in(await self._reader.rows(self._acts.find, (str(session_id),)))
        if found is not None:
            self._know(found)
        return found

    async def open_transfer(self, session_id: UUID) -> Transfer | None:
        """Return a session as it was known last; see the port."""
        return self._open.get(session_id) or await self.find_transfer(session_id)

    async def use_transfer_key(
        self, transfer: Transfer, routing_key: RoutingKey, key_sha256: bytes
    ) -> None:
        """Use a key in a session; see the port."""
        now = self._clock()
        await self._writer.write(self._acts.use_key(transfer, routing_key, key_sha256, now))

    async def miss_transfer(self, transfer: Transfer, routing_key: RoutingKey) -> None:
        """Note that no dossier was found; see the port."""
        await self._writer.write(self._acts.miss(transfer, routing_key, self._clock()))

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
        self._open.pop(session_id, None)
        written = await self._writer.write(self._acts.sign_off(session_id, caller, result, now))
        assert isinstance(written.outcome, Transfer), "what ends is a session"  # noqa: S101
        return written.outcome

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
        await self._reader.close()
        self._reducer.close()
        self._outcomes.close()
        self._sessions.close()
        self.notifications.close()
        self._turn.close()
        self._database.close()

    def _know(self, transfer: Transfer) -> None:
        """Remember a session as long as it is open, among the last ones."""
        self._open.pop(transfer.session_id, None)
        if transfer.result is None:
            self._open[transfer.session_id] = transfer
        if len(self._open) > _OPEN:
            del self._open[next(iter(self._open))]

    async def _outcome(self, sender_oin: Oin, message_id: UUID, rule: Rule) -> Delivery | None:
        written = await self._writer.write(Move((sender_oin, str(message_id)), rule))
        return written.outcome if isinstance(written.outcome, Delivery) else None

    def _ended_before(self, moment: dt.datetime, limit: int) -> list[Delivery]:
        found: list[Delivery] = []
        for state in sorted(ENDS):
            if len(found) < limit:
                found += self._read(due_query(state, moment, limit - len(found)))
        return found

    def _read(self, query: Select[Any]) -> list[Delivery]:
        return [delivery_of(row) for row in self._rows(query)]

    def _rows(self, query: Select[Any]) -> list[Row]:
        with recorded(), self._database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _settling(attempt: int, result: Result) -> Rule:
    """Return the rule by which a final answer settles an attempt."""

    def rule(current: Known | None, now: dt.datetime) -> Delivery | None:
        if not isinstance(current, Delivery):
            return None
        return life.settle(current, attempt, result, now)

    return rule
