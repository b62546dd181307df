"""Sweepers beside each other, beside senders, slow receivers and a database that fails."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from support.fakes.las import FakeLas, accept, refusing, remembering
from support.worlds.forwarding import World, facts_for, forwarding
from support.worlds.stores import utc_now
from support.worlds.sweeping import PROMPT, Beats, asked, becomes, left_uncertain, sweeping
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.delivery import State, Wanted
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.register.head import head_reader


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


async def test_a_silent_receiver_holds_up_no_other(world: World) -> None:
    await left_uncertain(world)
    mute = await FakeLas.start(world.hub.identity("zuid"))
    mute.answer = silence
    await world.hub.put(*facts_for(mute.url))

    async with sweeping(world, replace(PROMPT, question=30.0)):
        await mute.questions.wait()
        await world.hub.put(*facts_for(world.las.url))
        later = await left_uncertain(world)
        await becomes(world, later, "DELIVERED")

    await mute.stop()


async def silence(*_: object) -> las.GetReceiptResponse:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_restarted_hub_settles_what_it_finds(world: World) -> None:
    message = await left_uncertain(world)
    url = f"sqlite:///{world.folder / 'registry.db'}"
    journal = SqlJournal.open(url, head_reader(url), utc_now)

    async with sweeping(world, deps=replace(world.deps, journal=journal, owner="restarted")):
        await becomes(world, message, "DELIVERED")

    await journal.close()


async def test_two_hubs_settle_each_message_once(world: World) -> None:
    messages = [await left_uncertain(world) for _ in range(10)]
    url = f"sqlite:///{world.folder / 'registry.db'}"
    journal = SqlJournal.open(url, head_reader(url), utc_now)

    async with (
        sweeping(world),
        sweeping(world, deps=replace(world.deps, journal=journal, owner="other")),
    ):
        for message in messages:
            await becomes(world, message, "DELIVERED")

    database = BlockingDatabase.open(journal_url(url))
    with database.reading() as connection:
        rows = connection.execute(
            text("SELECT state, count(*) FROM delivery_entry GROUP BY state")
        ).fetchall()
    database.close()
    await journal.close()
    assert dict(map(tuple, rows)) == {"ACCEPTED": 10, "UNCERTAIN": 10, "DELIVERED": 10}


async def test_a_sender_that_comes_back_meanwhile_wins(world: World) -> None:
    """The answer to a question about attempt 1 comes when attempt 2 has been delivered."""
    message = await left_uncertain(world)
    go_on = asyncio.Event()

    async def late(*arguments: object) -> las.GetReceiptResponse:
        answer = await remembering()(*arguments)  # type: ignore[arg-type]
        await go_on.wait()
        return answer

    world.las.answer = late
    beats = Beats()
    async with sweeping(world, replace(PROMPT, question=30.0, chance=beats)):
        await world.las.questions.wait()
        world.las.behave = accept
        answer = await world.send(message)
        go_on.set()
        await beats.more(20)

    assert not answer.replayed
    again = await world.send(message)
    assert (again.hub_receipt, again.replayed) == (answer.hub_receipt, True)


async def test_after_errors_of_the_database_it_goes_on(world: World) -> None:
    message = await left_uncertain(world)
    database = BlockingDatabase.open(journal_url(f"sqlite:///{world.folder / 'registry.db'}"))

    async with sweeping(world) as task:
        with database.writing() as connection:
            connection.execute(text("ALTER TABLE delivery_entry RENAME TO away"))
        await asked(world, 2)
        with database.writing() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO delivery_entry"))
        await becomes(world, message, "DELIVERED")
        assert not task.done()

    database.close()


async def test_it_stops_in_the_middle_of_a_question(world: World) -> None:
    await left_uncertain(world)
    world.las.answer = silence

    async with sweeping(world, replace(PROMPT, question=30.0)):
        await world.las.questions.wait()

    assert [each.get_name() for each in asyncio.all_tasks()].count("ask a receiver") == 0


async def test_a_page_at_a_time_reaches_all(world: World) -> None:
    messages = [await left_uncertain(world) for _ in range(7)]

    async with sweeping(world, replace(PROMPT, page=3)):
        for message in messages:
            await becomes(world, message, "DELIVERED")

    assert not await world.journal.page(Wanted(state=State.UNCERTAIN), after=None, limit=1)


async def test_a_receiver_that_refused_is_not_asked(world: World) -> None:
    message = await left_uncertain(world, refusing("FULL"))

    async with sweeping(world, replace(PROMPT, chance=(beats := Beats()))):
        await beats.more(20)

    assert await world.state(message) == ("REFUSED", "RECEIVER_REFUSED")
    assert world.las.asked == []
