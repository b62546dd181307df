"""Facts as they were once an earlier revision was made, read from the events (R4).

For each fact that existed then, one look into the index of its own events finds the last
one of that time, so that what is read depends on how many facts are asked for and not on
how often they changed.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.facts import (
    Agreement,
    Endpoint,
    Fact,
    Mandate,
    Party,
    Qualification,
    Samenwerkingsverband,
    School,
    Service,
    System,
)
from wissel.server.registry.events import Concerned
from wissel.server.store.register.codec import decode
from wissel.server.store.register.projection import PROJECTIONS, Projection
from wissel.server.store.register.tables import EVENT

_BESIDE: Final = (Party, System, Service, Qualification, Samenwerkingsverband)
"""What deciding needs of everybody; there are thousands at most."""
_AT_ONCE: Final = 500  # keys of one statement

Bodies = list[tuple[type[Fact], str]]
"""Facts as the log keeps them, with their kinds."""


def body_at(projection: Projection, revision: int) -> ColumnElement[str]:
    """Return the body that a fact of a table had at a revision at which it existed."""
    table = projection.table
    earlier = (
        select(EVENT.c.after)
        .where(EVENT.c.entity == projection.entity, EVENT.c.entity_id == table.c.key)
        .where(EVENT.c.revision <= revision)
        .order_by(EVENT.c.revision.desc(), EVENT.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return case((table.c.revision <= revision, table.c.body), else_=earlier)


async def facts_at(
    connection: AsyncConnection, revision: int, concerned: Concerned
) -> Callable[[], list[Fact]]:
    """Return what decodes the facts; see `registry.ports.Snapshot.facts_at`."""
    bodies: Bodies = []

    async def read(kind: type[Fact], column: str = "", values: Iterable[str] = ()) -> Sequence[Any]:
        found = await _bodies(connection, kind, revision, column, list(values))
        bodies.extend((kind, body) for body in found)
        return [orjson.loads(body) for body in found] if kind in _READ_AT_ONCE else ()

    beside = {kind: await read(kind) for kind in _BESIDE}
    swvs = {each["code"] for each in beside[Samenwerkingsverband] if each["oin"] in concerned.oins}
    organisations = {*concerned.organisations, *swvs}
    schools = await read(School, "key", organisations)
    await read(Mandate, "organisation", organisations)
    await read(Endpoint, "organisation", organisations)
    parties = {each["oin"] for each in beside[Party]}
    await read(
        Agreement, "signatory", {each["board"] for each in schools} | organisations | parties
    )
    return partial(_decoded, bodies)


_READ_AT_ONCE: Final = (Party, Samenwerkingsverband, School)
"""Of these it is seen at once to whom they lead: few, and small."""


async def _bodies(
    connection: AsyncConnection,
    kind: type[Fact],
    revision: int,
    column: str,
    values: Collection[str],
) -> list[str]:
    """Return the bodies of the facts whose column has one of some values; of all without one."""
    projection = PROJECTIONS[kind]
    table = projection.table
    query = select(body_at(projection, revision)).where(table.c.created_revision <= revision)
    if not column:
        return list((await connection.scalars(query)).all())
    found: list[str] = []
    wanted = sorted(values)
    for start in range(0, len(wanted), _AT_ONCE):
        some = table.c[column].in_(wanted[start : start + _AT_ONCE])
        found += (await connection.scalars(query.where(some))).all()
    return found


def _decoded(bodies: Bodies) -> list[Fact]:
    return [decode(kind, body) for kind, body in bodies]
