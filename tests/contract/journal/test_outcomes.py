"""What receivers say became of messages: one stands for each, the one that was said last."""

import asyncio
import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from support.builders.orders import DONE, NOW, order
from support.worlds.journals import ID, ME, JournalWorld
from wissel.routing.exchange.delivery import Delivery, Wanted
from wissel.routing.exchange.outcome import KeptOutcome, OutcomeResult
from wissel.routing.refusals.errors import Refused
from wissel.server.store.journal.journal import SqlJournal

IMPORTED = KeptOutcome(
    sender_oin=ME,
    message_id=ID,
    result=OutcomeResult.IMPORTED,
    rules=(),
    told=NOW,
    payload_sha256=bytes(32),
    signed=b"signed",
)
REJECTED = replace(
    IMPORTED,
    result=OutcomeResult.REJECTED,
    rules=("OVa.LL12", "CAT.vve.verboden"),
    told=NOW + dt.timedelta(hours=1),
    payload_sha256=b"\1" * 32,
    signed=b"later",
)


async def delivered(journal: SqlJournal, message_id: UUID = ID) -> Delivery:
    await journal.claim(order(message_id=message_id))
    done = await journal.finish(ME, message_id, 1, DONE)
    assert isinstance(done, Delivery)
    return done


async def stands(journal: SqlJournal, delivery: Delivery) -> KeptOutcome | None:
    return (await journal.outcomes([delivery])).get((ME, str(ID)))


async def test_nothing_is_said_until_the_receiver_says_it(journal: SqlJournal) -> None:
    delivery = await delivered(journal)

    assert await journal.outcomes([]) == {}
    assert await stands(journal, delivery) is None
    assert await journal.keep_outcome(IMPORTED) == IMPORTED
    assert await stands(journal, delivery) == IMPORTED


async def test_what_was_said_last_stands_in_whatever_order_it_comes(journal: SqlJournal) -> None:
    delivery = await delivered(journal)
    await journal.keep_outcome(IMPORTED)
    await journal.keep_outcome(REJECTED)

    with pytest.raises(Refused, match="OUTCOME_OUTDATED"):
        await journal.keep_outcome(IMPORTED)

    assert await stands(journal, delivery) == REJECTED


async def test_the_same_words_twice_change_nothing(journal: SqlJournal) -> None:
    delivery = await delivered(journal)
    await journal.keep_outcome(REJECTED)

    assert await journal.keep_outcome(replace(REJECTED, signed=b"signed again")) == REJECTED
    assert await stands(journal, delivery) == REJECTED


async def test_of_many_at_once_the_latest_stands(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    delivery = await delivered(journal)
    others = [journals.open() for _ in range(3)]
    said = [
        replace(IMPORTED, told=NOW + dt.timedelta(seconds=at), payload_sha256=bytes([at]) * 32)
        for at in range(12)
    ]

    async def tell(at: int) -> None:
        try:
            await others[at % 3].keep_outcome(said[at])
        except Refused as refused:
            assert refused.reason == "OUTCOME_OUTDATED"  # noqa: PT017 - others are let in

    await asyncio.gather(*map(tell, range(12)))

    assert await stands(journal, delivery) == said[-1]
    for other in others:
        await other.close()


async def test_deliveries_are_listed_by_their_outcome(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    await delivered(journal)
    silent = await delivered(journal, UUID(int=2))
    await journal.keep_outcome(IMPORTED)
    later = journals.now + dt.timedelta(seconds=1)

    async def ids(wanted: Wanted) -> list[UUID]:
        found = await journal.page(wanted, after=None, limit=10)
        return [each.order.message_id for each in found]

    assert await ids(Wanted(outcome="IMPORTED")) == [ID]
    assert await ids(Wanted(outcome="REJECTED")) == []
    assert await ids(Wanted(silent_since=later)) == [silent.order.message_id]
    assert await ids(Wanted(silent_since=journals.now - dt.timedelta(days=1))) == []
