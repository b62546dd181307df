"""No message stays uncertain whose receiver can say what became of it; none is sent twice."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from support.fakes.las import FakeLas, accept, remembering, saying, silent, unwilling
from support.worlds.forwarding import World, facts_for, forwarding
from support.worlds.hub import reason_of
from support.worlds.stores import utc_now
from support.worlds.sweeping import (
    PROMPT,
    Beats,
    asked,
    becomes,
    left_by_a_crash,
    left_uncertain,
    sweeping,
)
from wissel.clients.testing.cast import HUB, NOORD
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.delivery import Delivery, State
from wissel.routing.exchange.proof import Demanded, verify_hub_receipt
from wissel.routing.facts import Endpoint
from wissel.routing.signing.certificates import Trust
from wissel.server.courier.wire import RECEIPTS, digest_of, signed_value
from wissel.traffic.v1 import traffic_service_pb2 as pb

IN_PROGRESS = las.GetReceiptResponse(state=las.GetReceiptResponse.STATE_IN_PROGRESS)
LEASE = 120 + 5 + 1
"""Seconds, one more than the longest that a test's delivery is owned."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


async def test_a_receipt_that_got_lost_is_fetched_and_proves_the_delivery(world: World) -> None:
    message = await left_uncertain(world)
    assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")

    async with sweeping(world):
        await becomes(world, message, "DELIVERED")

    answer = await world.send(message)
    assert answer.replayed
    proof = verify_hub_receipt(
        signed_value(answer.hub_receipt),
        signed_value(answer.receiver_receipt),
        RECEIPTS,
        Trust.from_pem(world.hub.pki.roots.read_bytes()),
        Demanded(hub_oin=HUB.oin, now=utc_now()),
    )
    assert proof.hub.exchange.payload_sha256 == message.header.payload_sha256
    assert proof.hub.exchange.message_id == message.message_id
    assert proof.hub.delivered <= utc_now()
    assert len(world.las.received) == 1
    [question] = world.las.asked
    assert question.header_digest == digest_of(message.signed.payload)


async def test_sender_and_receiver_see_what_was_settled(world: World) -> None:
    message = await left_uncertain(world)

    async with sweeping(world):
        await becomes(world, message, "DELIVERED")

    request = pb.GetDeliveryRequest(message_id=str(message.message_id), sender_oin=NOORD.oin)
    for name in ("noord", "zuid"):
        got = await world.stub(name).GetDelivery(request)
        listed = await world.stub(name).ListDeliveries(pb.ListDeliveriesRequest(state="DELIVERED"))
        assert (got.delivery.state, got.delivery.reason) == ("DELIVERED", "")
        assert got.HasField("hub_receipt")
        assert [each.message_id for each in listed.deliveries] == [str(message.message_id)]


async def test_a_hub_that_dies_after_the_half_close_leaves_a_delivered_message(
    world: World,
) -> None:
    message = await left_by_a_crash(world, silent)
    assert await world.state(message) == ("ACCEPTED", "")

    async with sweeping(world):
        world.skip(LEASE)
        await becomes(world, message, "DELIVERED")

    assert (await world.send(message)).replayed
    assert len(world.las.received) == 1


async def test_an_attempt_that_is_owned_is_left_alone(world: World) -> None:
    message = await left_by_a_crash(world, silent)

    async with sweeping(world, replace(PROMPT, chance=(beats := Beats()))):
        await beats.more(20)

    assert await world.state(message) == ("ACCEPTED", "")
    assert world.las.asked == []


async def test_a_refusal_that_got_lost_is_final_and_only_harmless_words_are_kept(
    world: World,
) -> None:
    message = await left_uncertain(world)
    refusal = las.Refusal(reason="FULL", text="Jan met 111222333")
    world.las.answer = saying(
        las.GetReceiptResponse(state=las.GetReceiptResponse.STATE_REFUSED, refusal=refusal)
    )

    async with sweeping(world):
        await becomes(world, message, "REFUSED")

    found = await world.journal.find(NOORD.oin, message.message_id)
    assert isinstance(found, Delivery)
    assert found.result is not None
    left_out = "[The hub left out the receiver's text: it holds a number of a person.]"
    assert (found.result.detail, found.result.text) == ("FULL", left_out)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)
    assert reason_of(error.value) == "RECEIVER_REFUSED"


async def test_what_never_arrived_stays_uncertain_until_it_is_sent_again(world: World) -> None:
    message = await left_by_a_crash(world, unwilling)

    async with sweeping(world):
        world.skip(LEASE)
        await asked(world, 3)
        assert await world.state(message) == ("UNCERTAIN", "DELIVERY_UNCERTAIN")
        world.las.behave = accept
        answer = await world.send(message)

    assert not answer.replayed
    assert await world.state(message) == ("DELIVERED", "")
    assert len(world.las.received) == 1


async def test_a_receiver_that_is_still_at_it_is_asked_again(world: World) -> None:
    message = await left_uncertain(world)
    world.las.answer = saying(IN_PROGRESS)

    async with sweeping(world):
        await asked(world, 2)
        assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")
        world.las.answer = remembering()
        await becomes(world, message, "DELIVERED")


async def test_the_receipt_of_an_earlier_attempt_settles_a_later_one(world: World) -> None:
    message = await left_uncertain(world)
    world.las.behave = refusing_to_answer
    with pytest.raises(grpc.aio.AioRpcError):
        await world.send(message)
    found = await world.journal.find(NOORD.oin, message.message_id)
    assert isinstance(found, Delivery)
    assert (found.attempt, found.state) == (2, State.UNCERTAIN)

    async with sweeping(world):
        await becomes(world, message, "DELIVERED")

    assert [each.stamp.attempt for each in world.las.opened] == [1, 2]
    assert len(world.las.received) == 1


async def refusing_to_answer(*arguments: object) -> las.DeliverResponse:
    """Break off at the opening."""
    context = arguments[-1]
    assert isinstance(context, grpc.aio.ServicerContext)
    await context.abort(grpc.StatusCode.UNAVAILABLE, "as the test wants")
    raise AssertionError


@pytest.mark.parametrize("ended", [False, True])
async def test_the_endpoint_counts_as_it_is_now(world: World, ended: bool) -> None:
    message = await left_uncertain(world)
    before = world.las
    await before.stop()
    world.las = await FakeLas.start(world.hub.identity("zuid"))
    world.las.opened, world.las.received = before.opened, before.received
    moved = [each for each in facts_for(world.las.url) if isinstance(each, Endpoint)]

    async with sweeping(world):
        await world.hub.put(*(replace(each, stopped=ended) for each in moved))
        await becomes(world, message, "DELIVERED")

    assert before.asked == []
