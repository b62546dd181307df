"""How many transfers at once, for whom, and how a slot comes free again."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from google.rpc import error_details_pb2

from support.eventually import eventually_async
from support.fakes.las import accept, failing, silent, unwilling
from support.worlds import small_world
from support.worlds.forwarding import QUICK, Envelope, World, forwarding
from support.worlds.hub import BOUNDS, detail, reason_of
from wissel.clients.testing.cast import ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import Address
from wissel.routing.values.identifiers import Vestiging
from wissel.server.courier.bounds import Limits
from wissel.server.courier.deliver.attempt import Attempt
from wissel.server.courier.streams.request_stream import RequestStream
from wissel.server.rpc.calls.sharing.lateness import LATE_SECONDS
from wissel.traffic.v1 import traffic_service_pb2 as pb

ONE = replace(QUICK, transfers_per_oin=1)
Leave = Callable[[World], Awaitable[None]]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path, ONE) as world:
        yield world


async def opened(world: World) -> Any:
    """Open a transfer of Noord that has its slot and goes no further."""
    call = world.stub().ForwardEnvelope(timeout=60)
    await call.write(pb.ForwardEnvelopeRequest(header=world.message().signed))
    return call


def of_zuid(world: World) -> Envelope:
    receiver = Address(organisation=small_world.XB, vestiging=Vestiging("99XB02"))
    return world.message(
        signer=world.signer("zuid"),
        sender_oin=ZUID.oin,
        sender=Address(organisation=small_world.XC),
        receiver=receiver,
    )


async def refused(sending: Awaitable[object]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await sending
    return error.value


async def test_a_greedy_sender_leaves_room_for_a_modest_one(tmp_path: Path) -> None:
    limits = Limits(idle=60.0, transfers=4, transfers_per_oin=3)
    async with forwarding(tmp_path, limits) as world:
        held = []
        for _ in range(3):
            world.las.calls.clear()
            held.append(await opened(world))
            await world.las.calls.wait()

        greedy = [await world.refusal(world.message()) for _ in range(20)]
        modest = [await world.send(of_zuid(world), "zuid") for _ in range(3)]
        for call in held:
            call.cancel()

        assert {reason_of(error) for error in greedy} == {"TRANSFER_LIMIT"}
        assert all(response.receiver_receipt.payload for response in modest)


async def test_a_refusal_for_want_of_room_tells_how_much_and_when(tmp_path: Path) -> None:
    async with forwarding(tmp_path, Limits(idle=60.0, transfers_per_oin=1)) as world:
        held = await opened(world)
        await world.las.calls.wait()

        error = await world.refusal(world.message())
        held.cancel()

    retry = detail(error, error_details_pb2.RetryInfo).retry_delay
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert detail(error, error_details_pb2.ErrorInfo).metadata["limit"] == "1"
    assert retry.ToTimedelta().total_seconds() > 0


async def test_the_bound_of_all_holds_for_one_who_has_none_yet(tmp_path: Path) -> None:
    limits = Limits(idle=60.0, transfers=1)
    async with forwarding(tmp_path, limits) as world:
        held = await opened(world)
        await world.las.calls.wait()

        error = await world.refusal(of_zuid(world), "zuid")
        held.cancel()

        assert reason_of(error) == "TRANSFER_LIMIT"


async def sends_nothing(world: World) -> None:
    call = world.stub().ForwardEnvelope(timeout=20)
    assert reason_of(await refused(call)) == "SENDER_TOO_SLOW"


async def stops_after_the_header(world: World) -> None:
    assert reason_of(await refused(await opened(world))) == "SENDER_TOO_SLOW"


async def cancels(world: World) -> None:
    call = await opened(world)
    await world.las.calls.wait()
    call.cancel()


async def runs_out_of_time(world: World) -> None:
    world.las.behave = silent
    await refused(world.send(world.message(), seconds=0.5))


async def sends_a_bad_header(world: World) -> None:
    broken = dossier_pb2.Signed(payload=b"x")
    await refused(world.send(replace(world.message(), signed=broken)))


async def sends_the_wrong_payload(world: World) -> None:
    await refused(world.send(replace(world.message(), chunks=[b"x" * 70_000])))


async def has_a_receiver_that_fails(world: World) -> None:
    world.las.behave = failing(grpc.StatusCode.INTERNAL)
    await refused(world.send(world.message()))


async def has_a_receiver_that_hangs_up(world: World) -> None:
    world.las.behave = failing(grpc.StatusCode.UNAVAILABLE, early=True)
    assert reason_of(await refused(await opened(world))) == "RECEIVER_FAILED"


async def has_a_receiver_that_crashes(world: World) -> None:
    world.las.behave = silent
    sending = asyncio.create_task(world.send(world.message()))
    await world.las.arrived.wait()
    await world.las.stop()
    await refused(sending)
    world.las.server = None
    world.las = await type(world.las).start(world.las.identity, world.las.port)


async def has_a_receiver_that_stalls(world: World) -> None:
    world.las.behave = unwilling
    await refused(world.send(world.message(bytes(20 * 1024 * 1024), chunk=1024 * 1024)))


async def repeats_what_was_delivered(world: World) -> None:
    message = world.message()
    assert not (await world.send(message)).replayed
    assert (await world.send(message)).replayed


WAYS: Final = [
    sends_nothing,
    stops_after_the_header,
    cancels,
    runs_out_of_time,
    sends_a_bad_header,
    sends_the_wrong_payload,
    has_a_receiver_that_fails,
    has_a_receiver_that_hangs_up,
    has_a_receiver_that_crashes,
    has_a_receiver_that_stalls,
    repeats_what_was_delivered,
]


@pytest.mark.parametrize("leave", WAYS)
async def test_a_slot_comes_free_however_a_transfer_ends(world: World, leave: Leave) -> None:
    await leave(world)
    world.las.behave = accept

    response = await _once_there_is_room(world)

    assert response.receiver_receipt.payload


async def _once_there_is_room(world: World) -> pb.ForwardEnvelopeResponse:
    """Send again until the hub has noticed that its caller is gone; two refusals never mix."""

    async def sent() -> pb.ForwardEnvelopeResponse | None:
        await world.courier.drain(20)
        with suppress(grpc.aio.AioRpcError):
            return await world.send(world.message())
        return None

    response = await eventually_async(sent, "there is room for a transfer")
    assert response is not None
    return response


@pytest.mark.parametrize("leave", WAYS)
async def test_a_transfer_leaves_no_cycle_behind(world: World, leave: Leave) -> None:
    """The hub looks for cycles so rarely that what is in one counts as kept."""
    gc.collect()
    before = _kept()
    gc.disable()
    try:
        await leave(world)
        world.las.behave = accept

        await _once_there_is_room(world)
        await _nothing_kept_beside(before)
    finally:
        gc.enable()


async def _nothing_kept_beside(before: list[object]) -> None:
    """Return once nothing of the transfer is left: the hub may still be telling a caller."""
    await eventually_async(
        lambda: len(_kept()),
        f"no more than {len(before)} are kept",
        until=lambda kept: kept <= len(before),
    )


def _kept() -> list[object]:
    """Return all that there is of transfers in this process, also of other tests."""
    return [each for each in gc.get_objects() if isinstance(each, RequestStream | Attempt)]


async def test_who_is_refused_all_the_time_hears_the_reason_late(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, refusals_per_minute=1)
    async with forwarding(tmp_path, bounds=bounds) as world:
        wrong = world.message(hub_oin=ZUID.oin)

        errors = [await world.refusal(wrong) for _ in range(2)]
        *_, last = await eventually_async(
            lambda: [line for line in world.hub.lines() if line.get("reason") == "WRONG_HUB"],
            "both refusals are in the log",
            until=lambda lines: len(lines) >= len(errors),
        )

    assert [reason_of(error) for error in errors] == ["WRONG_HUB"] * 2
    assert last["ms"] >= 1000 * LATE_SECONDS
