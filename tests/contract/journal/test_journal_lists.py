"""Lists of deliveries while several hubs write: nothing is skipped, and nothing comes twice."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import pytest

from support.builders.orders import NOW, order
from support.cast import STRANGER
from support.worlds.journals import ME, JournalWorld
from wissel.routing.exchange.delivery import Position, Wanted
from wissel.routing.values.identifiers import Oin
from wissel.server.store.journal.journal import SqlJournal

MICROSECOND: Final = dt.timedelta(microseconds=1)
OTHER: Final = STRANGER.oin
EVERYTHING: Final = Wanted()


class Hubs:
    """Two hubs on one journal, each with a clock of its own."""

    def __init__(self, url: str) -> None:
        self.worlds = (JournalWorld(url), JournalWorld(url))
        self.journals: tuple[SqlJournal, ...] = tuple(world.open() for world in self.worlds)

    async def accept(self, hub: int, moment: int, number: int, sender: Oin = ME) -> Position:
        """Let a hub accept a message at a moment, in microseconds; return where it is listed."""
        self.worlds[hub].now = NOW + moment * MICROSECOND
        message = order(message_id=UUID(int=number), sender_oin=sender)
        delivery, _ = await self.journals[hub].claim(message)
        return delivery.position

    async def page(self, after: Position | None, limit: int) -> list[Position]:
        """Return one page of all there is."""
        found = await self.journals[0].page(EVERYTHING, after=after, limit=limit)
        return [each.position for each in found]


@pytest.fixture
async def hubs(registry_url: str) -> AsyncIterator[Hubs]:
    hubs = Hubs(registry_url)
    yield hubs
    for journal in hubs.journals:
        await journal.close()


async def test_the_newest_comes_first_whichever_hub_committed_last(hubs: Hubs) -> None:
    late = await hubs.accept(0, moment=30, number=1)
    early = await hubs.accept(1, moment=10, number=2)
    between = await hubs.accept(0, moment=20, number=3)

    assert [late, between, early] == await hubs.page(None, 10)


async def test_a_list_read_while_two_hubs_write_shows_each_message_once(hubs: Hubs) -> None:
    """One hub's clock is behind, so what it commits comes among what was shown already."""
    at_first = [
        await hubs.accept(number % 2, moment=100 - 10 * (number % 2) + number, number=number)
        for number in range(1, 21)
    ]
    shown: list[Position] = []
    after: Position | None = None
    while page := await hubs.page(after, 3):
        shown += page
        after = page[-1]
        number = 100 + len(shown)
        await hubs.accept(0, moment=200 + number, number=number)
        await hubs.accept(1, moment=95, number=number, sender=OTHER)

    assert sorted(shown, reverse=True) == shown
    assert len(set(shown)) == len(shown)
    assert sorted(at_first) == sorted(set(shown) & set(at_first))


async def test_messages_of_one_microsecond_are_parted_by_sender_and_then_by_id(
    hubs: Hubs,
) -> None:
    positions = [
        await hubs.accept(hub, moment=0, number=number, sender=sender)
        for number, (hub, sender) in enumerate([(0, ME), (1, OTHER), (0, OTHER), (1, ME)] * 3)
    ]

    pages: list[Position] = []
    while page := await hubs.page(pages[-1] if pages else None, 1):
        pages += page

    assert sorted(positions, reverse=True) == pages


async def test_a_message_keeps_its_place_when_it_is_tried_again(hubs: Hubs) -> None:
    first = await hubs.accept(0, moment=1, number=1)
    second = await hubs.accept(1, moment=2, number=2)
    lease_seconds = 200
    again = order(message_id=UUID(int=1), lease_until=NOW + dt.timedelta(seconds=2 * lease_seconds))
    hubs.worlds[1].now = NOW + dt.timedelta(seconds=lease_seconds)

    delivery, _ = await hubs.journals[1].claim(again)

    assert 2 == delivery.attempt
    assert [second, first] == await hubs.page(None, 10)
