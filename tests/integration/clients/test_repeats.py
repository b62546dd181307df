"""A send that is repeated is the same message, and each entry of the outbox comes to an end."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from support.worlds.sending_world import DOSSIER, World, send
from wissel.clients import DeliveryReceipt, DossierUnusable, Refused, StorageError
from wissel.clients.sending.outbox import Outbox
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.traffic.v1 import traffic_service_pb2 as pb

MINE = UUID("efaf84be-cfb4-4b7e-afca-8f8abb734f11")
LEFT_OPEN = RuleRefused(Reason.DELIVERY_UNCERTAIN)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    async with made.server:
        yield made


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    path = tmp_path / "dossier.xml"
    path.write_bytes(DOSSIER.read_bytes())
    return path


def change(path: Path) -> None:
    path.write_bytes(DOSSIER.read_bytes() + b"\n")


def move(path: Path) -> Path:
    return path.rename(path.with_name("moved.xml"))


async def left_open(world: World, path: Path = DOSSIER, **more: object) -> None:
    world.script.answers = [LEFT_OPEN]
    with pytest.raises(Refused):
        await send(world.hub(), path, **more)


async def test_a_second_send_continues_the_one_that_is_pending(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await left_open(world)

    receipt = await send(world.hub())

    first, second = world.script.arrivals
    assert first == second
    assert isinstance(receipt, DeliveryReceipt)
    assert [f"continuing message {receipt.message_id}, which has no receipt yet"] == [
        record.message for record in caplog.records if record.name == "wissel.sending"
    ]
    assert [world.in_outbox(state) for state in ("pending", "refused")] == [[], []]


async def test_it_is_continued_from_where_its_file_is_now(world: World, dossier: Path) -> None:
    await left_open(world, dossier)
    moved = move(dossier)

    await send(world.hub(), moved)

    first, second = world.script.arrivals
    assert first == second


async def test_a_new_one_is_asked_for(world: World) -> None:
    await left_open(world)

    await send(world.hub(), new=True)

    first, second = world.script.arrivals
    assert first.header != second.header
    assert len(world.in_outbox("pending")) == 1


async def test_what_is_delivered_is_not_continued(world: World) -> None:
    await send(world.hub())
    await send(world.hub())

    assert len(world.in_outbox("sent")) == 2


async def test_another_file_receiver_or_service_is_another_message(
    world: World, dossier: Path
) -> None:
    change(dossier)
    await left_open(world)

    async with world.hub() as hub:
        await hub.send(dossier, sender="99XA", receiver="99XB02", service="OSO_OV")
        await hub.send(DOSSIER, sender="99XA", receiver="99XC", service="OSO_OV")
        await hub.send(DOSSIER, sender="99XC", receiver="99XB02", service="OSO_OV")

    assert len(world.in_outbox("sent")) == 3
    assert len(world.in_outbox("pending")) == 1


async def test_a_message_that_says_something_else_is_not_continued(world: World) -> None:
    await left_open(world)

    with pytest.raises(DossierUnusable, match="another kind"):
        await send(world.hub(), kind="swv-dossier")

    assert len(world.script.arrivals) == 1


async def test_an_id_of_the_caller_names_the_message(world: World) -> None:
    receipt = await send(world.hub(), message_id=str(MINE).upper())

    assert isinstance(receipt, DeliveryReceipt)
    assert receipt.message_id == MINE


async def test_an_id_that_was_delivered_has_its_receipt(world: World) -> None:
    first = await send(world.hub(), message_id=MINE)

    again = await send(world.hub(), message_id=MINE)

    assert isinstance(first, DeliveryReceipt)
    assert isinstance(again, DeliveryReceipt)
    assert (first.replayed, again.replayed) == (False, True)
    assert first.hub_receipt == again.hub_receipt
    assert len(world.script.arrivals) == 1


async def test_an_id_that_is_pending_is_continued(world: World) -> None:
    await left_open(world, message_id=MINE)

    await send(world.hub(), message_id=MINE)

    first, second = world.script.arrivals
    assert first == second


async def test_an_id_that_was_refused_is_sent_again_as_it_was(world: World) -> None:
    world.script.answers = [RuleRefused(Reason.RECEIVER_NOT_CONNECTED)]
    with pytest.raises(Refused):
        await send(world.hub(), message_id=MINE)

    await send(world.hub(), message_id=MINE)

    first, second = world.script.arrivals
    assert first == second
    assert world.in_outbox("refused") == []


@pytest.mark.parametrize("delivered", [True, False])
async def test_an_id_of_another_content_is_refused(
    world: World, dossier: Path, delivered: bool
) -> None:
    change(dossier)
    if delivered:
        await send(world.hub(), message_id=MINE)
    else:
        await left_open(world, message_id=MINE)

    with pytest.raises(Refused) as caught:
        await send(world.hub(), dossier, message_id=MINE)

    assert (caught.value.reason, caught.value.field) == ("MESSAGE_ID_REUSED", "message_id")
    assert caught.value.metadata["message_id"] == str(MINE)
    assert len(world.script.arrivals) == 1


async def test_an_id_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(Refused) as caught:
        await send(world.hub(), message_id="7")

    assert (caught.value.reason, caught.value.field) == ("IDENTIFIER_MALFORMED", "message_id")


async def test_a_changed_file_that_was_not_delivered_ends_its_entry(
    world: World, dossier: Path
) -> None:
    await left_open(world, dossier)
    change(dossier)
    world.script.known = pb.GetDeliveryResponse(delivery=pb.Delivery(state="FAILED"))

    async with world.hub() as hub:
        [first] = await hub.resume()
        second = await hub.resume()

    assert isinstance(first.error, DossierUnusable)
    assert "send the file anew" in str(first.error)
    assert second == []
    [ended] = world.in_outbox("refused")
    assert json.loads(ended.read_bytes())["reason"] == "FILE_CHANGED"


@pytest.mark.parametrize("state", ["ACCEPTED", "UNCERTAIN"])
async def test_a_changed_file_waits_for_what_the_hub_finds_out(
    world: World, dossier: Path, state: str
) -> None:
    await left_open(world, dossier)
    change(dossier)
    world.script.known = pb.GetDeliveryResponse(delivery=pb.Delivery(state=state))

    async with world.hub() as hub:
        [resumed] = await hub.resume()

    assert "resume later" in str(resumed.error)
    assert len(world.in_outbox("pending")) == 1


async def test_a_file_that_is_gone_says_how_its_entry_is_ended(world: World, dossier: Path) -> None:
    await left_open(world, dossier)
    move(dossier)

    async with world.hub() as hub:
        [resumed] = await hub.resume()
        [kept] = await hub.pending()
        assert kept.entry is not None
        await hub.drop(kept.entry.message_id)
        after = await hub.resume()

    assert f"wissel outbox drop {kept.entry.message_id}" in str(resumed.error)
    assert after == []
    [ended] = world.in_outbox("refused")
    assert json.loads(ended.read_bytes())["reason"] == "DROPPED"


async def test_what_is_being_sent_is_not_dropped(world: World) -> None:
    await left_open(world)
    other = Outbox(world.folder / "outbox")
    [entry] = other.pending()

    with other.claim(entry):
        async with world.hub() as hub:
            with pytest.raises(StorageError, match="being sent"):
                await hub.drop(entry.message_id)

    assert len(world.in_outbox("pending")) == 1


async def test_what_is_being_sent_is_not_sent_by_a_second_one(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    await left_open(world)
    other = Outbox(world.folder / "outbox")
    [entry] = other.pending()

    with other.claim(entry), pytest.raises(StorageError, match="being sent"):
        await send(world.hub())

    assert len(world.script.arrivals) == 1


@pytest.mark.parametrize(("state", "kept"), [("UNCERTAIN", True), ("FAILED", False)])
async def test_a_refusal_ends_no_message_of_which_an_earlier_attempt_is_open(
    world: World, state: str, kept: bool
) -> None:
    await left_open(world)
    world.script.answers = [RuleRefused(Reason.ENDPOINT_UNAVAILABLE)]
    world.script.known = pb.GetDeliveryResponse(delivery=pb.Delivery(state=state))

    with pytest.raises(Refused, match="ENDPOINT_UNAVAILABLE"):
        await send(world.hub())

    assert kept == bool(world.in_outbox("pending"))
