"""An answer that is known before the message is whole: its sender gets to read it.

gRPC's client for asyncio loses an answer that comes while it writes. So the hub
reads on for a while, within bounds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import grpc
import pytest

from support.fakes.las import failing, refusing
from support.worlds import small_world
from support.worlds.forwarding import QUICK, Envelope, World, forwarding
from support.worlds.hub import reason_of
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import Address
from wissel.routing.values.identifiers import Vestiging
from wissel.traffic.v1 import traffic_service_pb2 as pb

MIB: Final = 1024 * 1024
LONG: Final = bytes(8 * MIB)
"""More than gRPC takes in before it is read: who sends it has to wait while it writes."""
CHUNK: Final = 512 * 1024
EVER: Final = 600.0
PATIENT: Final = replace(QUICK, idle=60.0, discard=EVER, quiet=EVER)
"""Limits that wait for a half-close however slow a machine is."""
TRIES: Final = 8
"""Without reading on some four in ten are lost."""


def forbidden(world: World, payload: bytes = LONG) -> Envelope:
    """Return a message that is refused for its header: Noord has no mandate of 99XC."""
    receiver = Address(organisation=small_world.XB, vestiging=Vestiging("99XB02"))
    sender = Address(organisation=small_world.XC)
    return world.message(payload, sender=sender, receiver=receiver, chunk=CHUNK)


def unwelcome(world: World) -> Envelope:
    """Return a message that its receiver refuses at the opening."""
    world.las.behave = refusing("FULL", early=True)
    return world.message(LONG, chunk=CHUNK)


def unlucky(world: World) -> Envelope:
    """Return a message whose receiver fails at the opening."""
    world.las.behave = failing(grpc.StatusCode.UNAVAILABLE, early=True)
    return world.message(LONG, chunk=CHUNK)


def broken(world: World) -> Envelope:
    """Return a message with a chunk in its middle that is too short."""
    message = world.message(LONG, chunk=CHUNK)
    return replace(message, chunks=[*message.chunks[:2], b"x", *message.chunks[2:]])


async def answer(world: World, message: Envelope) -> pb.ForwardEnvelopeResponse:
    """Send as any client on gRPC for asyncio does, with all that can go wrong in it."""
    response: pb.ForwardEnvelopeResponse = await world.stub().ForwardEnvelope(
        message.requests(), timeout=EVER
    )
    return response


async def refused(sending: Awaitable[object]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await sending
    return error.value


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (forbidden, "MANDATE_MISSING"),
        (broken, "CHUNK_INVALID"),
        (unwelcome, "RECEIVER_REFUSED"),
        (unlucky, "RECEIVER_FAILED"),
    ],
)
async def test_who_is_refused_while_it_sends_reads_why(
    tmp_path: Path, make: Callable[[World], Envelope], reason: str
) -> None:
    async with forwarding(tmp_path, PATIENT) as world:
        errors = [await refused(answer(world, make(world))) for _ in range(TRIES)]

        assert [reason_of(error) for error in errors] == [reason] * TRIES


async def test_who_sends_again_what_was_delivered_reads_its_receipt(tmp_path: Path) -> None:
    async with forwarding(tmp_path, PATIENT) as world:
        message = world.message(LONG, chunk=CHUNK)
        first = await answer(world, message)
        others = [await answer(world, message) for _ in range(TRIES)]

        assert [each.receiver_receipt for each in others] == [first.receiver_receipt] * TRIES
        assert len(world.las.received) == 1


async def test_who_waits_after_its_header_is_answered(tmp_path: Path) -> None:
    async with forwarding(tmp_path, replace(PATIENT, quiet=0.2)) as world:
        call = world.stub().ForwardEnvelope(timeout=60)
        await call.write(pb.ForwardEnvelopeRequest(header=forbidden(world).signed))

        assert reason_of(await refused(call)) == "MANDATE_MISSING"


@pytest.mark.parametrize(
    "bounds",
    [{"max_payload": 4 * MIB}, {"discard": 0.5}],
    ids=["too much", "too long"],
)
async def test_who_never_stops_sending_is_cut(tmp_path: Path, bounds: dict[str, Any]) -> None:
    async def forever(header: dossier_pb2.Signed) -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        yield pb.ForwardEnvelopeRequest(header=header)
        while True:
            yield pb.ForwardEnvelopeRequest(chunk=dossier_pb2.Chunk(data=bytes(CHUNK)))
            await asyncio.sleep(0.01)

    async with forwarding(tmp_path, replace(PATIENT, **bounds)) as world:
        requests = forever(forbidden(world, b"x").signed)

        async with asyncio.timeout(60):
            await refused(world.stub().ForwardEnvelope(requests))

        assert await world.state(forbidden(world, b"x")) is None


async def reading_on(world: World) -> Any:
    """Open a call that is refused for its receiver, and that says nothing after its header."""
    call = world.stub().ForwardEnvelope(timeout=EVER)
    await call.write(pb.ForwardEnvelopeRequest(header=unwelcome(world).signed))
    await world.las.calls.wait()
    return call


async def test_who_goes_while_the_hub_reads_on_leaves_no_delivery_behind(tmp_path: Path) -> None:
    async with forwarding(tmp_path, PATIENT) as world:
        call = await reading_on(world)

        call.cancel()
        await world.courier.drain(60)

        assert world.courier.under_way == 0


async def test_reading_on_takes_a_place_and_who_has_none_is_answered_at_once(
    tmp_path: Path,
) -> None:
    """A flood of refused messages costs no more than one of messages that are delivered."""
    async with forwarding(tmp_path, replace(PATIENT, transfers_per_oin=1)) as world:
        held = await reading_on(world)

        error = await refused(world.stub().ForwardEnvelope(timeout=60))
        held.cancel()

        assert reason_of(error) == "TRANSFER_LIMIT"
