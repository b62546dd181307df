"""The LAS side over real TLS: what it accepts, and that it does so once."""

import asyncio
import datetime as dt
import hashlib
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.eventually import eventually_async
from support.fakes.raw_hub import (
    PAYLOAD,
    ROUTING_KEY,
    Delivery,
    channel,
    context,
    deliver,
    get_receipt,
)
from support.worlds.las_world import NOW, LasWorld
from wissel.clients import (
    IncomingMessage,
    RefuseMessage,
)
from wissel.clients.testing.cast import ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.exchange.receipt_messages import read_receiver_receipt
from wissel.routing.exchange.receipts import ReceiverReceipt
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.dsse import RECEIVER_RECEIPT, verify


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[LasWorld]:
    made = LasWorld(tmp_path)
    async with made.server:
        yield made


async def test_a_message_is_accepted_once_complete_and_receipted(world: LasWorld) -> None:
    delivery = world.raw.delivery(NOW)

    response = await deliver(world.address, world.hub, delivery)

    [message] = world.las.messages
    assert world.las.payloads == [PAYLOAD]
    assert message.routing_key == ROUTING_KEY
    assert str(message.context.receiver.place) == "99XB02"
    verified = verify(
        signed_of(response.receipt),
        RECEIVER_RECEIPT,
        Trust.from_pem(world.zuid.roots.read_bytes()),
        NOW,
    )
    receipt = read_receiver_receipt(verified.payload, dossier_pb2.ReceiverReceipt)
    assert verified.signer == receipt.signer_oin == ZUID.oin
    assert receipt.exchange.message_id == delivery.message_id
    assert receipt.exchange.header_digest == delivery.header_digest
    assert receipt.exchange.payload_size == len(PAYLOAD)
    assert world.leftovers() == []


async def test_the_same_delivery_again_gets_the_same_receipt(world: LasWorld) -> None:
    delivery = world.raw.delivery(NOW)
    first = await deliver(world.address, world.hub, delivery)

    again = await deliver(world.address, world.hub, delivery)

    assert again == first
    assert len(world.las.messages) == 1


async def test_a_new_attempt_gets_the_receipt_for_its_own_stamp(world: LasWorld) -> None:
    about = context(NOW)
    first = world.raw.delivery(NOW, about=about)
    second = world.raw.delivery(NOW, about=about, attempt=2)
    before = _receipt(await deliver(world.address, world.hub, first))
    world.clock = NOW + dt.timedelta(minutes=1)

    response = await deliver(world.address, world.hub, second)

    assert _receipt(response) == replace(
        before, stamp_digest=hashlib.sha256(second.stamp.payload).digest()
    )
    assert (await get_receipt(world.address, world.hub, second)).receipt == response.receipt
    assert len(world.las.messages) == 1


def _receipt(response: pb.DeliverResponse) -> ReceiverReceipt:
    return read_receiver_receipt(response.receipt.payload, dossier_pb2.ReceiverReceipt)


async def test_a_repeat_after_expiry_and_a_restart_gets_the_receipt_too(tmp_path: Path) -> None:
    world = LasWorld(tmp_path)
    delivery = world.raw.delivery(NOW)
    async with world.server:
        first = await deliver(world.address, world.hub, delivery)
    world.clock = NOW + dt.timedelta(days=7, hours=1)
    later = world.raw.delivery(
        NOW,
        about=context(NOW, message_id=delivery.message_id),
        issued=world.clock,
        expires=world.clock + dt.timedelta(minutes=1),
    )

    world.server = world.another()
    async with world.server:
        fetched = await get_receipt(world.address, world.hub, delivery)
        again = await deliver(world.address, world.hub, replace(delivery, stamp=later.stamp))

    assert fetched.state == pb.GetReceiptResponse.STATE_RECEIVED
    assert fetched.receipt == first.receipt
    assert _receipt(again).received == _receipt(first).received
    assert len(world.las.messages) == 1


async def test_what_was_never_received_is_unknown(world: LasWorld) -> None:
    answer = await get_receipt(world.address, world.hub, world.raw.delivery(NOW))

    assert answer.state == pb.GetReceiptResponse.STATE_UNKNOWN


async def test_a_final_refusal_stays(world: LasWorld) -> None:
    def refuse(message: IncomingMessage) -> None:
        raise RefuseMessage("ADMINISTRATION_UNKNOWN", "No such administration here.")

    world.las.before = refuse
    delivery = world.raw.delivery(NOW)
    first = await deliver(world.address, world.hub, delivery)
    world.las.before = lambda message: None

    again = await deliver(world.address, world.hub, delivery)

    assert first.refusal == pb.Refusal(
        reason="ADMINISTRATION_UNKNOWN", text="No such administration here."
    )
    assert again == first
    assert world.las.messages == []
    fetched = await get_receipt(world.address, world.hub, delivery)
    assert fetched.state == pb.GetReceiptResponse.STATE_REFUSED
    assert fetched.refusal == first.refusal


