"""Who may know what became of a message."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import grpc
import pytest

from support.worlds.forwarding import World, forwarding
from support.worlds.hub import reason_of
from wissel.clients.testing.cast import NOORD
from wissel.traffic.v1 import traffic_service_pb2 as pb


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


async def got(world: World, name: str, message_id: str) -> pb.GetDeliveryResponse:
    request = pb.GetDeliveryRequest(message_id=message_id, sender_oin=NOORD.oin)
    response: pb.GetDeliveryResponse = await world.stub(name).GetDelivery(request)
    return response


async def listed(world: World, name: str, **how: object) -> pb.ListDeliveriesResponse:
    response: pb.ListDeliveriesResponse = await world.stub(name).ListDeliveries(
        pb.ListDeliveriesRequest(**how)  # type: ignore[arg-type]
    )
    return response


@pytest.mark.parametrize(("name", "receipts"), [("noord", True), ("zuid", True), ("desk", False)])
async def test_sender_receiver_and_operator_see_it(world: World, name: str, receipts: bool) -> None:
    sent = await world.send(world.message())

    answer = await got(world, name, sent.message_id)

    assert answer.delivery.state == "DELIVERED"
    assert (answer.delivery.sender, answer.delivery.receiver) == ("99XA", "99XC01")
    assert answer.delivery.attempts == 1
    assert answer.HasField("hub_receipt") == receipts
    assert not receipts or answer.hub_receipt == sent.hub_receipt


async def test_nobody_else_learns_that_it_exists(world: World) -> None:
    sent = await world.send(world.message())
    errors = []

    for message_id in (sent.message_id, str(uuid4())):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await world.stub("zuid").GetDelivery(pb.GetDeliveryRequest(message_id=message_id))
        errors.append(error.value)

    assert {reason_of(error) for error in errors} == {"DELIVERY_NOT_FOUND"}
    details = [(error.details() or "").replace(sent.message_id, "") for error in errors]
    assert details[0] == details[1].replace(_id_in(details[1]), "")


async def test_deliveries_newest_first_page_by_page(world: World) -> None:
    sent = [(await world.send(world.message())).message_id for _ in range(5)]

    first = await listed(world, "noord", page_size=3)
    await world.send(world.message())
    second = await listed(world, "noord", page_size=3, page_token=first.next_page_token)

    ids = [each.message_id for each in (*first.deliveries, *second.deliveries)]
    assert ids == sent[::-1]
    assert second.next_page_token == ""


@pytest.mark.parametrize(
    ("how", "count"),
    [
        ({}, 1),
        ({"state": "DELIVERED"}, 1),
        ({"state": "FAILED"}, 0),
        ({"organisation": "99XC"}, 1),
        ({"organisation": "99XB"}, 0),
    ],
)
async def test_deliveries_by_condition(world: World, how: dict[str, object], count: int) -> None:
    await world.send(world.message())

    answer = await listed(world, "desk", **how)

    assert len(answer.deliveries) == count


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"state": "GONE"}, "FIELD_INVALID"),
        ({"organisation": "?"}, "IDENTIFIER_MALFORMED"),
        ({"page_token": "x"}, "PAGE_TOKEN_INVALID"),
    ],
)
async def test_conditions_that_are_none(world: World, how: dict[str, object], reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await listed(world, "noord", **how)

    assert reason_of(error.value) == reason


async def test_a_page_token_of_a_version_that_paged_by_number_is_refused(world: World) -> None:
    for _ in range(2):
        await world.send(world.message())
    token = (await listed(world, "noord", page_size=1)).next_page_token
    pinned, _, filters = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    earlier = base64.urlsafe_b64encode(json.dumps([pinned, "2", filters]).encode()).rstrip(b"=")

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await listed(world, "noord", page_size=1, page_token=earlier.decode())

    assert reason_of(error.value) == "PAGE_TOKEN_INVALID"


async def test_an_operator_never_forwards(world: World) -> None:
    error = await world.refusal(world.message(), "desk")

    assert reason_of(error) == "METHOD_NOT_ALLOWED"
    assert world.las.opened == []


def _id_in(text: str) -> str:
    return next((part for part in text.split() if part.count("-") == 4), "\0").strip(".,:")
