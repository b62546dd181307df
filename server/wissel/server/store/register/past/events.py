"""Reading events again: first where they stand, by an index, then the few that are wanted."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, true, union
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.values.identifiers import Oin
from wissel.server.registry.events import (
    EVER,
    WHENEVER,
    Event,
    OfAnything,
    OfFact,
    OfKind,
    OfSubject,
    Position,
    Slice,
    Span,
)
from wissel.server.store.register.codec import decode
from wissel.server.store.register.projection import BY_ENTITY, PROJECTIONS
from wissel.server.store.register.tables import EVENT, HEAD, SUBJECT

_SLICES: Final = 100  # of one statement: SQLite takes 500 of them


async def positions(
    connection: AsyncConnection,
    slices: Sequence[Slice],
    *,
    limit: int,
    after: Position | None,
    within: Span,
    oldest_first: bool,
) -> list[Position]:
    """Return where up to `limit` events stand; see `registry.ports.Snapshot.positions`.

    Each slice is read by its own index, and no further than the limit.
    """
    found: set[Position] = set()
    for start in range(0, len(slices), _SLICES):
        some = slices[start : start + _SLICES]
        parts = [positions_of(each, limit, after, within, oldest_first) for each in some]
        each_once = union(*(select(part.subquery()) for part in parts))
        found.update(Position(*row) for row in await connection.execute(each_once))
    return sorted(found, reverse=not oldest_first)[:limit]


async def events(connection: AsyncConnection, wanted: Sequence[Position]) -> list[Event]:
    """Return the events at some positions, in the order of these."""
    if not wanted:
        return []
    rows = await connection.execute(select(EVENT).where(at(wanted)))
    found = {Position(row.revision, row.seq): row for row in rows}
    return [_event(found[position]) for position in wanted]


def at(wanted: Sequence[Position]) -> ColumnElement[bool]:
    """Return the condition for the events at some positions.

    Each is a term of its own: for a list of pairs SQLite reads the whole index.
    """
    return or_(
        *(and_(EVENT.c.revision == each.revision, EVENT.c.seq == each.place) for each in wanted)
    )


async def revision_at(connection: AsyncConnection, moment: dt.datetime) -> int:
    """Return the last revision that was recorded at or before a moment, 0 if none was.

    The times of revisions never decrease, so that they are halved again and again: a
    log of a million events takes 20 steps, and needs no index of times.
    """
    low, high = 0, await connection.scalar(select(HEAD.c.revision)) or 0
    while low < high:
        middle = (low + high + 1) // 2
        recorded = await recorded_time(connection, middle)
        if recorded is None or recorded <= moment:
            low = middle
        else:
            high = middle - 1
    return low


async def recorded_time(connection: AsyncConnection, revision: int) -> dt.datetime | None:
    """Return when a revision was recorded, None for one without events."""
    query = select(EVENT.c.recorded_time).where(EVENT.c.revision == revision, EVENT.c.seq == 1)
    return await connection.scalar(query)


def positions_of(
    part: Slice, limit: int, after: Position | None, within: Span, oldest_first: bool
) -> Select[Any]:
    """Return the statement for the positions of one slice.

    Of a kind the index of entities has the few events there are. With a bare revision a
    database would rather go through all that came since.
    """
    table = SUBJECT if isinstance(part, OfSubject) else EVENT
    at: ColumnElement[int] = table.c.revision + 0 if isinstance(part, OfKind) else table.c.revision
    place = at, table.c.seq
    query = select(table.c.revision, table.c.seq).where(_is_in(part)).limit(limit)
    if isinstance(part, OfFact | OfSubject):
        query = query.where(_in_spans(at, part.spans))
    if within != WHENEVER:
        query = query.where(at.between(*within))
    if after is not None:
        revision, seq = after
        here = at == revision
        # The bound on the revision alone is what an index goes by.
        query = (
            query.where(
                at >= revision,
                or_(at > revision, and_(here, table.c.seq > seq)),
            )
            if oldest_first
            else query.where(
                at <= revision,
                or_(at < revision, and_(here, table.c.seq < seq)),
            )
        )
    return query.order_by(*(column if oldest_first else column.desc() for column in place))


def _is_in(part: Slice) -> ColumnElement[bool]:
    match part:
        case OfFact():
            entity = PROJECTIONS[part.kind].entity
            return and_(EVENT.c.entity == entity, EVENT.c.entity_id == part.key)
        case OfKind():
            return EVENT.c.entity == PROJECTIONS[part.kind].entity
        case OfAnything():
            return true()
        case OfSubject(also=None):
            return SUBJECT.c.subject == part.subject
        case OfSubject():
            other = SUBJECT.alias()
            same = other.c.revision == SUBJECT.c.revision, other.c.seq == SUBJECT.c.seq
            touched = select(1).where(other.c.subject.in_(part.also or ()), *same)
            return and_(SUBJECT.c.subject == part.subject, touched.exists())


def _in_spans(revision: ColumnElement[int], spans: Sequence[Span]) -> ColumnElement[bool]:
    if spans == EVER:
        return true()
    return or_(*(revision.between(*span) for span in spans))


def _event(row: Row[Any]) -> Event:
    kind = BY_ENTITY[row.entity].kind
    return Event(
        position=Position(row.revision, row.seq),
        recorded=row.recorded_time,
        actor=Oin(row.actor),
        person=row.person,
        reason=row.reason,
        method=row.method,
        before=None if row.before is None else decode(kind, row.before),
        after=decode(kind, row.after),
        size=len(row.after) + len(row.before or ""),
    )


async def marks(connection: AsyncConnection, revisions: Collection[int]) -> Mapping[int, str]:
    """Return for each of some revisions the digest of its first event: 16 hex digits."""
    query = select(EVENT).where(EVENT.c.revision.in_(revisions), EVENT.c.seq == 1)
    return {row.revision: _digest(row) for row in await connection.execute(query)}


def _digest(row: Row[Any]) -> str:
    told = (row.recorded_time.isoformat(), row.method, row.entity, row.entity_id, row.after)
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]
