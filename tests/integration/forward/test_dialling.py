"""Lines to receivers behind firewalls, balancers and names with several addresses."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2
from structlog.testing import capture_logs

from support.builders.envelopes import PAYLOAD
from support.eventually import eventually_async
from support.fakes.http_proxy import refusing_proxy
from support.fakes.las import FakeLas
from support.fakes.name_server import addresses
from support.fakes.tcp_proxy import TcpProxy
from support.worlds.forwarding import QUICK, World, facts_for, forwarding
from support.worlds.hostile.named import named
from support.worlds.hub import detail, reason_of
from support.worlds.sweeping import PROMPT, becomes, left_uncertain, sweeping
from wissel.clients.testing.cast import ZUID
from wissel.server.courier.receivers import dial

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


async def test_an_address_that_never_answers_holds_nothing_up(tmp_path: Path) -> None:
    async with named(tmp_path, addresses(DEAD, "127.0.0.1")) as (world, _):
        with _silence(world.las.port):
            await world.send(world.message(), seconds=1.5)

        assert world.las.received == [PAYLOAD]


async def test_those_who_wait_for_one_line_wait_for_one_attempt(tmp_path: Path) -> None:
    async with forwarding(tmp_path, replace(QUICK, handshake=1.0)) as world:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.setblocking(False)
            await world.hub.put(*facts_for(f"https://localhost:{silent.getsockname()[1]}"))

            refused = await asyncio.gather(*(world.refusal(world.message()) for _ in range(6)))

            accepted = 0
            with suppress(BlockingIOError):
                while True:
                    silent.accept()[0].close()
                    accepted += 1

    assert {reason_of(error) for error in refused} == {"RECEIVER_UNREACHABLE"}
    assert accepted == 1


async def test_lines_are_bounded_and_the_one_used_least_recently_goes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dial, "MOST_OF_ONE", 2)
    async with behind_proxy(world, world.las.port):
        await world.send(world.message())
        async with behind_proxy(world, world.las.port):
            await world.send(world.message())
            async with behind_proxy(world, world.las.port):
                await world.send(world.message())
                kept = len(world.dialer._lines)

    assert len(world.las.received) == 3
    assert kept == 2


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
