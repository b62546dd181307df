"""Deliveries are reduced to what is kept for good (design.md#retention), on every database."""

import asyncio
import datetime as dt
import hashlib
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import select

from support.builders.orders import DIGEST, DONE, FAILED, LEASE, NO, NOW, UNCERTAIN, order
from support.worlds.journals import ID, ME, JournalWorld
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.delivery import (
    LEAST_KEPT,
    ReducedDelivery,
    Result,
    State,
    Wanted,
)
from wissel.routing.exchange.delivery_moves import reduced
from wissel.routing.refusals.errors import Refused
from wissel.server.courier.settle.reduction import BATCH, DeliveryReduction
from wissel.server.retention import Retention, RetentionSchedule
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal.codec import delivery_of
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.journal.reducer import Reducer
from wissel.server.store.journal.tables import DELIVERY

DAY: Final = dt.timedelta(days=1)
KEPT: Final = 730 * DAY
OTHER_HEADER: Final = b"\x02" * 32
HUB: Final = dossier_pb2.Signed(payload=b"hub's")
LAS: Final = dossier_pb2.Signed(payload=b"receiver's")
DELIVERED: Final = Result(
    state=State.DELIVERED,
    hub_receipt=HUB.SerializeToString(),
    receiver_receipt=LAS.SerializeToString(),
)
ENDS: Final = [DELIVERED, NO, FAILED, UNCERTAIN]
KEPT_COLUMNS: Final = {
    "number",
    "sender_oin",
    "message_id",
    "header_digest",
    "state",
    "updated",
    "hub_receipt",
    "receiver_receipt",
}
NOTHING: Final = {"", 0, b"", str(UUID(int=0))}


def rows(journals: JournalWorld) -> list[dict[str, Any]]:
    """Return the rows of all deliveries, in order of message id."""
    query = select(DELIVERY).order_by(DELIVERY.c.message_id)
    with (
        BlockingDatabase.open(journal_url(journals.url)) as database,
        database.reading() as connection,
    ):
        return [dict(row) for row in connection.execute(query).mappings()]


async def end(journal: SqlJournal, result: Result, number: int = 1) -> None:
    """Let a message come and end."""
    await journal.claim(order(message_id=UUID(int=number)))
    await journal.finish(ME, UUID(int=number), 1, result)


def reduction(journal: SqlJournal, journals: JournalWorld) -> DeliveryReduction:
    return DeliveryReduction(journal, lambda: journals.now, KEPT)


@pytest.mark.parametrize("result", ENDS, ids=lambda result: result.state.value)
async def test_years_later_only_what_proves_it_is_kept(
    journal: SqlJournal, journals: JournalWorld, result: Result
) -> None:
    await end(journal, result)
    journals.now = NOW + KEPT + LEASE + DAY

    done = await reduction(journal, journals).step()

    (row,) = rows(journals)
    delivered = result.state is State.DELIVERED
    assert done == (1, True)
    assert {value for name, value in row.items() if name not in KEPT_COLUMNS} <= NOTHING
    assert journals.entries() == []
    assert await journal.find(ME, ID) == ReducedDelivery(
        sender_oin=ME,
        message_id=ID,
        header_digest=DIGEST,
        state=result.state,
        day=dt.date(2026, 3, 2),
        hub_receipt_digest=hashlib.sha256(HUB.payload).digest() if delivered else b"",
        receiver_receipt_digest=hashlib.sha256(LAS.payload).digest() if delivered else b"",
    )


@pytest.mark.parametrize("result", ENDS, ids=lambda result: result.state.value)
async def test_a_reduced_message_is_never_delivered_again(
    journal: SqlJournal, journals: JournalWorld, result: Result
) -> None:
    await end(journal, result)
    journals.now = NOW + KEPT + LEASE + DAY
    await reduction(journal, journals).step()

    with pytest.raises(Refused, match="ENVELOPE_EXPIRED"):
        await journal.claim(order(lease_until=journals.now + LEASE))
    with pytest.raises(Refused, match="MESSAGE_ID_REUSED"):
        await journal.claim(order(header_digest=OTHER_HEADER, lease_until=journals.now + LEASE))

    assert await journal.finish(ME, ID, 1, DONE) is None
    assert await journal.expire(ME, ID) is None
    assert await journal.settle(ME, ID, 1, DONE) is None
    assert [result.state.value] == [row["state"] for row in rows(journals)]
    assert journals.entries() == []


async def test_a_reduced_message_is_in_no_list(journal: SqlJournal, journals: JournalWorld) -> None:
    await end(journal, UNCERTAIN)
    journals.now = NOW + KEPT + LEASE + DAY
    await end(journal, NO, 2)
    await reduction(journal, journals).step()

    listed = await journal.page(Wanted(), after=None, limit=10)

    assert [2] == [each.order.message_id.int for each in listed]
    assert await journal.overdue(10) == []
    assert await journal.uncertain(NOW - DAY, None, 10) == []


