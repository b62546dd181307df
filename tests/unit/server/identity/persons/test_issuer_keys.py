"""When the keys of an issuer are fetched: not for every token, and through an outage."""

import asyncio
from typing import Final

import pytest
from structlog.testing import capture_logs

from support.eventually import eventually_async
from support.fakes.broker import Broker, issuer_of, new_key
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.identity.persons.issuer_keys import FetchFailed, IssuerKeys, KeySchedule
from wissel.server.identity.persons.token import Unverified, read_bearer
from wissel.server.issuers import Issuer

SCHEDULE: Final = KeySchedule()


class World:
    """A broker, what a hub has of its keys, and the time in seconds."""

    def __init__(self, schedule: KeySchedule = SCHEDULE) -> None:
        self.now = 1000.0
        self.schedule = schedule
        self.broker = Broker()
        self.gate: asyncio.Event | None = None
        self.keys = IssuerKeys(issuer_of(self.broker), self.fetch, lambda: self.now, schedule)

    async def fetch(self, issuer: Issuer) -> bytes:
        if self.gate is not None:
            await self.gate.wait()
        return await self.broker.keys(issuer)

    def token(self) -> Unverified:
        return read_bearer(f"Bearer {self.broker.token()}")

    def stranger(self) -> Unverified:
        other = new_key("ES256", "nobody-published-it")
        return read_bearer(f"Bearer {self.broker.token(key=other, header={'kid': other.kid})}")

    async def refused(self, token: Unverified) -> Refused:
        with pytest.raises(Refused) as refused:
            await self.keys.key_for(token)
        return refused.value


async def test_keys_are_fetched_once_for_many_tokens() -> None:
    world = World()

    found = [await world.keys.key_for(world.token()) for _ in range(5)]

    assert {world.broker.key.kid} == {key.kid for key in found}
    assert 1 == world.broker.asked


async def test_a_key_that_was_not_known_is_fetched() -> None:
    world = World()
    await world.keys.key_for(world.token())
    world.broker.rotate()
    world.now += SCHEDULE.least

    key = await world.keys.key_for(world.token())

    assert world.broker.key.kid == key.kid
    assert 2 == world.broker.asked


async def test_unknown_keys_make_the_hub_ask_once_a_minute() -> None:
    world = World()
    await world.keys.key_for(world.token())
    for _ in range(10):
        assert Reason.TOKEN_KEY_UNKNOWN is (await world.refused(world.stranger())).reason
        world.now += SCHEDULE.least / 5

    assert 2 == world.broker.asked


async def test_an_outage_is_outlasted_by_a_day() -> None:
    world = World()
    await world.keys.key_for(world.token())
    world.broker.down = True

    world.now += SCHEDULE.every + SCHEDULE.stale
    assert world.broker.key.kid == (await world.keys.key_for(world.token())).kid
    world.now += 1
    with capture_logs() as lines:
        refused = await world.refused(world.token())

    assert Reason.ISSUER_UNAVAILABLE is refused.reason
    assert SCHEDULE.least == refused.retry_after
    assert [("issuer_keys_failed", "mijn-duo", "it is away")] == [
        (line["event"], line["issuer"], line["problem"]) for line in lines
    ]


async def test_an_issuer_that_never_answered_is_unavailable_until_it_does() -> None:
    world = World()
    world.broker.down = True

    assert Reason.ISSUER_UNAVAILABLE is (await world.refused(world.token())).reason
    world.broker.down = False
    assert Reason.ISSUER_UNAVAILABLE is (await world.refused(world.token())).reason
    world.now += SCHEDULE.least

    assert world.broker.key.kid == (await world.keys.key_for(world.token())).kid
    assert 2 == world.broker.asked


async def test_a_failure_leaves_the_keys_that_are_there() -> None:
    world = World()
    await world.keys.key_for(world.token())
    world.broker.published = []
    world.now += SCHEDULE.least

    refused = await world.refused(world.stranger())

    assert Reason.TOKEN_KEY_UNKNOWN is refused.reason
    assert world.broker.key.kid == (await world.keys.key_for(world.token())).kid


async def test_a_key_that_is_withdrawn_counts_no_more_once_keys_are_fetched() -> None:
    world = World()
    old = world.token()
    await world.keys.key_for(old)
    world.broker.rotate()
    world.broker.published = [world.broker.key]
    world.now += SCHEDULE.least

    await world.keys.key_for(world.token())

    assert Reason.TOKEN_KEY_UNKNOWN is (await world.refused(old)).reason


async def test_keys_are_fetched_now_and_then_whatever_becomes_of_it() -> None:
    world = World(KeySchedule(every=0, least=0, waiting=0))
    failing = [FetchFailed("away"), LookupError("odd")]

    async def fetch(issuer: Issuer) -> bytes:
        if failing:
            raise failing.pop(0)
        return await world.broker.keys(issuer)

    keys = IssuerKeys(issuer_of(world.broker), fetch, lambda: world.now, world.schedule)
    task = asyncio.create_task(keys.keep_fresh())
    with capture_logs() as lines:
        await eventually_async(
            lambda: world.broker.asked, "it was asked", until=lambda asked: asked > 2
        )
    task.cancel()

    assert world.broker.key.kid == (await keys.key_for(world.token())).kid
    assert [("failed", "away"), ("failed", "LookupError"), ("fetched", "")] == [
        (line["event"].removeprefix("issuer_keys_"), line.get("problem", "")) for line in lines
    ]


async def test_calls_wait_for_one_fetch_and_only_so_many() -> None:
    world = World(KeySchedule(waiting=3))
    world.gate = asyncio.Event()

    waiting = [asyncio.create_task(world.keys.key_for(world.token())) for _ in range(3)]
    await asyncio.sleep(0)
    too_many = await world.refused(world.token())
    waiting.pop().cancel()
    world.gate.set()
    found = await asyncio.gather(*waiting)

    assert Reason.ISSUER_UNAVAILABLE is too_many.reason
    assert 2 == len(found)
    assert 1 == world.broker.asked
