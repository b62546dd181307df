"""Why a receiver does not answer is told in one word."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.pki import Pki
from support.fakes.http_proxy import refusing_proxy
from support.fakes.las import Context, FakeLas
from support.fakes.name_server import addresses
from support.worlds.beside.pinging import AT_ONCE, Counted, aborting, never, of_zuid, rounds_of
from support.worlds.forwarding import QUICK, World, facts_for, forwarding
from support.worlds.hostile.named import named
from wissel.clients.testing.cast import ZUID
from wissel.las.v1 import las_service_pb2 as las
from wissel.server.courier.reachability.observation import ReachState
from wissel.server.courier.receivers.causes import Cause


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path, replace(QUICK, handshake=1.0, dial=5.0)) as world:
        yield world


@contextlib.contextmanager
def _silent_port() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def _moved(world: World, identity: Any) -> None:
    other = await FakeLas.start(identity)
    await world.las.stop()
    world.las = other
    await world.hub.put(*facts_for(other.url))


async def _cause(world: World) -> Cause:
    await rounds_of(world, Counted()).lead()
    silent = (await of_zuid(world)).silent
    assert silent is not None
    return silent.cause


async def test_nobody_listens(world: World) -> None:
    await world.las.stop()

    assert Cause.TCP is await _cause(world)


async def test_no_handshake(world: World) -> None:
    with _silent_port() as port:
        await world.hub.put(*facts_for(f"https://localhost:{port}"))

        assert Cause.TLS is await _cause(world)


async def test_another_partys_certificate(world: World) -> None:
    await _moved(world, world.hub.identity("noord"))

    assert Cause.OIN is await _cause(world)


@pytest.mark.parametrize(
    ("faults", "cause"),
    [
        ({"expired": True}, Cause.CHAIN),
        ({"dns": ("elsewhere.example",)}, Cause.CHAIN),
        ({"ekus": ()}, Cause.CHAIN),
        ({"future": True}, Cause.CLOCK),
    ],
    ids=["expired", "other host", "no usage", "not yet valid"],
)
async def test_a_certificate_that_does_not_do(
    world: World, faults: dict[str, Any], cause: Cause
) -> None:
    await _moved(world, world.hub.issue("bad", **{"oin": ZUID.oin, **faults}))

    assert cause is await _cause(world)


async def test_it_does_not_take_the_hubs_certificate(world: World) -> None:
    own = world.hub.identity("zuid")
    other = Pki.create(world.folder / "other")
    await _moved(world, replace(own, roots=other.roots))

    assert Cause.TLS is await _cause(world)


async def test_no_answer_in_time(world: World) -> None:
    world.las.ping = never

    assert Cause.TIMEOUT is await _cause(world)


async def test_the_line_is_closed_before_an_answer(world: World) -> None:
    async def stop(context: Context) -> las.PingResponse:
        asyncio.get_running_loop().create_task(world.las.stop())
        return await never(context)

    world.las.ping = stop

    assert Cause.GOAWAY is await _cause(world)


async def test_a_refusal_and_a_method_that_is_not_there(world: World) -> None:
    world.las.ping = aborting(grpc.StatusCode.PERMISSION_DENIED)
    refused = await _cause(world)
    world.las.ping = aborting(grpc.StatusCode.UNIMPLEMENTED)
    world.skip(AT_ONCE.every)
    await rounds_of(world, Counted()).lead()

    assert Cause.CALL is refused
    assert ReachState.ANSWERS is (await of_zuid(world)).state


async def test_a_name_that_leads_nowhere(tmp_path: Path) -> None:
    async with named(tmp_path, lambda question: question.answer(code=3)) as (world, _):
        assert Cause.DNS is await _cause(world)


async def test_a_name_that_is_pointed_at_a_private_network(tmp_path: Path) -> None:
    """Nothing is sent there: who owns a name may point it anywhere, any day."""
    async with named(tmp_path, addresses("127.0.0.1"), private=False) as (world, _):
        assert Cause.ADDRESS is await _cause(world)
        assert 0 == world.las.pings


async def test_a_proxy_in_front_answers_in_its_place(world: World) -> None:
    async with refusing_proxy(world.hub.identity("zuid"), 502) as port:
        await world.hub.put(*facts_for(f"https://localhost:{port}"))

        assert Cause.PROXY is await _cause(world)
