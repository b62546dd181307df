"""One write to the register: events first, then their projection."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.facts import Fact
from wissel.routing.facts.keys import key_of
from wissel.routing.values.days import day_of
from wissel.server.courier.ports import Clock
from wissel.server.registry.ports import Actor
from wissel.server.store.register.codec import decode, encode
from wissel.server.store.register.event_subjects import subjects_of
from wissel.server.store.register.idempotency import Answer, earlier_answer, keep_answer
from wissel.server.store.register.persons import (
    keep_acceptance,
    known_person,
    remember_person,
)
from wissel.server.store.register.projection import PROJECTIONS, Projection
from wissel.server.store.register.snapshot import SqlSnapshot
from wissel.server.store.register.tables import DOCUMENT, EVENT, HEAD, SUBJECT

_CHUNK: Final = 500  # facts per round of statements, between which the event loop does other work

FactKey = tuple[type[Fact], str]
"""Which fact: its kind and its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """One fact that becomes another."""

    fact: Fact
    key: str
    before: str | None
    after: str


class SqlTransaction(SqlSnapshot):
    """A write in one transaction; implements `registry.ports.Transaction`."""

    def __init__(  # noqa: PLR0913 - what one write knows from its start
        self,
        connection: AsyncConnection,
        actor: Actor,
        *,
        head: int,
        now: dt.datetime,
        person_id: str,
        new_id: Callable[[], UUID],
        earlier: Answer | None,
    ) -> None:
        super().__init__(connection, head)
        self._actor = actor
        self._now = now
        self._person_id = person_id
        self._new_id = new_id
        self._earlier = earlier
        self._response: bytes | None = None
        self._discarded = False
        self._seq = 0
        self._written: list[Fact] = []

    @property
    def now(self) -> dt.datetime:
        """The moment of the change, in UTC; never before that of an earlier change."""
        return self._now

    @property
    def today(self) -> dt.date:
        """The day of `now` in Amsterdam."""
        return day_of(self._now)

    @property
    def answer(self) -> bytes | None:
        """The stored answer if this very request was made before."""
        return None if self._earlier is None else self._earlier.response

    @property
    def person(self) -> str:
        """The id that stands for who makes the change, empty if nobody is known."""
        return self._person_id

    @property
    def changed(self) -> bool:
        """Whether it makes a new revision."""
        return self._seq > 0 and not self._discarded

    @property
    def written(self) -> Sequence[Fact]:
        """The facts that were put and changed something, in the order of `put`."""
        return self._written

    async def put(self, *facts: Fact) -> None:
        """Record facts, new or replaced; one equal to what is stored changes nothing.

        After `discard` they are only noted.
        """
        if self._discarded:
            self._written += facts
            return
        for start in range(0, len(facts), _CHUNK):
            await self._put(facts[start : start + _CHUNK])

    async def person_for(self, subject: str) -> str:
        """Return the id that stands for a subject, who is remembered as acting now."""
        person_id = await known_person(self._connection, subject) or str(self._new_id())
        await remember_person(self._connection, person_id, subject, self._now)
        return person_id

    async def keep_document(self, digest: str, body: bytes) -> None:
        """Keep a document under its SHA-256; one that is there stays."""
        if await self.document(digest) is None:
            row = insert(DOCUMENT).values(sha256=digest, body=body)
            await self._connection.execute(row)

    async def keep_acceptance(self, agreement_id: str, signed: bytes) -> None:
        """Keep what was signed about an acceptance by who makes the change."""
        await keep_acceptance(self._connection, agreement_id, self._person_id, signed)

    def answer_with(self, response: bytes) -> None:
        """Keep the answer for a repeat of the same request."""
        self._response = response

    def discard(self) -> None:
        """Roll everything back when the block ends (`validate_only`)."""
        self._discarded = True

    async def finish(self) -> bool:
        """Store the answer, and say whether there is anything to commit."""
        if self._discarded:
            return False
        new = self._response is not None and self._earlier is None and self._actor.request_id
        if new and self._response is not None:
            if self._seq == 0:
                await self._remember_person()
            answer = Answer(revision=self._revision, response=self._response)
            await keep_answer(self._connection, self._actor, self._person_id, answer, self._now)
        return bool(new) or self.changed

    async def _put(self, facts: Sequence[Fact]) -> None:
        stored = await self._stored(facts)
        known = set(stored)
        events = _events(facts, stored)
        if not events:
            return
        if self._seq == 0:
            await self._begin_revision()
        await self._append(events)
        self._written += [event.fact for event in events]
        latest = {(type(event.fact), event.key): event for event in events}
        await self._project([e for at, e in latest.items() if at not in known], self._insert)
        await self._project([e for at, e in latest.items() if at in known], self._update)

    async def _stored(self, facts: Sequence[Fact]) -> dict[FactKey, str]:
        """Return the bodies of the facts that are there already."""
        keys: dict[type[Fact], list[str]] = defaultdict(list)
        for fact in facts:
            keys[type(fact)].append(key_of(fact))
        found: dict[FactKey, str] = {}
        for kind, wanted in keys.items():
            table = PROJECTIONS[kind].table
            query = select(table.c.key, table.c.body).where(table.c.key.in_(wanted))
            for key, body in await self._connection.execute(query):
                found[kind, key] = body
        return found

    async def _begin_revision(self) -> None:
        self._revision += 1
        head = update(HEAD).values(revision=self._revision, recorded_time=self._now)
        await self._connection.execute(head)
        await self._remember_person()

    async def _remember_person(self) -> None:
        if self._person_id:
            subject = self._actor.subject
            await remember_person(self._connection, self._person_id, subject, self._now)

    async def _append(self, events: Sequence[_Event]) -> None:
        """Write events in the order in which the facts were put."""
        rows, subjects = [], []
        for event in events:
            self._seq += 1
            rows.append(self._row(event))
            subjects += [
                {"subject": subject, "revision": self._revision, "seq": self._seq}
                for subject in sorted(_subjects(event))
            ]
        await self._connection.execute(insert(EVENT), rows)
        if subjects:
            await self._connection.execute(insert(SUBJECT), subjects)

    def _row(self, event: _Event) -> dict[str, Any]:
        return {
            "revision": self._revision,
            "seq": self._seq,
            "recorded_time": self._now,
            "actor": self._actor.caller,
            "person": self._person_id,
            "reason": self._actor.reason,
            "method": self._actor.method,
            "entity": PROJECTIONS[type(event.fact)].entity,
            "entity_id": event.key,
            "before": event.before,
            "after": event.after,
            "request_id": self._actor.request_id,
        }

    async def _project(
        self,
        events: Sequence[_Event],
        statement: Callable[[Projection], Any],
    ) -> None:
        """Write the last event of each fact to the table of its kind."""
        rows: dict[type[Fact], list[dict[str, Any]]] = defaultdict(list)
        for event in events:
            columns = PROJECTIONS[type(event.fact)].columns
            values = {f"new_{name}": of(event.fact) for name, of in columns.items()}
            values |= {"new_key": event.key, "new_body": event.after}
            rows[type(event.fact)].append(values | {"new_revision": self._revision})
        for kind, batch in rows.items():
            await self._connection.execute(statement(PROJECTIONS[kind]), batch)

    @staticmethod
    def _insert(projection: Projection) -> Any:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in projection.columns}
        return insert(projection.table).values(
            key=bindparam("new_key"),
            body=bindparam("new_body"),
            revision=bindparam("new_revision"),
            created_revision=bindparam("new_revision"),
            **values,
        )

    @staticmethod
    def _update(projection: Projection) -> Any:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in projection.columns}
        return (
            update(projection.table)
            .where(projection.table.c.key == bindparam("new_key"))
            .values(body=bindparam("new_body"), revision=bindparam("new_revision"), **values)
        )


