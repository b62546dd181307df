"""What is left after a crash or a silence is sent again, byte for byte, and only once."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.worlds.sending_world import DOSSIER, World, send
from wissel.clients import (
    DossierUnusable,
    Patience,
    Refused,
    Unreachable,
)
from wissel.clients.sending.outbox import Outbox
from wissel.clients.testing.cast import HUB
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.traffic.v1 import traffic_service_pb2 as pb

INZAGE = dt.date(2026, 6, 30)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    async with made.server:
        yield made


@pytest.mark.parametrize(
    "reason", [Reason.DELIVERY_UNCERTAIN, Reason.CERTIFICATE_EXPIRED, Reason.PARTY_NOT_REGISTERED]
)
async def test_what_leaves_the_outcome_open_stays_for_resume(world: World, reason: Reason) -> None:
    world.script.answers = [RuleRefused(reason)]
    with pytest.raises(Refused):
        await send(world.hub())

    async with world.hub() as hub:
        [resumed] = await hub.resume()

    assert resumed.receipt
    first, second = world.script.arrivals
    assert first == second
    assert world.in_outbox("pending") == []


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "dossier.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(8_000_000))
    return path


async def test_a_resumed_message_asks_before_it_sends_everything_again(
    world: World, big: Path
) -> None:
    """It gives the hub a moment, in which a busy machine may not answer, once or twice.

    An SDK that does not wait would send nothing more in one time of three.
    """
    sent = [await sent_by_resuming(world, big) for _ in range(8)]

    assert sent.count(0) >= 6


async def sent_by_resuming(world: World, path: Path) -> int:
    """Have a message left open, and resume it; return how often more was sent of it."""
    world.script.early = False
    world.script.answers = [RuleRefused(Reason.DELIVERY_UNCERTAIN)]
    with pytest.raises(Refused):
        await send(world.hub(), path, inzage_date=INZAGE)
    world.script.early = True
    sent: list[int] = []

    async with world.hub() as hub:
        [resumed] = await hub.resume(lambda done, total: sent.append(done))

    assert resumed.receipt
    return len(sent)


async def test_a_refusal_that_comes_while_much_is_being_sent_is_not_lost(
    world: World, big: Path
) -> None:
    """An answer amid a write can break the write; then it is asked for again."""
    world.script.early = True
    world.script.answers = [RuleRefused(Reason.RECEIVER_UNKNOWN)] * 10

    with pytest.raises(Refused) as caught:
        await send(world.hub(), big, inzage_date=INZAGE)

    assert caught.value.reason == "RECEIVER_UNKNOWN"
    assert world.in_outbox("pending") == []


async def test_a_hub_that_is_gone_leaves_the_message_for_resume(world: World) -> None:
    with pytest.raises(Unreachable):
        await send(world.hub("localhost:1", hub_oin=HUB.oin, patience=Patience(total=0)))

    async with world.hub() as hub:
        [resumed] = await hub.resume()

    assert resumed.receipt
    assert world.in_outbox("pending") == []


async def test_a_file_that_changed_is_not_sent_under_the_old_signature(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "dossier.xml"
    path.write_bytes(DOSSIER.read_bytes())
    world.script.answers = [RuleRefused(Reason.DELIVERY_UNCERTAIN)]
    with pytest.raises(Refused):
        await send(world.hub(), path)
    path.write_bytes(b"<other/>")

    async with world.hub() as hub:
        [resumed] = await hub.resume()

    assert isinstance(resumed.error, DossierUnusable)
    assert len(world.script.arrivals) == 1


async def test_a_file_that_is_gone_still_gets_the_receipt_of_its_delivery(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "dossier.xml"
    path.write_bytes(DOSSIER.read_bytes())
    world.script.answers = [RuleRefused(Reason.DELIVERY_UNCERTAIN)]
    with pytest.raises(Refused):
        await send(world.hub(), path)
    path.unlink()
    header = dossier_pb2.Signed.FromString(world.script.arrivals[0].header)
    proof = world.server.receipts(header)
    world.script.known = pb.GetDeliveryResponse(
        hub_receipt=proof.hub_receipt, receiver_receipt=proof.receiver_receipt
    )

    async with world.hub() as hub:
        [resumed] = await hub.resume()

    assert resumed.receipt
    assert resumed.receipt.replayed
    assert world.in_outbox("pending") == []


async def test_what_another_process_is_sending_is_left_to_it(world: World) -> None:
    world.script.answers = [RuleRefused(Reason.DELIVERY_UNCERTAIN)]
    with pytest.raises(Refused):
        await send(world.hub())
    other = Outbox(world.folder / "outbox")
    [entry] = other.pending()

    with other.claim(entry) as mine:
        async with world.hub() as hub:
            results = await hub.resume()

    assert mine
    assert results == []


async def test_a_message_that_is_under_way_is_waited_for_as_long_as_the_hub_says(
    world: World,
) -> None:
    """As after a hub that died: its lease has to run out first."""
    busy = RuleRefused(Reason.MESSAGE_IN_PROGRESS, retry_after=7.0)
    world.script.answers = [busy, busy]

    async with world.hub() as hub:
        receipt = await send(hub)

    assert receipt
    assert [7.0, 7.0] == world.waits
    assert world.in_outbox("pending") == []
