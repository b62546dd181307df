"""A stream that is cut, late or one too many: the journal stays true."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from sqlalchemy import text

from support.builders.envelopes import PAYLOAD
from support.builders.stubs import Stubs
from support.eventually import eventually_async
from support.fakes.las import unwilling, waiting
from support.worlds.forwarding import QUICK, Envelope, World, forwarding
from support.worlds.hub import reason_of
from wissel.dossier.v1 import dossier_pb2
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.server.courier.bounds import Limits
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.traffic.v1 import traffic_service_pb2 as pb

NEVER_CLAIMED = None


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


@pytest.fixture
async def hurried(tmp_path: Path) -> AsyncIterator[World]:
    """A hub that waits for nobody for long."""
    async with forwarding(tmp_path, QUICK) as world:
        yield world


async def test_a_sender_that_stops_sending_is_cut(hurried: World) -> None:
    world, message = hurried, hurried.message()
    call = world.stub().ForwardEnvelope(timeout=20)
    await call.write(pb.ForwardEnvelopeRequest(header=message.signed))

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call

    assert reason_of(error.value) == "SENDER_TOO_SLOW"
    assert await world.settled(message) == ("FAILED", "SENDER_TOO_SLOW")
    assert world.las.received == []


async def test_a_sender_that_stalls_until_the_deadline_is_at_fault(tmp_path: Path) -> None:
    async with forwarding(tmp_path) as world:
        message = world.message()
        call = world.stub().ForwardEnvelope(timeout=1)
        await call.write(pb.ForwardEnvelopeRequest(header=message.signed))

        with pytest.raises(grpc.aio.AioRpcError):
            await call

        assert await world.settled(message) == ("FAILED", "SENDER_TOO_SLOW")


async def test_a_sender_that_goes_before_the_end_has_sent_nothing(world: World) -> None:
    message = world.message()
    call = world.stub().ForwardEnvelope(timeout=20)
    await call.write(pb.ForwardEnvelopeRequest(header=message.signed))
    await call.write(pb.ForwardEnvelopeRequest(chunk=dossier_pb2.Chunk(data=message.chunks[0])))
    await world.las.calls.wait()

    call.cancel()

    assert await _known(world, message) == ("FAILED", "SENDER_GONE")
    assert world.las.received == []


async def test_a_sender_that_goes_after_the_end_finds_its_receipt(world: World) -> None:
    signed = asyncio.Event()
    world.las.behave = waiting(signed)
    message = world.message()
    sending = asyncio.create_task(world.send(message))
    await world.las.arrived.wait()

    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    signed.set()

    assert await _known(world, message) == ("DELIVERED", "")
    assert (await world.send(message)).replayed


@pytest.mark.parametrize("steps", [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096])
async def test_a_cancel_at_any_moment_leaves_the_journal_true(world: World, steps: int) -> None:
    """Sender, hub and receiver share this event loop: its steps are the moments."""
    message = world.message()
    sending = asyncio.create_task(world.send(message))
    for _ in range(steps):
        await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait([sending])

    state = await _known(world, message)

    arrived = PAYLOAD in world.las.received
    assert state in {None, ("FAILED", "SENDER_GONE"), ("DELIVERED", "")}
    assert arrived == (state == ("DELIVERED", ""))
    assert (await world.send(message)).replayed == arrived


async def test_a_deadline_that_is_too_short_begins_nothing(world: World) -> None:
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message, seconds=0.09)

    assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await world.settled(message) is NEVER_CLAIMED


async def test_more_transfers_than_the_bound(tmp_path: Path) -> None:
    limits = Limits(transfers_per_oin=2)
    async with forwarding(tmp_path, limits) as world:
        signed = asyncio.Event()
        world.las.behave = waiting(signed)
        first = [asyncio.create_task(world.send(world.message())) for _ in range(2)]
        await world.las.arrived.wait()
        world.las.arrived.clear()
        if len(world.las.received) < 2:
            await world.las.arrived.wait()

        error = await world.refusal(world.message())
        signed.set()
        await asyncio.gather(*first)

        assert reason_of(error) == "TRANSFER_LIMIT"
        await world.send(world.message())


async def test_a_journal_that_cannot_be_written_means_no_call(world: World) -> None:
    database = BlockingDatabase.open(journal_url(f"sqlite:///{world.folder / 'registry.db'}"))
    with database.writing() as connection:
        connection.execute(text("DROP TABLE delivery_entry"))
    database.close()
    message = world.message()

    error = await world.refusal(message)

    assert reason_of(error) == "RECORD_UNAVAILABLE"
    assert world.las.opened == []
    assert await world.state(message) is None


async def test_a_slow_receiver_does_not_hold_a_sender_for_ever(hurried: World) -> None:
    world = hurried
    world.las.behave = unwilling
    message = world.message(bytes(20 * 1024 * 1024), chunk=1024 * 1024)

    # A status that overtakes a blocked write is lost in gRPC's client: the journal tells.
    with pytest.raises(grpc.aio.AioRpcError):
        await world.send(message)

    assert await world.settled(message) == ("FAILED", "RECEIVER_TIMEOUT")


async def _known(world: World, message: Envelope) -> tuple[str, str] | None:
    """Return the state once the hub has noticed that its caller is gone.

    An answer over the same connection comes after the hub has begun with what
    was sent before, if it ever does.
    """
    await Stubs(world.hub, "noord").parties.WhoAmI(WhoAmIRequest())
    return await eventually_async(
        lambda: world.settled(message),
        "the hub has noticed that its caller is gone",
        until=lambda state: state is None or state[0] != "ACCEPTED",
    )