async def open_transaction(
    connection: AsyncConnection, actor: Actor, clock: Clock, new_id: Callable[[], UUID]
) -> SqlTransaction:
    """Take the register's lock and return the transaction.

    The first statement locks the head row, so that whatever is read after it
    still holds at commit, and revisions are committed in their order. `new_id`
    makes the id of a person who never acted before, or was forgotten.
    """
    lock = update(HEAD).values(revision=HEAD.c.revision)
    head = (await connection.execute(lock.returning(HEAD.c.revision, HEAD.c.recorded_time))).one()
    now = max(clock(), head.recorded_time)
    subject = actor.subject
    person_id = await known_person(connection, subject) or str(new_id()) if subject else ""
    earlier = await earlier_answer(connection, actor, person_id, now)
    return SqlTransaction(
        connection,
        actor,
        head=head.revision,
        now=now,
        person_id=person_id,
        new_id=new_id,
        earlier=earlier,
    )


def _events(facts: Sequence[Fact], current: dict[FactKey, str]) -> list[_Event]:
    """Return the events of putting `facts` in order; `current` is brought up to date with each."""
    events = []
    for fact in facts:
        at = (type(fact), key_of(fact))
        before, after = current.get(at), encode(fact)
        if before != after:
            current[at] = after
            events.append(_Event(fact=fact, key=at[1], before=before, after=after))
    return events


def _subjects(event: _Event) -> set[str]:
    """Return the subjects of the fact before and after the event."""
    subjects = subjects_of(event.fact)
    if event.before is not None:
        subjects |= subjects_of(decode(type(event.fact), event.before))
    return subjects
