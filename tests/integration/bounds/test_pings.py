"""Clients and balancers that ping to keep a connection: they are let, up to a bound."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from support.builders.pki import Identity
from support.eventually import LONGEST_WAIT
from support.worlds import small_world
from support.worlds.hub import BOUNDS, running_hub
from support.worlds.las_world import LasWorld
from wissel.clients.las import server as las_server

ALLOWED: Final = 0.1
"""Seconds between two pings."""
PINGS: Final = 8
"""gRPC throws a client out by its fourth ping that comes too early."""
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
PING: Final = bytes([0, 0, 8, 6, 0, 0, 0, 0, 0]) + bytes(8)
PONG: Final = (6, 1)
GOAWAY: Final = (7, 0)


async def kept(port: int, identity: Identity, every: float) -> bool:
    """Whether a connection without calls outlives `PINGS` pings that come `every` so many seconds.

    That time is no wait for anything: it is what the server judges.
    """
    context = ssl.create_default_context(cafile=str(identity.roots))
    context.load_cert_chain(identity.certificate, identity.key)
    context.set_alpn_protocols(["h2"])
    reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
    writer.write(PREFACE)
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            for _ in range(PINGS):
                writer.write(PING)
                while (frame := await _frame(reader)) != PONG:
                    if frame == GOAWAY:
                        return False
                await asyncio.sleep(every)
            return True
    finally:
        writer.transport.abort()


async def _frame(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Read a frame of HTTP/2 and return its type and flags."""
    head = await reader.readexactly(9)
    await reader.readexactly(int.from_bytes(head[:3], "big"))
    return head[3], head[4]


@pytest.mark.parametrize(("every", "expected"), [(2 * ALLOWED, True), (ALLOWED / 10, False)])
async def test_a_hub_keeps_who_pings_as_it_may(
    tmp_path: Path, every: float, expected: bool
) -> None:
    bounds = replace(BOUNDS, ping_seconds=ALLOWED)
    async with running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as hub:
        assert await kept(hub.port, hub.identity("noord"), every) is expected


@pytest.mark.parametrize(("every", "expected"), [(2 * ALLOWED, True), (ALLOWED / 10, False)])
async def test_a_las_keeps_who_pings_as_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: float, expected: bool
) -> None:
    monkeypatch.setattr(las_server, "PING_MS", int(ALLOWED * 1000))
    world = LasWorld(tmp_path)
    async with world.server:
        assert await kept(world.server.port, world.hub, every) is expected


def test_what_is_allowed_is_what_common_clients_do() -> None:
    """They ping every 10 seconds, and the network may bring two pings closer together."""
    assert BOUNDS.ping_seconds <= 8
    assert las_server.PING_MS <= 8_000
