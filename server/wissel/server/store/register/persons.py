"""Whom the persons of events stand for, outside the log (ADR 22)."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.server.store.register.tables import PERSON


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


async def idle_persons(
    connection: AsyncConnection, before: dt.datetime, limit: int
) -> Sequence[str]:
    """Return the ids of up to `limit` persons who last acted before an instant, oldest first."""
    query = (
        select(PERSON.c.person_id)
        .where(PERSON.c.last_act < before)
        .order_by(PERSON.c.last_act)
        .limit(limit)
    )
    return (await connection.scalars(query)).all()


async def forget_persons(
    connection: AsyncConnection, person_ids: Sequence[str], before: dt.datetime
) -> int:
    """Erase whom ids stand for, unless they acted again; return how many there still were.

    In order of id, as two processes may erase the same ones.
    """
    forgotten = 0
    for person_id in sorted(person_ids):
        idle = (PERSON.c.person_id == person_id, PERSON.c.last_act < before)
        forgotten += (await connection.execute(delete(PERSON).where(*idle))).rowcount
    return forgotten
