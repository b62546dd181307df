"""A message whose delivery was reduced (design.md#retention): what is told, and what it proves."""

import datetime as dt
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import grpc
import pytest

from support.worlds.forwarding import Envelope, World, forwarding
from support.worlds.hub import reason_of
from support.worlds.stores import utc_now
from wissel.clients.sending.receipts import prove
from wissel.clients.testing.cast import HUB, NOORD
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.proof import Demanded
from wissel.routing.signing.certificates import Trust
from wissel.routing.values.days import AMSTERDAM
from wissel.server.courier.settle.reduction import DeliveryReduction
from wissel.traffic.v1 import traffic_service_pb2 as pb

KEPT: Final = dt.timedelta(days=33)
LATER: Final = KEPT + dt.timedelta(days=1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


async def reduced(world: World) -> tuple[Envelope, pb.ForwardEnvelopeResponse]:
    """Return a message that was delivered and then reduced, with its answer."""
    message = world.message()
    answer = await world.send(message)
    step = await DeliveryReduction(world.journal, lambda: utc_now() + LATER, KEPT).step()
    assert step.done == 1
    return message, answer


async def got(world: World, name: str, message: Envelope) -> pb.GetDeliveryResponse:
    request = pb.GetDeliveryRequest(message_id=str(message.message_id), sender_oin=NOORD.oin)
    response: pb.GetDeliveryResponse = await world.stub(name).GetDelivery(request)
    return response


def digest(receipt: dossier_pb2.Signed) -> str:
    return hashlib.sha256(receipt.payload).hexdigest()


@pytest.mark.parametrize("name", ["noord", "desk"])
async def test_sender_and_operator_see_what_is_kept(world: World, name: str) -> None:
    message, answer = await reduced(world)

    told = await got(world, name, message)

    day = told.delivery.accepted_time.ToDatetime(dt.UTC).astimezone(AMSTERDAM)
    assert pb.Delivery(
        message_id=str(message.message_id),
        sender_oin=NOORD.oin,
        state="DELIVERED",
        header_sha256=hashlib.sha256(message.signed.payload).hexdigest(),
        hub_receipt_sha256=digest(answer.hub_receipt),
        receiver_receipt_sha256=digest(answer.receiver_receipt),
        accepted_time=told.delivery.accepted_time,
        reduced=True,
    ) == (told.delivery)
    assert (0, 0) == (day.hour, day.minute)
    assert utc_now() - day < dt.timedelta(days=2)
    assert not told.HasField("hub_receipt")
    assert not told.HasField("receiver_receipt")


async def test_the_same_digests_are_told_before_and_after(world: World) -> None:
    message = world.message()
    answer = await world.send(message)

    told = (await got(world, "zuid", message)).delivery

    assert not told.reduced
    assert digest(answer.hub_receipt) == told.hub_receipt_sha256
    assert digest(answer.receiver_receipt) == told.receiver_receipt_sha256


async def test_who_received_it_is_not_kept_so_the_receiver_sees_nothing(world: World) -> None:
    message, _ = await reduced(world)

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await got(world, "zuid", message)

    assert reason_of(error.value) == "DELIVERY_NOT_FOUND"


async def test_it_is_not_listed(world: World) -> None:
    await reduced(world)

    listed = await world.stub("noord").ListDeliveries(pb.ListDeliveriesRequest())

    assert [] == list(listed.deliveries)


async def test_it_is_never_delivered_again(world: World) -> None:
    """Not the same message, and none that takes its id, whatever the clock of the hub says."""
    message, _ = await reduced(world)
    delivered = len(world.las.opened)
    other = world.message(message_id=message.message_id, payload=b"another" * 100)

    early = [await world.refusal(each) for each in (message, other)]
    world.skip(dt.timedelta(days=8).total_seconds())
    late = [await world.refusal(each) for each in (message, other)]

    expected = ["ENVELOPE_EXPIRED", "MESSAGE_ID_REUSED"]
    assert expected == [reason_of(error) for error in early]
    assert expected == [reason_of(error) for error in late]
    assert delivered == len(world.las.opened)


async def test_receipts_that_were_handed_out_still_verify(world: World) -> None:
    _, answer = await reduced(world)
    trust = Trust.from_pem((world.folder / "pki" / "root.pem").read_bytes())
    demanded = Demanded(hub_oin=HUB.oin, now=utc_now() + LATER)

    proof = prove(answer.hub_receipt, answer.receiver_receipt, trust, demanded)

    assert digest(answer.receiver_receipt) == proof.hub.receiver_receipt_digest.hex()
