"""Lines to receivers behind firewalls, balancers and names with several addresses."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from structlog.testing import capture_logs

from support.builders.envelopes import PAYLOAD
from support.eventually import eventually_async
from support.fakes.http_proxy import refusing_proxy
from support.fakes.las import FakeLas
from support.fakes.tcp_proxy import TcpProxy
from support.worlds.forwarding import QUICK, World, facts_for, forwarding
from support.worlds.hub import detail
from support.worlds.sweeping import PROMPT, becomes, left_uncertain, sweeping
from wissel.clients.testing.cast import ZUID

DEAD = "127.0.0.2"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path, QUICK) as world:
        yield world


@asynccontextmanager
async def behind_proxy(world: World, *ports: int) -> AsyncIterator[TcpProxy]:
    """Have the receiver at a proxy before these ports, for as long as the block lasts."""
    proxy = TcpProxy(*[("127.0.0.1", port) for port in ports])
    try:
        await world.hub.put(*facts_for(f"https://localhost:{proxy.port}"))
        yield proxy
    finally:
        await asyncio.to_thread(proxy.close)


async def test_a_line_that_swallows_bytes_is_not_used_again(world: World) -> None:
    async with behind_proxy(world, world.las.port) as proxy:
        await world.send(world.message())
        proxy.lose()
        lost = world.message()
        with pytest.raises(grpc.aio.AioRpcError):
            await world.send(lost, seconds=1)
        assert await world.settled(lost) == ("UNCERTAIN", "RECEIVER_TIMEOUT")

        await world.send(lost)

        assert await world.settled(lost) == ("DELIVERED", "")


async def test_the_sweeper_asks_over_a_line_that_swallows_bytes_once(world: World) -> None:
    async with behind_proxy(world, world.las.port) as proxy:
        message = await left_uncertain(world)
        proxy.lose()

        async with sweeping(world, replace(PROMPT, question=0.5)):
            await becomes(world, message, "DELIVERED")


async def test_two_nodes_with_leaves_of_their_own_behind_one_address(world: World) -> None:
    other = await FakeLas.start(world.hub.issue("node", oin=ZUID.oin))
    try:
        async with behind_proxy(world, world.las.port, other.port):
            for _ in range(5):
                await world.send(world.message())
                await _hang_up(world)
    finally:
        await other.stop()

    assert len(world.las.received) + len(other.received) == 5


async def test_three_nodes_that_take_turns(world: World) -> None:
    others = [await FakeLas.start(world.hub.issue(f"node{n}", oin=ZUID.oin)) for n in range(2)]
    try:
        async with behind_proxy(world, world.las.port, *[each.port for each in others]):
            await world.send(world.message())
    finally:
        for each in others:
            await each.stop()

    received = [*world.las.received, *[got for each in others for got in each.received]]
    assert received == [PAYLOAD]


async def test_an_address_that_never_answers_holds_nothing_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = world.las.port
    _resolving(monkeypatch, port, DEAD, "127.0.0.1")
    with _silence(port):
        await world.send(world.message(), seconds=1.5)

    assert world.las.received == [PAYLOAD]


@pytest.mark.parametrize("status", [401, 403, 404, 407, 413, 429, 500, 502, 503, 504])
async def test_a_proxy_that_answers_in_place_of_the_receiver_is_told(
    world: World, status: int
) -> None:
    async with refusing_proxy(world.hub.identity("zuid"), status) as port:
        await world.hub.put(*facts_for(f"https://localhost:{port}"))

        error = await world.refusal(world.message())

    info = detail(error, error_details_pb2.ErrorInfo)
    assert (info.reason, info.metadata["http_status"]) == ("RECEIVER_PROXY_FAILED", str(status))
    line = await eventually_async(
        lambda: [each for each in world.hub.lines() if "receiver_said" in each], "it is logged"
    )
    assert line[-1]["receiver_said"] == {"http_status": str(status)}


async def test_the_sweeper_tells_of_a_proxy_too(world: World) -> None:
    message = await left_uncertain(world)
    async with refusing_proxy(world.hub.identity("zuid"), 502) as port:
        await world.hub.put(*facts_for(f"https://localhost:{port}"))

        with capture_logs() as logged:
            async with sweeping(world):
                await eventually_async(
                    lambda: [each for each in logged if each.get("http_status")], "it is logged"
                )

    assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")


async def _hang_up(world: World) -> None:
    """Let the next delivery dial anew."""
    for line in world.dialer._lines.values():
        await line.channel.close()


@contextmanager
def _silence(port: int) -> Iterator[None]:
    """Accept connections at the dead address, and never say anything."""
    with socket.create_server((DEAD, port)):
        yield


def _resolving(monkeypatch: pytest.MonkeyPatch, port: int, *addresses: str) -> None:
    """Let the receiver's name lead to several addresses."""
    real = socket.getaddrinfo

    def resolve(host: Any, service: Any, *args: Any, **more: Any) -> Any:
        if service != port:
            return real(host, service, *args, **more)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
