"""ReportOutcome: only the receiver says what became of a message, in words that hold."""

import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.fakes.las import refusing
from support.worlds.forwarding import World, forwarding
from support.worlds.hub import reason_of
from wissel.clients import AsyncHub, Identity, ReceiptUntrusted, Refused
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.signing.dsse import DELIVERY_OUTCOME, RECEIVER_RECEIPT
from wissel.server.courier.wire import signed_message
from wissel.traffic.v1 import traffic_service_pb2 as pb


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


async def delivered(world: World) -> pb.GetDeliveryResponse:
    """Return a message that was delivered, as its receiver finds it."""
    message = world.message()
    await world.stub().ForwardEnvelope(message.requests())
    request = pb.GetDeliveryRequest(message_id=str(message.message_id), sender_oin=NOORD.oin)
    found: pb.GetDeliveryResponse = await world.stub("zuid").GetDelivery(request)
    return found


def outcome(found: pb.GetDeliveryResponse, **changes: Any) -> dossier_pb2.DeliveryOutcome:
    """Return what Zuid says of a message, but for `changes`."""
    said = dossier_pb2.DeliveryOutcome(
        hub_oin=HUB.oin,
        sender_oin=found.delivery.sender_oin,
        signer_oin=ZUID.oin,
        message_id=found.delivery.message_id,
        header_digest=bytes.fromhex(found.delivery.header_sha256),
        receipt_digest=hashlib.sha256(found.receiver_receipt.payload).digest(),
        result="IMPORTED",
    )
    said.outcome_time.FromDatetime(changes.pop("at", dt.datetime.now(dt.UTC)))
    for name, value in changes.items():
        if name == "rule_ids":
            said.rule_ids.extend(value)
        else:
            setattr(said, name, value)
    return said


async def report(
    world: World,
    said: dossier_pb2.DeliveryOutcome,
    *,
    signer: str = "zuid",
    caller: str = "zuid",
    payload_type: str = DELIVERY_OUTCOME,
) -> pb.Delivery:
    signed = world.signer(signer).sign(said.SerializeToString(), payload_type)
    request = pb.ReportOutcomeRequest(outcome=signed_message(signed))
    delivery: pb.Delivery = (await world.stub(caller).ReportOutcome(request)).delivery
    return delivery


async def refusal(world: World, said: dossier_pb2.DeliveryOutcome, **how: str) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await report(world, said, **how)
    return reason_of(caught.value)


async def test_both_sides_read_what_became_of_a_message(world: World) -> None:
    found = await delivered(world)
    assert found.delivery.outcome == ""

    said = outcome(found, result="REJECTED", rule_ids=["OVa.LL12"])
    told = await report(world, said)

    assert (told.outcome, list(told.outcome_rule_ids)) == ("REJECTED", ["OVa.LL12"])
    request = pb.GetDeliveryRequest(message_id=told.message_id, sender_oin=NOORD.oin)
    for side in ("noord", "zuid"):
        seen = await world.stub(side).GetDelivery(request)
        assert seen.delivery.outcome == "REJECTED"
        assert seen.delivery.state == "DELIVERED"
        assert seen.outcome.payload == said.SerializeToString()
        assert seen.receiver_receipt == found.receiver_receipt
        listed = await world.stub(side).ListDeliveries(pb.ListDeliveriesRequest(outcome="REJECTED"))
        assert [each.message_id for each in listed.deliveries] == [told.message_id]


