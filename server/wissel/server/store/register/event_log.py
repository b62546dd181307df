"""Reading the event log: the whole register at once, then what was added since."""

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection, select

from wissel.routing.facts import Fact
from wissel.server.store.database import BlockingDatabase, Database
from wissel.server.store.register.codec import decode
from wissel.server.store.register.projection import BY_ENTITY, PROJECTIONS
from wissel.server.store.register.tables import EVENT, HEAD

T = TypeVar("T")

_ROWS_AT_ONCE: Final = 5_000
_REVISIONS_AT_ONCE: Final = 200


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
