"""Connections without end, by address and by OIN: who loses them, and who does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from bench import hoarding, http2
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.builders.stubs import Stubs
from support.eventually import LONGEST_WAIT, eventually_async
from support.worlds import small_world
from support.worlds.hub import BOUNDS, Hub, reason_of, running_hub
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.server.rpc.connections.connection import ConnectionBounds

WHO: Final = "/wissel.party.v1.PartyService/WhoAmI"
WATCH: Final = "/grpc.health.v1.Health/Watch"
EMPTY: Final = http2.message(b"")
SMALL: Final = ConnectionBounds(
    most=64, of_party=4, of_stranger=2, of_address=40, unknown=6, look=0.05, stranger_calls=4
)
MANY: Final = 20


@asynccontextmanager
async def small_hub(folder: Path, bounds: ConnectionBounds = SMALL) -> AsyncIterator[Hub]:
    """A hub that gives everybody few connections, and looks at them often."""
    bounded = replace(BOUNDS, connections=bounds)
    async with running_hub(folder, facts=small_world.small(), bounds=bounded) as started:
        yield started


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with small_hub(tmp_path) as started:
        yield started


async def connect(hub: Hub, name: str, settings: dict[int, int] | None = None) -> http2.Connection:
    identity = hub.identity(name)
    tls = http2.tls(identity.roots, identity.certificate, identity.key)
    return await http2.Connection.open(f"localhost:{hub.port}", tls, settings)


async def ask(connection: http2.Connection) -> None:
    """Make a call, and return when it has ended."""
    stream = connection.call(WHO, EMPTY, end=True)
    await eventually_async(
        lambda: connection.ended, "the call has ended", until=lambda ended: stream in ended
    )


async def left(connections: list[http2.Connection], count: int) -> list[http2.Connection]:
    """Return those that are open, once there are so many."""
    return await eventually_async(
        lambda: [each for each in connections if not each.closed.is_set()],
        f"{count} connections are left",
        until=lambda found: len(found) == count,
    )


def cut(hub: Hub, why: str) -> float:
    return hub.metrics.get_sample_value("wissel_connections_cut_total", {"why": why}) or 0


async def served(hub: Hub, name: str) -> None:
    """Somebody is served on a connection of its own."""
    assert (await Stubs(hub, name).parties.WhoAmI(WhoAmIRequest())).registered


def abort(connections: list[http2.Connection]) -> None:
    for each in connections:
        each.abort()


async def test_connections_on_which_nobody_calls_are_few_for_an_address(hub: Hub) -> None:
    opened = [await connect(hub, "noord") for _ in range(MANY)]
    await left(opened, SMALL.unknown)
    gone = cut(hub, "unknown")

    await served(hub, "zuid")

    assert gone == MANY - SMALL.unknown
    abort(opened)


async def test_a_proxy_may_have_more(tmp_path: Path) -> None:
    bounds = replace(SMALL, exempt=(ip_network("127.0.0.0/8"), ip_network("::1")))
    async with small_hub(tmp_path, bounds) as hub:
        opened = [await connect(hub, "noord") for _ in range(MANY)]
        await served(hub, "zuid")
        kinds = {"of": "unknown"}
        await eventually_async(
            lambda: hub.metrics.get_sample_value("wissel_connections", kinds),
            "all of them were looked at",
            until=lambda seen: seen == MANY,
        )

        assert cut(hub, "unknown") == 0
        abort(opened)


async def test_a_stranger_gets_few_and_a_party_more(hub: Hub) -> None:
    for name, most in (("stranger", SMALL.of_stranger), ("noord", SMALL.of_party)):
        opened = []
        for _ in range(MANY):
            opened.append(await connect(hub, name))
            await ask(opened[-1])

        assert await left(opened, most) == opened[-most:]
        await served(hub, "zuid")
        abort(opened)

    assert cut(hub, "oin") == 2 * MANY - SMALL.of_stranger - SMALL.of_party


async def test_a_party_loses_idle_connections_and_none_with_a_call_under_way(hub: Hub) -> None:
    busy = [await connect(hub, "noord") for _ in range(SMALL.of_party - 1)]
    for each in busy:
        each.call(WATCH, EMPTY, end=True)
    idle = []
    for _ in range(MANY):
        idle.append(await connect(hub, "noord"))
        await ask(idle[-1])

    last = await left(idle, 1)

    assert last == [idle[-1]]
    assert await left(busy, len(busy)) == busy
    abort([*busy, *idle])


async def test_a_party_with_a_call_on_each_connection_gets_no_further_one(hub: Hub) -> None:
    noord = hub.identity("noord")
    channels = [hub.open(noord) for _ in range(SMALL.of_party + 1)]
    stub: Any = health_pb2_grpc.HealthStub  # its types lack Watch
    held = [stub(each).Watch(health_pb2.HealthCheckRequest()) for each in channels[:-1]]
    async with asyncio.timeout(LONGEST_WAIT):
        for watch in held:
            await watch.read()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await PartyServiceStub(channels[-1]).WhoAmI(WhoAmIRequest())
    held[0].cancel()
    await eventually_async(lambda: _served_on(channels[-1]), "there is room")

    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert reason_of(refused.value) == "CONNECTION_LIMIT"
    assert not any(watch.done() for watch in held[1:])


async def _served_on(channel: grpc.aio.Channel) -> bool:
    try:
        return (await PartyServiceStub(channel).WhoAmI(WhoAmIRequest())).registered
    except grpc.aio.AioRpcError:
        return False


async def test_a_stranger_has_few_calls_under_way(hub: Hub) -> None:
    stranger = await connect(hub, "stranger")
    streams = [stranger.call(WATCH, EMPTY, end=True) for _ in range(MANY)]

    await eventually_async(
        lambda: len(stranger.ended),
        "those that are too many have ended",
        until=lambda ended: ended == MANY - SMALL.stranger_calls,
    )

    most = MANY - SMALL.stranger_calls
    assert await hub.refusals(most) == ["CALL_LIMIT"] * most
    assert len(stranger.ended & set(streams)) == most
    await served(hub, "noord")
    stranger.abort()


async def test_who_does_not_take_its_answers_is_cut(tmp_path: Path) -> None:
    async with small_hub(tmp_path, replace(SMALL, untaken=0.2)) as hub:
        deaf = await connect(hub, "noord", {4: 0})  # no window for any answer
        deaf.call(WHO, EMPTY, end=True)

        await asyncio.wait_for(deaf.closed.wait(), LONGEST_WAIT)

        assert cut(hub, "untaken") == 1


async def test_a_stranger_that_calls_without_end_is_cut(tmp_path: Path) -> None:
    async with small_hub(tmp_path, replace(SMALL, asked=20, look=1)) as hub:
        stranger = await connect(hub, "stranger")
        flooding = asyncio.create_task(hoarding.refused(stranger))

        await asyncio.wait_for(stranger.closed.wait(), LONGEST_WAIT)
        await flooding

        assert cut(hub, "flood") == 1
        await eventually_async(lambda: _served_on(hub.channel("noord")), "others are served")
        stranger.abort()


async def test_headers_that_never_end_hold_one_connection_that_counts(hub: Hub) -> None:
    opened = [await connect(hub, "stranger") for _ in range(MANY)]
    endless = [asyncio.create_task(hoarding.headers(each)) for each in opened]

    await eventually_async(
        lambda: [each for each in opened if not each.closed.is_set()],
        "few are left",
        until=lambda found: len(found) <= SMALL.unknown,
    )

    await served(hub, "noord")
    for task in endless:
        task.cancel()
    abort(opened)


async def test_a_full_house_makes_room_for_parties_and_says_who_holds_it(tmp_path: Path) -> None:
    bounds = replace(SMALL, of_address=64, unknown=64, of_stranger=64)
    async with small_hub(tmp_path, bounds) as hub:
        opened = []
        for _ in range(bounds.mark + 4):
            opened.append(await connect(hub, "stranger"))
            await ask(opened[-1])
        await eventually_async(lambda: cut(hub, "full"), "some were shut down")

        for name in ("noord", "zuid", "duo"):
            await served(hub, name)
        abort(opened)


@pytest.mark.parametrize("kind", hoarding.KINDS)
async def test_others_are_served_beside_a_stranger_at_its_worst(hub: Hub, kind: str) -> None:
    """It tries all it can on more connections than it may have; afterwards none is left."""
    opened = [await connect(hub, "stranger") for _ in range(SMALL.unknown)]
    hoarding_on = [asyncio.create_task(hoarding.KINDS[kind](each)) for each in opened]
    for name in ("noord", "zuid", "duo"):
        for _ in range(3):
            await eventually_async(lambda: _served_on(hub.channel(name)), f"{name} is served")  # noqa: B023 - called at once
    for task in hoarding_on:
        task.cancel()
    abort(opened)

    kinds = ("strangers", "unknown")
    await eventually_async(
        lambda: [hub.metrics.get_sample_value("wissel_connections", {"of": of}) for of in kinds],
        "nothing of it is left",
        until=lambda held: held == [0, 0],
    )
    await served(hub, "noord")
