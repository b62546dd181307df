"""Names are looked up within bounds: how long, how many at once, and for how long they count."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator

import pytest

from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.receivers.names import (
    AT_ONCE,
    AT_ONCE_OF_ONE,
    LONGEST,
    REMEMBERED,
    SHORTEST,
    WAITING_OF_ONE,
    Found,
    HostNames,
    LookupFailed,
)

HERE = ipaddress.ip_address("192.0.2.1")


class Resolver:
    """Answers each name with one address once `go` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.lifetime = 60.0
        self.failure = ""
        self.at_once = self.most_at_once = 0
        self.go = asyncio.Event()
        self.go.set()
        self.closed = False

    async def __call__(self, host: str) -> Found:
        self.asked.append(host)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.go.wait()
        finally:
            self.at_once -= 1
        if self.failure:
            raise LookupFailed(self.failure)
        return Found((HERE,), self.lifetime)

    async def close(self) -> None:
        self.closed = True


class World:
    def __init__(self, seconds: float = 60.0) -> None:
        self.now = 0.0
        self.resolver = Resolver()
        self.names = HostNames(self.resolver, seconds, lambda: self.now)

    def asking(self, host: str, oin: Oin = ZUID.oin) -> "asyncio.Task[object]":
        return asyncio.create_task(self.names.addresses(host, oin))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    yield world
    await world.names.close()


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7"])
async def test_an_address_is_not_looked_up(world: World, host: str) -> None:
    assert await world.names.addresses(host, ZUID.oin) == (ipaddress.ip_address(host),)
    assert world.resolver.asked == []


@pytest.mark.parametrize(
    ("lifetime", "counts"), [(0, SHORTEST), (60, 60), (LONGEST, LONGEST), (1e9, LONGEST)]
)
async def test_an_answer_counts_for_its_lifetime(
    world: World, lifetime: float, counts: float
) -> None:
    world.resolver.lifetime = lifetime
    asked = []
    for now in (0, counts - 0.1, counts):
        world.now = now
        await world.names.addresses("las.example", ZUID.oin)
        asked.append(len(world.resolver.asked))

    assert asked == [1, 1, 2]


async def test_that_there_is_no_answer_counts_shortly(world: World) -> None:
    world.resolver.failure = "there is no such name"
    refusals, asked = [], []
    for now in (0, SHORTEST - 0.1, SHORTEST):
        world.now = now
        with pytest.raises(Refused) as refused:
            await world.names.addresses("las.example", ZUID.oin)
        refusals.append((refused.value.reason, refused.value.metadata))
        asked.append(len(world.resolver.asked))

    told = {"host": "las.example", "problem": "there is no such name", "cause": "DNS"}
    assert asked == [1, 1, 2]
    assert refusals == [(Reason.RECEIVER_UNREACHABLE, told)] * 3


async def test_a_name_is_looked_up_once_for_all_who_ask_at_the_same_time(world: World) -> None:
    world.resolver.go.clear()
    tasks = [world.asking("las.example") for _ in range(100)]
    await settle()

    world.resolver.go.set()
    await asyncio.gather(*tasks)

    assert world.resolver.asked == ["las.example"]


async def test_for_one_party_two_are_made_at_once(world: World) -> None:
    world.resolver.go.clear()
    tasks = [world.asking(f"las{number}.example") for number in range(WAITING_OF_ONE)]
    await settle()
    others = world.asking("elsewhere.example", NOORD.oin)
    await settle()
    made = world.resolver.at_once

    world.resolver.go.set()
    await asyncio.gather(*tasks, others)

    assert made == AT_ONCE_OF_ONE + 1
    assert world.resolver.most_at_once == AT_ONCE_OF_ONE + 1


async def test_for_one_party_only_so_many_wait(world: World) -> None:
    world.resolver.go.clear()
    tasks = [world.asking(f"las{number}.example") for number in range(WAITING_OF_ONE)]
    await settle()

    with pytest.raises(Refused) as refused:
        await world.names.addresses("one-too-many.example", ZUID.oin)
    world.resolver.go.set()
    await asyncio.gather(*tasks)
    await settle()

    assert refused.value.metadata["problem"] == "too many names of its party are being looked up"
    assert await world.names.addresses("one-too-many.example", ZUID.oin) == (HERE,)


async def test_in_all_only_so_many_are_made_at_once(world: World) -> None:
    world.resolver.go.clear()
    oins = [Oin(f"0000000399002{number:03d}0000") for number in range(AT_ONCE)]
    tasks = [world.asking(f"{oin}.{n}.example", oin) for oin in oins for n in range(2)]
    await settle()
    made = world.resolver.at_once

    world.resolver.go.set()
    await asyncio.gather(*tasks)

    assert made == world.resolver.most_at_once == AT_ONCE


async def test_a_name_whose_servers_never_answer_is_waited_for_no_longer_than_that() -> None:
    world = World(seconds=0.01)
    world.resolver.go.clear()

    with pytest.raises(Refused) as refused:
        await world.names.addresses("las.example", ZUID.oin)
    still = world.resolver.at_once
    await world.names.close()

    assert refused.value.metadata["problem"] == "its name servers do not answer in time"
    assert (still, world.resolver.at_once, world.resolver.closed) == (1, 0, True)


async def test_only_so_many_names_are_remembered_and_no_party(world: World) -> None:
    for number in range(REMEMBERED + 10):
        await world.names.addresses(f"las{number}.example", ZUID.oin)
    await settle()

    assert len(world.names._known) == REMEMBERED
    assert not world.names._asking
    assert not world.names._parties