async def test_while_years_pass_a_message_is_kept_in_full_for_as_long_as_is_set(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    """The clock runs for three years; every 73 days a message comes, and others may go."""
    kept_in_full: set[int] = set()
    reduced_ages: set[int] = set()
    states: set[State] = set()
    for day in range(0, 3 * 365, 73):
        journals.now = NOW + day * DAY
        message = UUID(int=1 + day)
        await journal.claim(order(message_id=message, lease_until=journals.now + LEASE))
        await journal.finish(ME, message, 1, UNCERTAIN)
        journals.now += dt.timedelta(hours=1)
        while (await reduction(journal, journals).step()).more:
            pass
        for accepted in range(0, day + 1, 73):
            known = await journal.find(ME, UUID(int=1 + accepted))
            assert known is not None
            ages = reduced_ages if isinstance(known, ReducedDelivery) else kept_in_full
            ages.add(day - accepted)
            states.add(known.state)

    assert set(range(0, 730, 73)) == kept_in_full
    assert set(range(730, 3 * 365, 73)) == reduced_ages
    assert {State.UNCERTAIN} == states


async def test_what_is_under_way_is_left_to_the_sweeper(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    await journal.claim(order())
    journals.now = NOW + KEPT + LEASE + DAY

    before = await reduction(journal, journals).step()
    await journal.expire(ME, ID)
    after = await reduction(journal, journals).step()

    found = await journal.find(ME, ID)
    assert (before, after) == ((0, False), (1, True))
    assert isinstance(found, ReducedDelivery)
    assert found.state is State.UNCERTAIN


async def test_a_message_that_moves_meanwhile_is_left_as_it_is(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    await end(journal, UNCERTAIN)
    (due,) = await journal.ended_before(NOW + LEASE + DAY, 10)
    await journal.settle(ME, ID, 1, DELIVERED)

    await journal.reduce([reduced(due, b"", b"")])

    found = await journal.find(ME, ID)
    assert not isinstance(found, ReducedDelivery)
    assert found is not None
    assert DELIVERED == found.result


async def test_a_message_of_many_attempts_takes_many_steps(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    for attempt in range(1, 5):
        await journal.claim(order())
        await journal.finish(ME, ID, attempt, FAILED)
    (due,) = await journal.ended_before(NOW + LEASE + DAY, 10)
    with BlockingDatabase.open(journal_url(journals.url)) as database:
        slow = Reducer(database, most_entries=3)

        done = [await asyncio.to_thread(slow.reduce, [reduced(due, b"", b"")]) for _ in range(4)]

        slow.close()
    assert [(0, 3), (0, 3), (1, 2), (0, 0)] == done
    assert isinstance(await journal.find(ME, ID), ReducedDelivery)


async def test_hubs_that_reduce_at_once_do_each_message_once_and_hold_nobody_up(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    count = 3 * BATCH
    await asyncio.gather(*(end(journal, DELIVERED, number) for number in range(1, count + 1)))
    journals.now = NOW + KEPT + LEASE + DAY
    others = [journals.open(), journals.open()]
    done = []
    running = [
        asyncio.create_task(
            Retention(
                RetentionSchedule(every=0.01, pause=0.001, chance=lambda: 0.0),
                {"deliveries": reduction(each, journals).step},
                lambda _chore, count, failure: done.append((count, failure)),
            ).run()
        )
        for each in (journal, *others)
    ]

    number = count
    while sum(each for each, _ in done) < count:
        number += 1
        await journal.claim(order(message_id=UUID(int=number), lease_until=journals.now + LEASE))

    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for each in others:
        await each.close()
    kept = [row["accepted"] for row in rows(journals)]
    assert number > count
    assert {""} == {failure for _, failure in done}
    assert ([0] * count, number - count) == (
        [each for each in kept if each == 0],
        sum(each > 0 for each in kept),
    )


@pytest.mark.parametrize("result", ENDS, ids=lambda result: result.state.value)
async def test_a_version_that_knows_of_no_reduction_can_read_what_was_reduced(
    journal: SqlJournal, journals: JournalWorld, result: Result
) -> None:
    """It reads every row as a delivery."""
    await end(journal, result)
    journals.now = NOW + KEPT + LEASE + DAY
    await reduction(journal, journals).step()

    (row,) = rows(journals)

    assert result.state is delivery_of(row).state


def test_no_envelope_lives_and_no_receiver_is_asked_for_as_long_as_is_kept() -> None:
    assert LEAST_KEPT > dt.timedelta(days=32)
