"""Whom the persons of events stand for, and what they accepted; outside the log (ADR 22)."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.values.days import day_of
from wissel.server.store.register.tables import ACCEPTANCE, FACT_TABLES, PERSON


async def known_person(connection: AsyncConnection, subject: str) -> str:
    """Return the id that stands for a subject, empty if there is none."""
    query = select(PERSON.c.person_id).where(PERSON.c.subject == subject)
    return await connection.scalar(query) or ""


async def remember_person(
    connection: AsyncConnection, person_id: str, subject: str, now: dt.datetime
) -> None:
    """Record that a person acted now, in the transaction of what it did.

    Its row may be new, or have been forgotten by another process meanwhile.
    """
    acted = update(PERSON).where(PERSON.c.person_id == person_id).values(last_act=now)
    if not (await connection.execute(acted)).rowcount:
        row = insert(PERSON).values(person_id=person_id, subject=subject, last_act=now)
        await connection.execute(row)


async def subjects(connection: AsyncConnection, persons: Collection[str]) -> Mapping[str, str]:
    """Return whom ids of persons stand for, without those that were forgotten."""
    if not persons:
        return {}
    query = select(PERSON.c.person_id, PERSON.c.subject).where(PERSON.c.person_id.in_(persons))
    return {row.person_id: row.subject for row in await connection.execute(query)}


async def keep_acceptance(
    connection: AsyncConnection, agreement_id: str, person_id: str, signed: bytes
) -> None:
    """Keep what was signed about an acceptance by a person; empty for a vendor without one."""
    row = {"agreement_id": agreement_id, "person_id": person_id, "signed": signed}
    await connection.execute(insert(ACCEPTANCE).values(row))


async def kept_acceptance(connection: AsyncConnection, agreement_id: str) -> bytes | None:
    """Return what was signed about an acceptance, None if it is not kept."""
    query = select(ACCEPTANCE.c.signed).where(ACCEPTANCE.c.agreement_id == agreement_id)
    return await connection.scalar(query)


async def idle_persons(
    connection: AsyncConnection, before: dt.datetime, limit: int
) -> Sequence[str]:
    """Return the ids of up to `limit` persons who can be forgotten, oldest first.

    They last acted before an instant, and no agreement that they signed ran on that day
    or later.
    """
    query = (
        select(PERSON.c.person_id)
        .where(_forgettable(before))
        .order_by(PERSON.c.last_act)
        .limit(limit)
    )
    return (await connection.scalars(query)).all()


async def forget_persons(
    connection: AsyncConnection, person_ids: Sequence[str], before: dt.datetime
) -> int:
    """Erase whom ids stand for, unless they acted again; return how many there still were.

    What was signed about their acceptances goes with them. In order of id, as two
    processes may erase the same ones.
    """
    forgotten = 0
    for person_id in sorted(person_ids):
        gone = delete(PERSON).where(PERSON.c.person_id == person_id, _forgettable(before))
        if (await connection.execute(gone)).rowcount:
            signed = delete(ACCEPTANCE).where(ACCEPTANCE.c.person_id == person_id)
            await connection.execute(signed)
            forgotten += 1
    return forgotten


def _forgettable(before: dt.datetime) -> ColumnElement[bool]:
    agreement = FACT_TABLES["agreement"]
    runs = exists().where(
        agreement.c.signer == PERSON.c.person_id, agreement.c.last_day >= str(day_of(before))
    )
    return and_(PERSON.c.last_act < before, ~runs)
