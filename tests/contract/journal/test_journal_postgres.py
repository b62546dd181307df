"""What hubs on one PostgreSQL meet: each other's locks, and connections that are lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from uuid import UUID

import psycopg
import pytest

from support.builders.orders import DONE, order
from support.eventually import eventually
from support.processes import postgres
from support.worlds.journals import ME, JournalWorld
from wissel.routing.exchange.delivery import State
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.journal.journal import SqlJournal

MANY = range(1, 41)
LOCK = "UPDATE delivery SET attempt = attempt WHERE message_id = %s"


@pytest.fixture
def journals() -> JournalWorld:
    return JournalWorld(postgres.fresh_database())


@pytest.fixture
async def other(journals: JournalWorld) -> AsyncIterator[SqlJournal]:
    journal = journals.open()
    yield journal
    await journal.close()


@pytest.fixture
def stranger(journals: JournalWorld) -> Iterator[psycopg.Connection]:
    """A connection that locks what it likes."""
    with psycopg.connect(journals.url) as connection:
        yield connection


async def test_two_hubs_that_claim_the_same_in_opposite_order_both_get_on(
    journal: SqlJournal, other: SqlJournal
) -> None:
    """Unsorted batches of the same messages would wait for each other for ever."""
    claims = [journal.claim(order(message_id=UUID(int=number))) for number in MANY]
    claims += [other.claim(order(message_id=UUID(int=number))) for number in reversed(MANY)]

    results = await asyncio.gather(*claims, return_exceptions=True)

    won = [each for each in results if not isinstance(each, BaseException)]
    lost = [each.reason for each in results if isinstance(each, Refused)]
    assert len(MANY) == len(won)
    assert [Reason.MESSAGE_IN_PROGRESS] * len(MANY) == lost


def test_no_hub_keeps_its_locks_when_it_stops_in_a_transaction(journals: JournalWorld) -> None:
    """`make faults` stops one there (first-hub-stopped-in-commits); that takes half a minute."""
    database = BlockingDatabase.open(journals.url)
    with database.reading() as connection:
        ends = connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()
    database.close()

    assert ends == "15s"


async def test_a_batch_that_the_database_breaks_off_as_a_deadlock_is_tried_again(
    journal: SqlJournal, stranger: psycopg.Connection
) -> None:
    for number in (1, 2):
        await journal.claim(order(message_id=UUID(int=number)))
    stranger.execute(LOCK, [str(UUID(int=2))])

    finished, *_ = await asyncio.gather(
        asyncio.gather(*(journal.finish(ME, UUID(int=number), 1, DONE) for number in (1, 2))),
        asyncio.to_thread(_lock_once_somebody_waits, stranger, UUID(int=1)),
    )

    assert [State.DELIVERED] * 2 == [each.state for each in finished if each]


def _lock_once_somebody_waits(connection: psycopg.Connection, message_id: UUID) -> None:
    """Wait for who waits for this connection, so that one of both must give up."""
    eventually(
        lambda: connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall(),
        "somebody waits for a lock",
    )
    with suppress(psycopg.errors.DeadlockDetected):
        connection.execute(LOCK, [str(message_id)])
    connection.rollback()


async def test_a_message_that_stays_locked_is_refused_and_not_waited_for(
    journal: SqlJournal, stranger: psycopg.Connection
) -> None:
    await journal.claim(order())
    stranger.execute(LOCK, [str(order().message_id)])

    with pytest.raises(Refused) as refused:
        await journal.finish(ME, order().message_id, 1, DONE)

    assert Reason.RECORD_UNAVAILABLE is refused.value.reason
    stranger.rollback()
    assert await journal.finish(ME, order().message_id, 1, DONE)


async def test_a_lost_connection_costs_at_most_one_refusal(
    journal: SqlJournal, stranger: psycopg.Connection
) -> None:
    """And nothing is recorded by halves: what was refused may be claimed again."""
    await journal.claim(order(message_id=UUID(int=1)))
    stranger.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    with suppress(Refused):
        await journal.claim(order(message_id=UUID(int=2)))
    found = await journal.find(ME, UUID(int=2))
    if found is None:
        await journal.claim(order(message_id=UUID(int=2)))

    assert await journal.finish(ME, UUID(int=1), 1, DONE)
    assert await journal.finish(ME, UUID(int=2), 1, DONE)