async def test_a_las_that_fails_is_asked_again_and_warned(world: LasWorld) -> None:
    def fail(message: IncomingMessage) -> None:
        raise RuntimeError("disk of the vendor")

    world.las.before = fail
    delivery = world.raw.delivery(NOW)
    assert await world.refused(delivery) == "RECEIVER_FAILED"
    world.las.before = lambda message: None

    response = await deliver(world.address, world.hub, delivery)

    assert response.HasField("receipt")
    assert world.las.messages[0].maybe_seen
    assert world.leftovers() == []


async def test_a_message_that_is_being_accepted_is_in_progress(world: LasWorld) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(message: IncomingMessage) -> None:
        begun.set()
        go_on.wait(30)

    world.las.before = wait
    delivery = world.raw.delivery(NOW)
    first = asyncio.create_task(deliver(world.address, world.hub, delivery))
    await asyncio.to_thread(begun.wait, 30)

    reason = await world.refused(delivery)
    fetched = await get_receipt(world.address, world.hub, delivery)
    go_on.set()

    assert reason == "MESSAGE_IN_PROGRESS"
    assert fetched.state == pb.GetReceiptResponse.STATE_IN_PROGRESS
    assert (await first).HasField("receipt")


async def test_a_hub_that_goes_away_during_accept_finds_the_receipt_later(world: LasWorld) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(message: IncomingMessage) -> None:
        begun.set()
        go_on.wait(30)

    world.las.before = wait
    delivery = world.raw.delivery(NOW)
    call = asyncio.create_task(deliver(world.address, world.hub, delivery))
    await asyncio.to_thread(begun.wait, 30)
    call.cancel()
    go_on.set()

    again = await _until_not_in_progress(world, delivery)

    assert again.state == pb.GetReceiptResponse.STATE_RECEIVED
    assert world.las.payloads == [PAYLOAD]


async def _until_not_in_progress(world: LasWorld, delivery: Delivery) -> pb.GetReceiptResponse:
    return await eventually_async(
        lambda: get_receipt(world.address, world.hub, delivery),
        "the message is not in progress any more",
        until=lambda answer: answer.state != pb.GetReceiptResponse.STATE_IN_PROGRESS,
    )


async def test_a_message_with_all_its_bytes_is_answered_before_any_half_close(
    world: LasWorld,
) -> None:
    delivery = world.raw.delivery(NOW)
    async with channel(world.address, world.hub) as open_channel:
        call = LasServiceStub(open_channel).Deliver(timeout=30)
        async for request in delivery.requests():
            await call.write(request)

        response = await call

    assert _receipt(response).exchange.message_id == delivery.message_id
    assert world.las.payloads == [PAYLOAD]


async def test_a_repeat_with_all_its_bytes_is_answered_before_any_half_close(
    world: LasWorld,
) -> None:
    delivery = world.raw.delivery(NOW)
    first = await deliver(world.address, world.hub, delivery)
    async with channel(world.address, world.hub) as open_channel:
        call = LasServiceStub(open_channel).Deliver(timeout=30)
        async for request in delivery.requests():
            await call.write(request)

        again = await call

    assert again == first
    assert len(world.las.messages) == 1


async def test_bytes_that_follow_a_complete_message_change_nothing(world: LasWorld) -> None:
    delivery = world.raw.delivery(NOW)

    await deliver(world.address, world.hub, delivery.with_chunks(*delivery.chunks, b"more"))

    assert world.las.payloads == [PAYLOAD]


async def test_a_message_whose_bytes_have_come_is_received_however_its_stream_ends(
    world: LasWorld,
) -> None:
    """A cut may overtake the last bytes: then there was no message. Nothing lies in between."""
    states = []
    for _ in range(20):
        delivery = world.raw.delivery(NOW)
        async with channel(world.address, world.hub) as open_channel:
            call = LasServiceStub(open_channel).Deliver()
            async for request in delivery.requests():
                await call.write(request)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        states.append((await _until_not_in_progress(world, delivery)).state)

    received = states.count(pb.GetReceiptResponse.STATE_RECEIVED)
    assert received + states.count(pb.GetReceiptResponse.STATE_UNKNOWN) == len(states)
    assert world.las.payloads == [PAYLOAD] * received
    assert world.leftovers() == []
