"""What the sweeper asks of every journal: what ran out, what is uncertain, and its two moves."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import text

from support.builders.orders import DONE, FAILED, LATER, LEASE, NO, NOW, UNCERTAIN, order
from support.worlds.journals import ID, ME, JournalWorld
from wissel.routing.exchange.delivery import Delivery, State
from wissel.routing.refusals.errors import Refused
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal.journal import SqlJournal

SECOND = dt.timedelta(seconds=1)


def ids(deliveries: list[Delivery]) -> list[int]:
    return [each.order.message_id.int for each in deliveries]


async def test_overdue_is_what_nobody_owns_any_more_the_oldest_first(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    for number, lease in ((1, LATER + SECOND), (2, LATER), (3, LATER - SECOND)):
        await journal.claim(order(message_id=UUID(int=number), lease_until=lease))
    await journal.claim(order(message_id=UUID(int=4), lease_until=LATER - SECOND))
    await journal.finish(ME, UUID(int=4), 1, UNCERTAIN)

    assert await journal.overdue(10) == []
    journals.now = LATER
    assert ids(await journal.overdue(10)) == [3, 2]
    assert ids(await journal.overdue(1)) == [3]


async def test_what_has_expired_is_uncertain_and_written_once(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    await journal.claim(order())
    assert await journal.expire(ME, ID) is None
    journals.now = LATER

    ended = await journal.expire(ME, ID)
    again = await journal.expire(ME, ID)

    assert ended is not None
    assert (ended.state, ended.attempt, again) == (State.UNCERTAIN, 1, None)
    assert await journal.expire(ME, UUID(int=9)) is None
    assert journals.entries() == [(1, "ACCEPTED"), (1, "UNCERTAIN")]


async def test_a_result_after_the_lease_was_ended_is_discarded(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    """The process was stopped, not dead: it wakes up with a receipt in hand."""
    await journal.claim(order())
    journals.now = LATER
    sweeping = journals.open()
    await sweeping.expire(ME, ID)
    await sweeping.close()

    assert await journal.finish(ME, ID, 1, DONE) is None
    found = await journal.find(ME, ID)
    assert isinstance(found, Delivery)
    assert found.state is State.UNCERTAIN


async def test_uncertain_comes_page_by_page_and_never_what_is_too_old(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    for number in range(1, 8):
        journals.now = NOW + number * SECOND
        lease = NOW + LEASE + (8 - number) * SECOND
        await journal.claim(order(message_id=UUID(int=number), lease_until=lease))
        await journal.finish(ME, UUID(int=number), 1, UNCERTAIN if number != 4 else NO)
    since = NOW + 2 * SECOND

    first = await journal.uncertain(since, None, 3)
    second = await journal.uncertain(since, first[-1], 3)

    assert ids(first) == [7, 6, 5]
    assert ids(second) == [3, 2]
    assert await journal.uncertain(since, second[-1], 3) == []
    assert first[0].order == order(message_id=UUID(int=7), lease_until=LATER + SECOND)


@pytest.mark.parametrize("result", [DONE, NO])
async def test_a_final_word_settles_and_stays(
    journal: SqlJournal, journals: JournalWorld, result: object
) -> None:
    await journal.claim(order())
    await journal.finish(ME, ID, 1, UNCERTAIN)

    settled = await journal.settle(ME, ID, 1, result)  # type: ignore[arg-type]

    found = await journal.find(ME, ID)
    assert settled is not None
    assert isinstance(found, Delivery)
    assert (found.state, found.result) == (settled.state, result)
    assert await journal.settle(ME, ID, 1, NO) is None
    assert journals.entries()[-1] == (1, settled.state.value)


async def test_a_word_about_an_attempt_that_is_over_is_discarded(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    await journal.claim(order())
    await journal.finish(ME, ID, 1, UNCERTAIN)
    journals.now = LATER
    await journal.claim(order(lease_until=LATER + LEASE))

    assert await journal.settle(ME, ID, 1, DONE) is None
    await journal.finish(ME, ID, 2, FAILED)
    assert await journal.settle(ME, ID, 1, DONE) is None
    assert await journal.settle(ME, ID, 2, FAILED) is None
    assert await journal.settle(ME, UUID(int=9), 1, DONE) is None
    settled = await journal.settle(ME, ID, 2, DONE)
    assert settled is not None
    assert (settled.state, settled.attempt) == (State.DELIVERED, 2)


async def test_of_two_that_settle_at_once_one_does(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    messages = [UUID(int=number) for number in range(1, 41)]
    for message in messages:
        await journal.claim(order(message_id=message))
        await journal.finish(ME, message, 1, UNCERTAIN)
    other = journals.open()

    results = await asyncio.gather(
        *(journal.settle(ME, message, 1, DONE) for message in messages),
        *(other.settle(ME, message, 1, NO) for message in reversed(messages)),
    )

    await other.close()
    mine, theirs = results[:40], results[:39:-1]
    assert all((one is None) is not (two is None) for one, two in zip(mine, theirs, strict=True))
    assert len(journals.entries()) == 3 * len(messages)


async def test_a_sweep_and_a_sender_that_comes_back_do_not_both_win(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    messages = [UUID(int=number) for number in range(1, 41)]
    for message in messages:
        await journal.claim(order(message_id=message))
    journals.now = LATER
    other = journals.open()

    again = [order(message_id=message, lease_until=LATER + LEASE) for message in messages]
    claims = asyncio.gather(*(other.claim(each) for each in again))
    ended = await asyncio.gather(*(journal.expire(ME, message) for message in messages))
    claimed = await claims

    await other.close()
    assert all(delivery.attempt == 2 and delivery.bound for delivery, _ in claimed)
    steps = len(messages) * 2 + sum(each is not None for each in ended)
    assert len(journals.entries()) == steps


async def test_a_write_that_failed_holds_no_lock(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    """Not even while somebody still looks at what it failed with."""
    database = BlockingDatabase.open(journal_url(journals.url))
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE delivery_entry RENAME TO away"))

    with pytest.raises(Refused) as kept:
        await journal.claim(order())
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO delivery_entry"))

    database.close()
    assert kept.value.__cause__ is not None
    assert (await journal.claim(order()))[0].attempt == 1
