"""A dossier goes from sender to receiver, and both sides can prove it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import grpc
import pytest

from support.builders.envelopes import PAYLOAD
from support.fakes.las import accept, failing, refusing
from support.worlds import small_world
from support.worlds.forwarding import World, forwarding
from support.worlds.hub import is_lost, reason_of
from support.worlds.stores import utc_now
from wissel.clients.testing.cast import HUB, ZUID
from wissel.routing.exchange.proof import Demanded, Proof, verify_hub_receipt
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificates import Trust
from wissel.routing.values.identifiers import Oin, Vestiging
from wissel.server.courier.wire import RECEIPTS, signed_value
from wissel.traffic.v1 import traffic_service_pb2 as pb


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


def proof_of(world: World, response: pb.ForwardEnvelopeResponse, hub_oin: str = HUB.oin) -> Proof:
    return verify_hub_receipt(
        signed_value(response.hub_receipt),
        signed_value(response.receiver_receipt),
        RECEIPTS,
        Trust.from_pem(world.hub.pki.roots.read_bytes()),
        Demanded(hub_oin=Oin(hub_oin), now=utc_now()),
    )


async def test_a_dossier_arrives_and_the_receipts_prove_it(world: World) -> None:
    message = world.message()

    response = await world.send(message)

    assert world.las.received == [PAYLOAD]
    assert (response.replayed, response.routing_key) == (False, "0000000700099XC00001")
    assert await world.state(message) == ("DELIVERED", "")
    proof = proof_of(world, response)
    assert proof.hub.exchange == proof.receiver.exchange
    assert proof.hub.exchange.message_id == message.message_id
    assert proof.hub.receiver_mandate_id == small_world.C_ZUID.mandate_id
    stamp = world.las.opened[0].stamp
    assert (stamp.routing_key, stamp.attempt) == (response.routing_key, 1)


async def test_a_vendor_cannot_pass_for_the_hub(world: World) -> None:
    response = await world.send(world.message())

    with pytest.raises(Refused, match="RECEIPT_INVALID"):
        proof_of(world, response, hub_oin=ZUID.oin)


async def test_the_same_message_again_gets_the_same_receipts(world: World) -> None:
    message = world.message()
    first = await world.send(message)

    second = await world.send(message)

    assert second.replayed
    assert second.hub_receipt == first.hub_receipt
    assert len(world.las.opened) == 1


async def test_a_lost_receipt_is_fetched_after_the_mandate_has_ended(world: World) -> None:
    message = world.message()
    first = await world.send(message)
    await world.hub.put(replace(small_world.C_ZUID, stopped=True))

    again = await world.send(message)

    assert again.hub_receipt == first.hub_receipt


async def test_no_forward_begins_after_a_mandate_has_been_stopped(world: World) -> None:
    await world.hub.put(replace(small_world.C_ZUID, stopped=True))
    message = world.message()

    error = await world.refusal(message)

    assert reason_of(error) == "RECEIVER_NOT_CONNECTED"
    assert world.las.opened == []
    assert await world.state(message) is None


async def test_the_same_id_with_another_header_is_refused(world: World) -> None:
    message = world.message()
    await world.send(message)

    error = await world.refusal(world.message(b"other", message_id=message.message_id))

    assert reason_of(error) == "MESSAGE_ID_REUSED"
    assert await world.state(message) == ("DELIVERED", "")


async def test_the_same_id_from_two_senders_is_two_messages(world: World) -> None:
    first = world.message(message_id=UUID(int=5))
    second = world.message(
        message_id=UUID(int=5),
        signer=world.signer("zuid"),
        sender_oin=ZUID.oin,
        sender=replace(first.header.context.receiver),
        receiver=replace(
            first.header.context.receiver,
            organisation=small_world.XB,
            vestiging=Vestiging("99XB02"),
        ),
    )

    await world.send(first)
    answer = await world.send(second, "zuid")

    assert not answer.replayed
    assert len(world.las.received) == 2


async def test_a_failed_message_may_be_sent_again(world: World) -> None:
    world.las.behave = failing(grpc.StatusCode.UNAVAILABLE, early=True)
    message = world.message(PAYLOAD * 10)
    with pytest.raises(grpc.aio.AioRpcError):
        await world.send(message)
    assert await world.state(message) == ("FAILED", "RECEIVER_FAILED")

    world.las.behave = accept
    response = await world.send(message)

    assert not response.replayed
    assert world.las.opened[-1].stamp.attempt == 2


async def test_an_uncertain_message_is_sent_again_to_the_same_receiver(world: World) -> None:
    world.las.behave = failing(grpc.StatusCode.INTERNAL)
    message = world.message()
    with pytest.raises(grpc.aio.AioRpcError):
        await world.send(message)
    assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")

    world.las.behave = accept
    await world.send(message)

    assert await world.state(message) == ("DELIVERED", "")


async def test_a_refusal_is_final_and_the_same_each_time(world: World) -> None:
    world.las.behave = refusing("ADMINISTRATION_UNKNOWN", "Onbekend.")
    message = world.message()

    reasons = []
    for _ in range(2):
        error = await world.refusal(message)
        reasons.append((reason_of(error), error.details()))

    assert reasons[0] == reasons[1]
    assert reasons[0][0] == "RECEIVER_REFUSED"
    assert "ADMINISTRATION_UNKNOWN" in (reasons[0][1] or "")
    assert len(world.las.opened) == 1
    assert await world.state(message) == ("REFUSED", "RECEIVER_REFUSED")


async def test_concurrent_duplicates_are_delivered_once(world: World) -> None:
    message = world.message()

    answers = await asyncio.gather(*(world.send(message) for _ in range(5)), return_exceptions=True)

    errors = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert {reason_of(each) for each in errors if not is_lost(each)} <= {"MESSAGE_IN_PROGRESS"}
    assert len(world.las.received) == 1


async def test_many_at_once_over_one_channel(world: World) -> None:
    messages = [world.message() for _ in range(16)]

    answers = await asyncio.gather(*(world.send(message) for message in messages))

    assert {answer.message_id for answer in answers} == {str(m.message_id) for m in messages}
    assert len(world.las.received) == 16


async def test_the_largest_payload(world: World) -> None:
    payload = bytes(25 * 1024 * 1024)

    await world.send(world.message(payload, chunk=1024 * 1024))

    assert len(world.las.received[0]) == len(payload)
