"""Slow peers: often enough not to be idle, too little to keep a slot."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import grpc
import pytest

from support.fakes.las import Context, FakeLas, Opened, Requests
from support.worlds.forwarding import QUICK, World, forwarding
from support.worlds.hub import is_lost, reason_of
from wissel.las.v1 import las_service_pb2
from wissel.traffic.v1 import traffic_service_pb2 as pb

MIB = 1024 * 1024
DEMANDING = replace(QUICK, idle=10.0, rate_window=1.0, rate=8 * MIB)
"""A rate that is not reached by a peer that pauses between two chunks."""
PAUSE = 0.3
PAYLOAD = bytes(25 * MIB)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path, DEMANDING) as world:
        yield world


async def test_a_sender_that_trickles_is_cut(world: World) -> None:
    message = world.message(PAYLOAD, chunk=64 * 1024)

    async def trickle() -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        async for request in message.requests():
            yield request
            await asyncio.sleep(PAUSE)

    # An answer that comes while a chunk is being written is lost in gRPC's client.
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.stub().ForwardEnvelope(trickle(), timeout=60)

    assert is_lost(error.value) or reason_of(error.value) == "SENDER_TOO_SLOW"
    assert await world.settled(message) == ("FAILED", "SENDER_TOO_SLOW")


async def test_a_receiver_that_trickles_is_cut(world: World) -> None:
    async def sip(
        las: FakeLas, opened: Opened, rest: Requests, _: Context
    ) -> las_service_pb2.DeliverResponse:
        async for _request in rest:
            await asyncio.sleep(PAUSE)
        raise AssertionError

    world.las.behave = sip
    message = world.message(PAYLOAD, chunk=MIB)

    with pytest.raises(grpc.aio.AioRpcError):
        await world.send(message, seconds=60)

    assert await world.settled(message) == ("FAILED", "RECEIVER_TIMEOUT")


async def test_a_receiver_that_takes_it_in_and_says_nothing_has_the_deadline(world: World) -> None:
    """After the final chunk a receiver may take its time: that is how long storing takes."""
    done = asyncio.Event()

    async def ponder(
        las: FakeLas, opened: Opened, rest: Requests, _: Context
    ) -> las_service_pb2.DeliverResponse:
        await las.whole(opened, rest)
        await done.wait()
        return las.sign(opened.receipt(las.signer.oin))

    world.las.behave = ponder
    sending = asyncio.create_task(world.send(world.message(), seconds=60))
    await world.las.arrived.wait()
    for _ in repeat(None, 3):
        await asyncio.wait([sending], timeout=DEMANDING.rate_window / 2)
    done.set()

    assert (await sending).receiver_receipt.payload
