"""The hubs ping receivers, and say since when and why one does not answer."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from structlog.testing import capture_logs

from support.eventually import eventually_async
from support.fakes.las import Context, FakeLas
from support.worlds.beside.pinging import (
    AT_ONCE,
    Counted,
    aborting,
    known,
    never,
    of_zuid,
    rounds_of,
)
from support.worlds.forwarding import QUICK, World, facts_for, forwarding
from wissel.clients.testing.cast import ZUID
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.facts import Endpoint
from wissel.server.courier.reachability.observation import ReachState


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path, replace(QUICK, handshake=1.0, dial=5.0)) as world:
        yield world


async def test_each_receiver_is_pinged_once_whatever_the_number_of_endpoints(world: World) -> None:
    there = [fact for fact in facts_for(world.las.url) if isinstance(fact, Endpoint)]

    led = await rounds_of(world, Counted()).lead()

    assert led
    assert 1 < len([each for each in there if each.url == world.las.url])
    assert 1 == world.las.pings
    assert ReachState.ANSWERS is (await of_zuid(world)).state


async def test_a_round_is_due_once_and_then_after_the_interval(world: World) -> None:
    rounds = rounds_of(world, Counted())

    led = [await rounds.lead(), await rounds.lead()]
    world.skip(AT_ONCE.every)
    led.append(await rounds.lead())

    assert [True, False, True] == led
    assert 2 == world.las.pings


async def test_a_warning_at_each_day_once_and_a_word_when_it_answers_again(world: World) -> None:
    port, counted = world.las.port, Counted()
    await world.las.stop()
    first, second = rounds_of(world, counted), rounds_of(world, counted, "another")
    with capture_logs() as logs:
        for number in range(24 * 8):
            await (first, second)[number % 2].lead()
            world.skip(AT_ONCE.every)
        gone = await of_zuid(world)
        world.las = await FakeLas.start(world.hub.identity("zuid"), port)
        await first.lead()

    told = [each for each in logs if each.get("oin") == ZUID.oin]
    assert [1, 5, 7] == sorted(set(counted.warnings))
    assert ["receiver_silent", "receiver_silent", "receiver_unreachable", "receiver_answers"] == [
        each["event"] for each in told
    ]
    assert {"localhost"} == {each["host"] for each in told}
    assert {"TCP"} == {each["cause"] for each in told[:3]}
    assert ReachState.UNREACHABLE is gone.state
    assert ReachState.ANSWERS is (await of_zuid(world)).state


async def test_what_no_endpoint_leads_to_any_more_is_forgotten(world: World) -> None:
    rounds = rounds_of(world, Counted())
    await rounds.lead()
    before = len(await known(world.hub))
    other = await FakeLas.start(world.hub.identity("zuid"))
    await world.hub.put(*facts_for(other.url))
    world.skip(AT_ONCE.every)

    await rounds.lead()

    await other.stop()
    found = await known(world.hub)
    assert before == len(found)
    assert other.port == (await of_zuid(world)).receiver.port


async def test_a_leader_that_is_gone_is_followed_by_another_once(world: World) -> None:
    world.las.ping = never
    first, second = (rounds_of(world, Counted(), name) for name in ("first", "second"))
    leading = asyncio.create_task(first.lead())
    await eventually_async(lambda: world.las.pings, "it is pinged", until=lambda count: count > 0)
    leading.cancel()
    await asyncio.wait([leading])
    world.las.ping = None

    early = await second.lead()
    world.skip(AT_ONCE.lease)
    late = await second.lead()

    assert [False, True] == [early, late]
    assert ReachState.ANSWERS is (await of_zuid(world)).state


async def test_no_more_are_pinged_at_once_than_the_setting_says(world: World) -> None:
    most = 0
    here = 0

    async def count(_: Context) -> las.PingResponse:
        nonlocal most, here
        here += 1
        most = max(most, here)
        await asyncio.sleep(0)
        here -= 1
        return las.PingResponse()

    world.las.ping = count
    endpoint = next(
        each
        for each in facts_for(world.las.url)
        if isinstance(each, Endpoint) and each.url == world.las.url
    )
    others = [await FakeLas.start(world.hub.identity("zuid")) for _ in range(4)]
    for number, other in enumerate(others):
        other.ping = count
        key = f"{endpoint.routing_key[:-5]}0050{number}"
        await world.hub.put(
            replace(
                endpoint,
                endpoint_id=type(endpoint.endpoint_id)(int=5000 + number),
                url=other.url,
                routing_key=type(endpoint.routing_key)(key),
            )
        )

    await rounds_of(world, Counted(), schedule=replace(AT_ONCE, at_once=2)).lead()

    for other in others:
        await other.stop()
    assert [1] * 5 == [each.pings for each in (world.las, *others)]
    assert most <= 2


async def test_nothing_is_pinged_on_facts_that_are_stale(world: World) -> None:
    world.hub.ahead[0] = 3600

    assert not await rounds_of(world, Counted()).lead()
    assert 0 == world.las.pings


async def test_a_route_isnever_changed_and_messages_go_on(world: World) -> None:
    """A receiver that answers no ping gets its messages all the same, and no other does."""
    world.las.ping = aborting(grpc.StatusCode.INTERNAL)
    before = world.hub.follower.table
    for _ in range(24 * 8):
        await rounds_of(world, Counted()).lead()
        world.skip(AT_ONCE.every)
    world.skipped[0] = dt.timedelta()

    await world.send(world.message())

    assert ReachState.UNREACHABLE is (await of_zuid(world)).state
    assert before is world.hub.follower.table
    assert 1 == len(world.las.received)
