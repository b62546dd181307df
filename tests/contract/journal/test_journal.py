"""What every journal promises, whatever database is under it."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import text

from support.builders.orders import DONE, FAILED, LATER, NO, NOW, UNCERTAIN, order
from support.cast import STRANGER
from support.worlds.journals import ID, ME, JournalWorld
from wissel.clients.testing.cast import ZUID
from wissel.routing.exchange.delivery import Delivery, Position, State, Wanted
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal.journal import SqlJournal


async def test_a_claim_is_durable_before_it_returns(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    claimed, head = await journal.claim(order())
    again = journals.open()
    found = await again.find(ME, ID)
    await again.close()

    assert (claimed.state, claimed.attempt, head) == (State.ACCEPTED, 1, 7)
    assert found == claimed


async def test_a_delivery_comes_back_as_it_was_recorded(journal: SqlJournal) -> None:
    await journal.claim(order(sender_mandate_id=None))
    finished = await journal.finish(ME, ID, 1, DONE)

    found = await journal.find(ME, ID)

    assert isinstance(found, Delivery)
    assert finished == found
    assert found.result == DONE
    assert found.order == order(sender_mandate_id=None)


async def test_every_move_is_an_entry_of_its_own(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    await journal.claim(order())
    await journal.finish(ME, ID, 1, FAILED)
    await journal.claim(order())
    await journal.finish(ME, ID, 2, DONE)

    assert journals.entries() == [(1, "ACCEPTED"), (1, "FAILED"), (2, "ACCEPTED"), (2, "DELIVERED")]


async def test_a_refused_move_leaves_no_trace(journal: SqlJournal, journals: JournalWorld) -> None:
    await journal.claim(order())

    with pytest.raises(Refused, match="MESSAGE_IN_PROGRESS"):
        await journal.claim(order())

    assert journals.entries() == [(1, "ACCEPTED")]


async def test_a_late_result_is_discarded(journal: SqlJournal, journals: JournalWorld) -> None:
    await journal.claim(order())
    journals.now = LATER
    await journal.claim(order(lease_until=LATER + dt.timedelta(minutes=2)))

    assert await journal.finish(ME, ID, 1, DONE) is None
    found = await journal.find(ME, ID)
    assert isinstance(found, Delivery)
    assert (found.state, found.attempt) == (State.ACCEPTED, 2)


async def test_a_delivered_message_comes_back_from_a_claim(journal: SqlJournal) -> None:
    await journal.claim(order())
    await journal.finish(ME, ID, 1, DONE)

    claimed, _ = await journal.claim(order(receiver_oin=STRANGER.oin))

    assert (claimed.state, claimed.result) == (State.DELIVERED, DONE)


async def test_an_uncertain_message_stays_with_its_receiver(journal: SqlJournal) -> None:
    await journal.claim(order())
    await journal.finish(ME, ID, 1, UNCERTAIN)
    await journal.claim(order())
    await journal.finish(ME, ID, 2, FAILED)

    with pytest.raises(Refused, match="DELIVERY_UNCERTAIN"):
        await journal.claim(order(receiver_oin=STRANGER.oin))


async def test_the_same_id_from_two_senders_is_two_messages(journal: SqlJournal) -> None:
    await journal.claim(order())
    await journal.claim(order(sender_oin=ZUID.oin, header_digest=b"\x09" * 32))

    assert await journal.finish(ME, ID, 1, NO)
    other = await journal.find(ZUID.oin, ID)
    assert isinstance(other, Delivery)
    assert other.state is State.ACCEPTED


async def test_of_concurrent_claims_one_wins(journal: SqlJournal) -> None:
    results = await asyncio.gather(
        *(journal.claim(order(owner=str(number))) for number in range(20)), return_exceptions=True
    )

    won = [each for each in results if not isinstance(each, BaseException)]
    lost = [each for each in results if isinstance(each, Refused)]
    assert len(won) == 1
    assert {each.reason for each in lost} == {Reason.MESSAGE_IN_PROGRESS}


async def test_concurrent_messages_share_a_commit(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    orders = [order(message_id=UUID(int=number)) for number in range(1, 129)]

    await asyncio.gather(*(journal.claim(each) for each in orders))

    assert journals.heads_read <= 16  # a commit reads it once; three are enough on an idle machine
    assert len(journals.entries()) == 128


async def test_an_unreadable_head_is_told(journal: SqlJournal, journals: JournalWorld) -> None:
    journals.head = None

    assert (await journal.claim(order()))[1] is None


async def test_a_journal_that_cannot_be_written_refuses(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    database = BlockingDatabase.open(journal_url(journals.url))
    with database.writing() as connection:
        connection.execute(text("DROP TABLE delivery_entry"))

    with pytest.raises(Refused) as refused:
        await journal.claim(order())

    assert refused.value.reason is Reason.RECORD_UNAVAILABLE
    assert await journal.find(ME, ID) is None
    database.close()


async def test_using_a_journal_tells_whether_it_can_be_written(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    await journal.use()
    database = BlockingDatabase.open(journal_url(journals.url))
    with database.writing() as connection:
        connection.execute(text("DROP TABLE delivery_entry"))
        connection.execute(text("DROP TABLE delivery"))
    database.close()

    with pytest.raises(Refused) as refused:
        await journal.use()

    assert refused.value.reason is Reason.RECORD_UNAVAILABLE


async def test_pages_are_newest_first_and_filtered(
    journal: SqlJournal, journals: JournalWorld
) -> None:
    await journal.claim(order(message_id=UUID(int=1), sender="99XA02"))
    journals.now = NOW + dt.timedelta(hours=1)
    await journal.claim(order(message_id=UUID(int=2), receiver="PO9901"))
    await journal.claim(order(message_id=UUID(int=3), sender_oin=STRANGER.oin))
    await journal.finish(ME, UUID(int=2), 1, DONE)

    async def ids(after: Position | None = None, limit: int = 10, **where: object) -> list[int]:
        page = await journal.page(Wanted(**where), after=after, limit=limit)  # type: ignore[arg-type]
        return [each.order.message_id.int for each in page]

    assert await ids() == [3, 2, 1]
    assert await ids(limit=2) == [3, 2]
    newest, *_ = await journal.page(Wanted(), after=None, limit=1)
    assert await ids(newest.position) == [2, 1]
    assert await ids(party=ME) == [2, 1]
    assert await ids(party=ZUID.oin) == [3, 2, 1]
    assert await ids(state=State.DELIVERED) == [2]
    assert await ids(organisation="99XA") == [3, 2, 1]
    assert await ids(organisation="PO9901") == [2]
    assert await ids(start=NOW + dt.timedelta(minutes=1)) == [3, 2]
    assert await ids(end=NOW + dt.timedelta(minutes=1)) == [1]
