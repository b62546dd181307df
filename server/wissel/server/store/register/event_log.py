"""Reading the event log: the whole register at once, then what was added since."""

import datetime as dt
import gc
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, Select, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.facts import Fact, Mandate, School
from wissel.server.registry.ports import Change, Changes, Place, Subjects
from wissel.server.store.database import BlockingDatabase, Database
from wissel.server.store.register.codec import decode
from wissel.server.store.register.projection import BY_ENTITY, PROJECTIONS
from wissel.server.store.register.tables import EVENT, HEAD, SUBJECT

T = TypeVar("T")

_ROWS_AT_ONCE: Final = 5_000
_REVISIONS_AT_ONCE: Final = 200
CHANGES_AT_ONCE: Final = 100
"""Events that are read at once for those who watch."""
_WATCHED: Final[Mapping[str, Any]] = {PROJECTIONS[kind].entity: kind for kind in (Mandate, School)}
_SCHOOL: Final = PROJECTIONS[School].entity
_PLACE: Final = tuple_(EVENT.c.revision, EVENT.c.seq)
_EVENT: Final = (
    EVENT.c.revision,
    EVENT.c.seq,
    EVENT.c.recorded_time,
    EVENT.c.entity,
    EVENT.c.before,
    EVENT.c.after,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What was added to the log: the facts of the revisions up to `revision`, in order.

    `head` is the last revision there is; it is higher when more is to be read.
    `base` is when the revision was recorded from which was asked, `recorded`
    when `revision` was; None for a revision without events.
    """

    head: int
    revision: int
    base: dt.datetime | None = None
    recorded: dt.datetime | None = None
    events: tuple[tuple[str, str], ...] = ()

    def facts(self) -> list[Fact]:
        """Return the facts as they became, one per event."""
        return [decode(BY_ENTITY[entity].kind, body) for entity, body in self.events]


async def events_after(database: Database, revision: int) -> Advance:
    """Return what follows `revision`; never part of a revision."""
    async with database.reading() as connection:
        head = await connection.scalar(select(HEAD.c.revision)) or 0
        query = select(EVENT.c.recorded_time).where(EVENT.c.revision == revision, EVENT.c.seq == 1)
        base = await connection.scalar(query)
        if head <= revision:
            return Advance(head=head, revision=head, base=base, recorded=base)
        last = min(head, revision + _REVISIONS_AT_ONCE)
        query = (
            select(EVENT.c.entity, EVENT.c.after, EVENT.c.recorded_time)
            .where(EVENT.c.revision > revision, EVENT.c.revision <= last)
            .order_by(EVENT.c.revision, EVENT.c.seq)
        )
        rows = (await connection.execute(query)).all()
        return Advance(
            head=head,
            revision=last,
            base=base,
            recorded=rows[-1].recorded_time,
            events=tuple((entity, body) for entity, body, _ in rows),
        )


async def changes(
    connection: AsyncConnection, after: Place, until: int, subjects: Subjects
) -> Changes:
    """Return the mandates and schools of some of the events that follow a place.

    The first 100 events or so are read, up to revision `until`. Of mandates only those
    that touch one of `subjects`; of schools all.
    """
    if subjects is None:
        queries = [select(*_EVENT).where(tuple_(*after) < _PLACE, EVENT.c.revision <= until)]
    else:
        queries = [_of_subjects(after, until, subjects), _of_schools(after, until)]
    rows: list[Any] = []
    end = last = Place.after(until)
    for query in queries:
        ordered = query.order_by(EVENT.c.revision, EVENT.c.seq).limit(CHANGES_AT_ONCE)
        some = (await connection.execute(ordered)).all()
        rows += some
        if len(some) == CHANGES_AT_ONCE:
            last = min(last, Place(some[-1].revision, some[-1].seq))
    found = {
        place: row
        for row in rows
        if row.entity in _WATCHED and (place := Place(row.revision, row.seq)) <= last
    }
    return Changes(
        found=tuple(_change(place, found[place]) for place in sorted(found)),
        until=last,
        whole=last == end,
    )


def _of_subjects(after: Place, until: int, subjects: Sequence[str]) -> Select[Any]:
    """Select the events that touch one of some subjects, by their index."""
    here = and_(SUBJECT.c.revision == EVENT.c.revision, SUBJECT.c.seq == EVENT.c.seq)
    place = tuple_(SUBJECT.c.revision, SUBJECT.c.seq)
    return (
        select(*_EVENT)
        .select_from(SUBJECT.join(EVENT, here))
        .where(SUBJECT.c.subject.in_(subjects))
        .where(SUBJECT.c.revision >= after.revision, SUBJECT.c.revision <= until)
        .where(place > tuple_(*after))
    )


def _of_schools(after: Place, until: int) -> Select[Any]:
    """Select the events of schools by the index of entities: others are many more.

    With a bare revision a database would rather go through all events since.
    """
    revision = EVENT.c.revision + 0
    return (
        select(*_EVENT)
        .where(EVENT.c.entity == _SCHOOL, revision >= after.revision, revision <= until)
        .where(tuple_(revision, EVENT.c.seq) > tuple_(*after))
    )


def _change(place: Place, row: Row[Any]) -> Change:
    kind = _WATCHED[row.entity]
    return Change(
        place=place,
        recorded=row.recorded_time,
        before=None if row.before is None else decode(kind, row.before),
        after=decode(kind, row.after),
    )


async def behind(connection: AsyncConnection, revision: int, subjects: Subjects, most: int) -> int:
    """Return how many events after `revision` touch one of the subjects, `most` at most."""
    query: Select[Any]
    if subjects is None:
        query = select(EVENT.c.seq).where(EVENT.c.revision > revision)
    else:
        query = select(SUBJECT.c.seq).where(
            SUBJECT.c.subject.in_(subjects), SUBJECT.c.revision > revision
        )
    counted = select(func.count()).select_from(query.limit(most).subquery())
    return await connection.scalar(counted) or 0


async def marks(connection: AsyncConnection, revisions: Collection[int]) -> Mapping[int, str]:
    """Return for each of some revisions the digest of its first event: 16 hex digits."""
    query = select(EVENT).where(EVENT.c.revision.in_(revisions), EVENT.c.seq == 1)
    return {row.revision: _digest(row) for row in await connection.execute(query)}


def _digest(row: Row[Any]) -> str:
    told = (row.recorded_time.isoformat(), row.method, row.entity, row.entity_id, row.after)
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]


def load(url: str, build: Callable[[int, Iterable[Fact]], T]) -> T:
    """Return `build(revision, facts)` over all current facts of one revision.

    The facts stream, so that a large register is never held twice. This blocks:
    run it outside the event loop.
    """
    with (
        BlockingDatabase.open(url) as database,
        _without_collections(),
        database.reading() as connection,
    ):
        revision = connection.scalar(select(HEAD.c.revision)) or 0
        return build(revision, _current_facts(connection))


@contextmanager
def _without_collections() -> Iterator[None]:
    """Switch the garbage collector off: it would go through millions of new objects, in vain."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def _current_facts(connection: Connection) -> Iterator[Fact]:
    """Yield all facts, those that others refer to first."""
    for kind, projection in PROJECTIONS.items():
        query = select(projection.table.c.body).execution_options(yield_per=_ROWS_AT_ONCE)
        for body in connection.scalars(query):
            yield decode(kind, body)
