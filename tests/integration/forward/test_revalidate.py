"""What is forbidden while the hub dials is not begun (design.md#staleness)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from support.eventually import eventually_async
from support.fakes.tcp_proxy import TcpProxy
from support.worlds import small_world
from support.worlds.forwarding import World, facts_for, forwarding
from support.worlds.hub import reason_of
from wissel.routing.facts import Mandate
from wissel.routing.refusals.reasons import Reason


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


@pytest.fixture
async def slow(world: World) -> AsyncIterator[TcpProxy]:
    """The line to the receiver, which holds every handshake."""
    proxy = TcpProxy(("127.0.0.1", world.las.port))
    proxy.hold()
    await world.hub.put(*facts_for(f"https://localhost:{proxy.port}"))
    yield proxy
    await asyncio.to_thread(proxy.close)


async def dialling(world: World) -> "asyncio.Task[grpc.aio.AioRpcError | None]":
    """Send a message until it has been claimed; what follows is the handshake."""
    message = world.message()
    sending = asyncio.create_task(world.told(message))
    await eventually_async(lambda: world.state(message), "the message is claimed")
    return sending


async def test_a_mandate_that_ends_meanwhile(world: World, slow: TcpProxy) -> None:
    sending = await dialling(world)
    for fact in facts_for(world.las.url):
        if isinstance(fact, Mandate):
            await world.hub.put(replace(fact, stopped=True))
    slow.restore()

    refused = await sending
    assert refused is not None
    assert Reason.MANDATE_MISSING == reason_of(refused)
    assert [] == world.las.opened


async def test_a_change_of_somebody_else_meanwhile(world: World, slow: TcpProxy) -> None:
    sending = await dialling(world)
    await world.hub.put(small_world.small()[0])
    slow.restore()

    assert await sending is None
    assert 1 == len(world.las.opened)
