"""What one connection may do: how long it may say nothing, how much it may hold."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.builders.pki import Identity
from support.builders.stubs import Stubs
from support.eventually import LONGEST_WAIT
from support.worlds import small_world
from support.worlds.hub import BOUNDS, Hub, running_hub
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.server.courier.bounds import Limits
from wissel.server.rpc.calls.sharing.receiving import MAX_RECEIVE_BYTES
from wissel.server.rpc.connections.connection import ConnectionBounds
from wissel.server.rpc.server import Bounds

STREAMS = 100
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
PING = bytes([0, 0, 8, 6, 0, 0, 0, 0, 0]) + bytes(8)
GOAWAY = 7
EAGER = (("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 100))


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


def tls(hub: Hub, identity: Identity) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(hub.pki.roots))
    context.load_cert_chain(identity.certificate, identity.key)
    context.set_alpn_protocols(["h2"])
    return context


def first_bytes(hub: Hub) -> bytes:
    """Return the first bytes of a handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = tls(hub, hub.identity("noord"))
    handshake = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        handshake.do_handshake()
    return outgoing.read()


@asynccontextmanager
async def connected(hub: Hub, *, secure: bool) -> AsyncIterator[Wire]:
    """Connect, with a whole TLS handshake or none of it."""
    reader, writer = await asyncio.open_connection(
        "localhost",
        hub.port,
        family=socket.AF_INET,
        ssl=tls(hub, hub.identity("noord")) if secure else None,
    )
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def closed(reader: asyncio.StreamReader) -> None:
    """Return when the other side has hung up."""
    async with asyncio.timeout(LONGEST_WAIT):
        try:
            await reader.read()
        except ConnectionError:
            return


async def test_who_connects_and_does_not_go_on_is_hung_up_on(hub: Hub) -> None:
    """Nothing, half a hello, and a whole handshake without HTTP/2 after it."""
    hello = first_bytes(hub)
    async with (
        connected(hub, secure=False) as (silent, _),
        connected(hub, secure=False) as (half, writer),
        connected(hub, secure=True) as (mute, _),
    ):
        writer.write(hello[: len(hello) // 2])

        await asyncio.gather(closed(silent), closed(half), closed(mute))

    assert (await Stubs(hub, "noord").parties.WhoAmI(WhoAmIRequest())).registered


async def test_one_connection_too_many_is_turned_away_until_another_ends(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, connections=ConnectionBounds(most=2))
    async with running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as hub:
        noord = hub.identity("noord")
        channels = [hub.open(noord, EAGER) for _ in range(3)]
        calls = [PartyServiceStub(channel).WhoAmI for channel in channels]
        for call in calls[:2]:
            await call(WhoAmIRequest(), timeout=LONGEST_WAIT)

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await calls[2](WhoAmIRequest(), timeout=LONGEST_WAIT)
        waiting = calls[2](WhoAmIRequest(), timeout=LONGEST_WAIT, wait_for_ready=True)
        await channels[0].close()
        let_in = await waiting

        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        assert let_in.registered


async def test_who_never_gets_through_the_handshake_gives_its_place_back(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, connections=ConnectionBounds(most=2))
    async with running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as hub:
        for _ in range(20):
            with suppress(OSError):
                async with connected(hub, secure=False):
                    pass

        channel = hub.open(hub.identity("noord"), EAGER)
        who = PartyServiceStub(channel).WhoAmI(
            WhoAmIRequest(), timeout=LONGEST_WAIT, wait_for_ready=True
        )

        assert (await who).registered


async def test_one_connection_holds_so_many_calls_and_the_next_one_waits(hub: Hub) -> None:
    health: Any = hub.stub(health_pb2_grpc.HealthStub, "zuid")
    held = [health.Watch(health_pb2.HealthCheckRequest()) for _ in range(STREAMS)]
    async with asyncio.timeout(LONGEST_WAIT):
        await asyncio.gather(*(watch.read() for watch in held))

    waiting = asyncio.create_task(health.Watch(health_pb2.HealthCheckRequest()).read())
    others: Any = hub.stub(PartyServiceStub, "noord")
    for _ in range(20):
        await others.WhoAmI(WhoAmIRequest())
    waited = not waiting.done()
    held[0].cancel()
    async with asyncio.timeout(LONGEST_WAIT):
        await waiting

    assert waited


@pytest.mark.parametrize("size", [20_000, 200_000])
async def test_metadata_has_a_limit(hub: Hub, size: int) -> None:
    stub: Any = hub.stub(PartyServiceStub, "noord")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.WhoAmI(WhoAmIRequest(), metadata=(("wissel-user", "x" * size),))

    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (await stub.WhoAmI(WhoAmIRequest())).registered


async def test_a_message_has_a_limit(hub: Hub) -> None:
    call: Any = hub.channel("noord").unary_unary("/wissel.party.v1.PartyService/WhoAmI")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(bytes(MAX_RECEIVE_BYTES + 1))

    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_who_pings_without_end_is_hung_up_on(hub: Hub) -> None:
    async with connected(hub, secure=True) as (reader, writer):
        writer.write(HTTP2 + PING * 100)

        async with asyncio.timeout(LONGEST_WAIT):
            while (await _frame(reader)) != GOAWAY:
                pass
            await closed(reader)

    assert (await Stubs(hub, "zuid").parties.WhoAmI(WhoAmIRequest())).registered


async def _frame(reader: asyncio.StreamReader) -> int:
    """Read a frame of HTTP/2 and return its type."""
    head = await reader.readexactly(9)
    await reader.readexactly(int.from_bytes(head[:3], "big"))
    return head[3]


async def test_an_old_connection_is_replaced_without_a_failed_call(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, connection_age_seconds=0.5)
    async with (
        running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as hub,
        counted(hub) as ways,
    ):
        channel = hub.open(hub.identity("noord"))
        health: Any = health_pb2_grpc.HealthStub(channel)
        parties: Any = PartyServiceStub(channel)
        watch = health.Watch(health_pb2.HealthCheckRequest())
        await watch.read()

        async with asyncio.timeout(LONGEST_WAIT):
            while len(ways) < 3:
                assert (await parties.WhoAmI(WhoAmIRequest())).registered

        assert not watch.done()


@asynccontextmanager
async def counted(hub: Hub) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Put a relay before the hub and yield the connections that were made through it."""
    ways: list[asyncio.Task[None]] = []
    direct = hub.port

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", direct)
        ways.append(asyncio.create_task(_pass(reader, forth)))
        await _pass(back, writer)

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    hub.port = server.sockets[0].getsockname()[1]
    try:
        yield ways
    finally:
        hub.port = direct
        server.close()
        for way in ways:
            way.cancel()
        await asyncio.wait(ways)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def test_the_grace_of_a_connection_outlasts_the_longest_transfer() -> None:
    bounds = Bounds(resolve_per_minute=1, lookup_per_minute=1)

    assert bounds.connection_grace_seconds > Limits().longest_deadline
