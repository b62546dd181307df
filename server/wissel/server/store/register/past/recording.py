"""When a change was recorded that took long."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.server.store.register.tables import EVENT, HEAD


async def record_at(connection: AsyncConnection, revision: int, moment: dt.datetime) -> None:
    """Let a revision, in the transaction that makes it, be recorded at a later moment.

    So whoever asks later what was known while an import ran hears what was answered then:
    the revision before it.
    """
    events = update(EVENT).where(EVENT.c.revision == revision)
    await connection.execute(events.values(recorded_time=moment))
    await connection.execute(update(HEAD).values(recorded_time=moment))
