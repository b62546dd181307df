"""What every journal promises, whatever database is under it."""

import asyncio
import datetime as dt
import multiprocessing
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from support.orders import DONE, FAILED, LATER, NO, NOW, UNCERTAIN, order
from support.pki import NOORD_OIN, STRANGER_OIN, ZUID_OIN
from wissel.routing.delivery import State, Wanted
from wissel.routing.errors import Refused
from wissel.routing.identifiers import Oin
from wissel.routing.reasons import Reason
from wissel.server.store.engine import blocking_read, journal_url, open_blocking_engine
from wissel.server.store.journal import SqlJournal
from wissel.server.store.journal_tables import ENTRY
from wissel.server.store.migrate import History, upgrade

ME, ID = Oin(NOORD_OIN), UUID(int=1)


class World:
    """A migrated database, with a clock and a head that tests can turn."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = NOW
        self.head: int | None = 7
        self.heads_read = 0

    def open(self) -> SqlJournal:
        return SqlJournal.open(self.url, self.read_head, lambda: self.now)

    def read_head(self) -> int:
        self.heads_read += 1
        if self.head is None:
            raise Refused(Reason.DATABASE_UNAVAILABLE)
        return self.head

    def entries(self) -> list[tuple[int, str]]:
        engine = open_blocking_engine(journal_url(self.url))
        with blocking_read(engine) as connection:
            rows = connection.execute(select(ENTRY.c.attempt, ENTRY.c.state).order_by(ENTRY.c.id))
            return [(row.attempt, row.state) for row in rows]


@pytest.fixture
def world(tmp_path: Path) -> World:
    url = f"sqlite:///{tmp_path}/registry.db"
    upgrade(journal_url(url), History.JOURNAL)
    return World(url)


@pytest.fixture
async def journal(world: World) -> AsyncIterator[SqlJournal]:
    journal = world.open()
    yield journal
    await journal.close()


async def test_a_claim_is_durable_before_it_returns(journal: SqlJournal, world: World) -> None:
    claimed, head = await journal.claim(order())
    again = world.open()
    found = await again.find(ME, ID)
    await again.close()

    assert (claimed.state, claimed.attempt, head) == (State.ACCEPTED, 1, 7)
    assert found == replace(claimed, number=1)


async def test_a_delivery_comes_back_as_it_was_recorded(journal: SqlJournal) -> None:
    await journal.claim(order(sender_mandate_id=None))
    finished = await journal.finish(ME, ID, 1, DONE)

    found = await journal.find(ME, ID)

    assert found is not None
    assert finished == replace(found, number=0)
    assert found.result == DONE
    assert found.order == order(sender_mandate_id=None)


async def test_every_move_is_an_entry_of_its_own(journal: SqlJournal, world: World) -> None:
    await journal.claim(order())
    await journal.finish(ME, ID, 1, FAILED)
    await journal.claim(order())
    await journal.finish(ME, ID, 2, DONE)

    assert world.entries() == [(1, "ACCEPTED"), (1, "FAILED"), (2, "ACCEPTED"), (2, "DELIVERED")]


async def test_a_refused_move_leaves_no_trace(journal: SqlJournal, world: World) -> None:
    await journal.claim(order())

    with pytest.raises(Refused, match="MESSAGE_IN_PROGRESS"):
        await journal.claim(order())

    assert world.entries() == [(1, "ACCEPTED")]


async def test_a_late_result_is_discarded(journal: SqlJournal, world: World) -> None:
    await journal.claim(order())
    world.now = LATER
    await journal.claim(order(lease_until=LATER + dt.timedelta(minutes=2)))

    assert await journal.finish(ME, ID, 1, DONE) is None
    found = await journal.find(ME, ID)
    assert found is not None
    assert (found.state, found.attempt) == (State.ACCEPTED, 2)


async def test_a_delivered_message_comes_back_from_a_claim(journal: SqlJournal) -> None:
    await journal.claim(order())
    await journal.finish(ME, ID, 1, DONE)

    claimed, _ = await journal.claim(order(receiver_oin=Oin(STRANGER_OIN)))

    assert (claimed.state, claimed.result) == (State.DELIVERED, DONE)


async def test_an_uncertain_message_stays_with_its_receiver(journal: SqlJournal) -> None:
    await journal.claim(order())
    await journal.finish(ME, ID, 1, UNCERTAIN)
    await journal.claim(order())
    await journal.finish(ME, ID, 2, FAILED)

    with pytest.raises(Refused, match="DELIVERY_UNCERTAIN"):
        await journal.claim(order(receiver_oin=Oin(STRANGER_OIN)))


async def test_the_same_id_from_two_senders_is_two_messages(journal: SqlJournal) -> None:
    await journal.claim(order())
    await journal.claim(order(sender_oin=Oin(ZUID_OIN), header_digest=b"\x09" * 32))

    assert await journal.finish(ME, ID, 1, NO)
    other = await journal.find(Oin(ZUID_OIN), ID)
    assert other is not None
    assert other.state is State.ACCEPTED


async def test_of_concurrent_claims_one_wins(journal: SqlJournal) -> None:
    results = await asyncio.gather(
        *(journal.claim(order(owner=str(number))) for number in range(20)), return_exceptions=True
    )

    won = [each for each in results if not isinstance(each, BaseException)]
    lost = [each for each in results if isinstance(each, Refused)]
    assert len(won) == 1
    assert {each.reason for each in lost} == {Reason.MESSAGE_IN_PROGRESS}


async def test_of_claims_in_two_processes_one_wins(journal: SqlJournal, world: World) -> None:
    other = world.open()
    results = await asyncio.gather(
        journal.claim(order()), other.claim(order()), return_exceptions=True
    )
    await other.close()

    assert sorted(isinstance(each, Refused) for each in results) == [False, True]


async def test_concurrent_messages_share_a_commit(journal: SqlJournal, world: World) -> None:
    orders = [order(message_id=UUID(int=number)) for number in range(1, 129)]

    await asyncio.gather(*(journal.claim(each) for each in orders))

    assert world.heads_read <= 4
    assert len(world.entries()) == 128


async def test_an_unreadable_head_is_told(journal: SqlJournal, world: World) -> None:
    world.head = None

    assert (await journal.claim(order()))[1] is None


async def test_a_journal_that_cannot_be_written_refuses(
    journal: SqlJournal, world: World, tmp_path: Path
) -> None:
    engine = open_blocking_engine(journal_url(world.url))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE delivery_entry"))

    with pytest.raises(Refused) as refused:
        await journal.claim(order())

    assert refused.value.reason is Reason.RECORD_UNAVAILABLE
    assert await journal.find(ME, ID) is None
    engine.dispose()


async def test_pages_are_newest_first_and_filtered(journal: SqlJournal, world: World) -> None:
    await journal.claim(order(message_id=UUID(int=1), sender="99XA02"))
    world.now = NOW + dt.timedelta(hours=1)
    await journal.claim(order(message_id=UUID(int=2), receiver="PO9901"))
    await journal.claim(order(message_id=UUID(int=3), sender_oin=Oin(STRANGER_OIN)))
    await journal.finish(ME, UUID(int=2), 1, DONE)

    async def ids(below: int | None = None, limit: int = 10, **where: object) -> list[int]:
        page = await journal.page(Wanted(**where), below=below, limit=limit)  # type: ignore[arg-type]
        return [each.order.message_id.int for each in page]

    assert await ids() == [3, 2, 1]
    assert await ids(limit=2) == [3, 2]
    assert await ids(below=3) == [2, 1]
    assert await ids(party=ME) == [2, 1]
    assert await ids(party=Oin(ZUID_OIN)) == [3, 2, 1]
    assert await ids(state=State.DELIVERED) == [2]
    assert await ids(organisation="99XA") == [3, 2, 1]
    assert await ids(organisation="PO9901") == [2]
    assert await ids(start=NOW + dt.timedelta(minutes=1)) == [3, 2]
    assert await ids(end=NOW + dt.timedelta(minutes=1)) == [1]


def _write_many(
    url: str, first: int, seconds: float, waits: "multiprocessing.Queue[float]"
) -> None:
    async def run() -> float:
        journal = SqlJournal.open(url, lambda: 1, lambda: NOW)
        worst, number, until = 0.0, first, time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            await journal.claim(order(message_id=UUID(int=number)))
            worst = max(worst, time.monotonic() - began)
            number += 1
        await journal.close()
        return worst

    waits.put(asyncio.run(run()))


def test_no_process_starves_another(world: World) -> None:
    """Four writers at once: each gets on, and none waits long for its turn."""
    context = multiprocessing.get_context("spawn")
    waits: multiprocessing.Queue[float] = context.Queue()
    seconds = float(os.environ.get("WISSEL_STARVE_SECONDS", "2"))
    writers = [
        context.Process(target=_write_many, args=(world.url, 1_000_000 * n, seconds, waits))
        for n in range(1, 5)
    ]
    for writer in writers:
        writer.start()
    worst = [waits.get(timeout=60) for _ in writers]
    for writer in writers:
        writer.join()

    assert len(world.entries()) > 40
    assert max(worst) < 2.0