async def test_it_may_be_said_again_and_the_last_word_stands(world: World) -> None:
    found = await delivered(world)
    now = dt.datetime.now(dt.UTC)
    waits = outcome(found, result="PENDING_PERSON", at=now)
    await report(world, waits)
    await report(world, waits)
    done = await report(world, outcome(found, at=now + dt.timedelta(seconds=1)))

    assert done.outcome == "IMPORTED"
    assert await refusal(world, outcome(found, result="REJECTED", at=now)) == "OUTCOME_OUTDATED"
    assert (await report(world, outcome(found, at=now + dt.timedelta(seconds=1)))) == done


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hub_oin": ZUID.oin}, "OUTCOME_INVALID"),
        ({"header_digest": bytes(32)}, "OUTCOME_INVALID"),
        ({"receipt_digest": bytes(32)}, "OUTCOME_INVALID"),
        ({"receipt_digest": bytes(31)}, "OUTCOME_INVALID"),
        ({"result": "DELIVERED"}, "OUTCOME_INVALID"),
        ({"rule_ids": ["OVa.LL12"]}, "OUTCOME_INVALID"),
        ({"result": "REJECTED", "rule_ids": ["a pupil's name"]}, "OUTCOME_INVALID"),
        ({"result": "REJECTED", "rule_ids": ["R"] * 51}, "OUTCOME_INVALID"),
        ({"at": dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)}, "OUTCOME_INVALID"),
        ({"at": dt.datetime.now(dt.UTC) - dt.timedelta(days=1)}, "OUTCOME_INVALID"),
        ({"signer_oin": NOORD.oin}, "OUTCOME_INVALID"),
        ({"message_id": "00000000-0000-4000-8000-000000000000"}, "DELIVERY_NOT_FOUND"),
        ({"sender_oin": ZUID.oin}, "DELIVERY_NOT_FOUND"),
        ({"message_id": "no id"}, "OUTCOME_INVALID"),
    ],
)
async def test_what_does_not_hold_is_refused(
    world: World, change: dict[str, Any], reason: str
) -> None:
    found = await delivered(world)

    assert await refusal(world, outcome(found, **change)) == reason


async def test_nobody_else_says_it(world: World) -> None:
    found = await delivered(world)
    said = outcome(found)

    assert await refusal(world, said, caller="noord") == "SIGNER_MISMATCH"
    assert await refusal(world, said, signer="noord") == "OUTCOME_INVALID"
    assert await refusal(world, said, signer="noord", caller="noord") == "OUTCOME_INVALID"
    said.signer_oin = NOORD.oin
    assert await refusal(world, said, signer="noord", caller="noord") == "DELIVERY_NOT_FOUND"
    said.signer_oin = ZUID.oin
    wrong_type = await refusal(world, said, payload_type=RECEIVER_RECEIPT)
    assert wrong_type == "OUTCOME_INVALID"
    assert await refusal(world, said, caller="duo") == "METHOD_NOT_ALLOWED"


async def test_of_a_message_that_did_not_arrive_nothing_is_said(world: World) -> None:
    found = await delivered(world)
    message = world.message()
    world.las.behave = refusing("FULL")
    with pytest.raises(grpc.aio.AioRpcError):
        await world.stub().ForwardEnvelope(message.requests())
    said = outcome(found, message_id=str(message.message_id))

    assert await refusal(world, said) == "OUTCOME_NOT_EXPECTED"


async def test_the_sdk_says_it_from_our_own_receipt(world: World) -> None:
    found = await delivered(world)
    zuid = world.hub.identity("zuid")
    me = Identity.load(zuid.certificate, zuid.key, zuid.roots)

    async with AsyncHub(world.hub.address, me) as hub:
        told = await hub.report_outcome(
            found.delivery.message_id, NOORD.oin, "REJECTED", ["OVa.LL12"]
        )
        with pytest.raises(Refused, match="OUTCOME_INVALID"):
            await hub.report_outcome(found.delivery.message_id, NOORD.oin, "LOST")
        with pytest.raises(Refused, match="DELIVERY_NOT_FOUND"):
            await hub.report_outcome(str(uuid4()), NOORD.oin, "IMPORTED")

    assert told.outcome == "REJECTED"


async def test_the_sender_cannot_say_it_with_the_sdk(world: World) -> None:
    found = await delivered(world)
    noord = world.hub.identity("noord")
    me = Identity.load(noord.certificate, noord.key, noord.roots)

    async with AsyncHub(world.hub.address, me) as hub:
        with pytest.raises(ReceiptUntrusted, match="no receipt of ours"):
            await hub.report_outcome(found.delivery.message_id, NOORD.oin, "IMPORTED")


async def test_silence_of_a_week_is_overdue(world: World) -> None:
    found = await delivered(world)
    everything: Callable[[str], pb.ListDeliveriesRequest] = lambda outcome: (  # noqa: E731
        pb.ListDeliveriesRequest(outcome=outcome)
    )
    assert not (await world.stub().ListDeliveries(everything("OVERDUE"))).deliveries

    world.skip(8 * 24 * 3600)

    [late] = (await world.stub().ListDeliveries(everything("OVERDUE"))).deliveries
    assert late.outcome_overdue
    assert late.message_id == found.delivery.message_id
