"""The sending side over real TLS: outbox, retries, receipts, and what is left after a crash."""

import datetime as dt
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from support.cast import STRANGER
from support.worlds.sending_world import DOSSIER, World, send
from wissel.clients import (
    DossierUnusable,
    ReceiptUntrusted,
    Refused,
    WisselError,
)
from wissel.clients.testing.cast import ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.messages import read_header
from wissel.routing.refusals.errors import Refused as RuleRefused
from wissel.routing.refusals.reasons import Reason
from wissel.traffic.v1 import traffic_service_pb2 as pb


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    async with made.server:
        yield made


async def test_a_dossier_is_sent_and_receipted(world: World) -> None:
    seen: list[tuple[int, int]] = []

    async with world.hub() as hub:
        receipt = await hub.send(
            DOSSIER,
            sender="99XA",
            receiver="99XB02",
            service="OSO_OV",
            progress=lambda sent, total: seen.append((sent, total)),
        )

    [arrival] = world.script.arrivals
    signed = dossier_pb2.Signed.FromString(arrival.header)
    header = read_header(signed.payload, dossier_pb2.EnvelopeHeader, dossier_pb2.EnvelopeContext)
    assert arrival.payload == DOSSIER.read_bytes()
    assert header.context.kind == "overstapdossier"
    assert header.context.attestation.inzage_date == dt.date(2026, 5, 11)
    assert header.context.receiver.place == "99XB02"
    assert receipt.receiver_oin == ZUID.oin
    assert seen == [(len(arrival.payload), len(arrival.payload))]
    assert world.in_outbox("pending") == []
    assert [path.stem for path in world.in_outbox("sent")] == [str(receipt.message_id)]


async def test_an_attempt_takes_no_longer_than_its_deadline(world: World) -> None:
    await send(world.hub(deadline=dt.timedelta(seconds=7)))
    await send(world.hub())

    short, usual = world.script.remaining
    assert short < 8  # gRPC rounds what it tells the other side up
    assert usual > 60


async def test_a_busy_hub_gets_the_same_bytes_again_after_the_offered_wait(world: World) -> None:
    world.script.answers = [
        RuleRefused(Reason.TRANSFER_LIMIT, retry_after=3.0),
        RuleRefused(Reason.RECEIVER_UNREACHABLE, retry_after=0.0),
    ]

    await send(world.hub())

    first, second, third = world.script.arrivals
    assert first == second == third
    assert world.waits[0] == 3.0
    assert 0.25 <= world.waits[1] <= 0.5


async def test_a_refusal_says_why_and_leaves_the_outbox(world: World) -> None:
    world.script.answers = [RuleRefused(Reason.RECEIVER_NOT_CONNECTED, receiver="99XB")]

    with pytest.raises(Refused) as caught:
        await send(world.hub())

    assert caught.value.reason == "RECEIVER_NOT_CONNECTED"
    assert caught.value.text
    assert caught.value.fix
    assert caught.value.contact
    assert caught.value.metadata == {"receiver": "99XB"}
    assert world.in_outbox("pending") == []
    [refused] = world.in_outbox("refused")
    assert json.loads(refused.read_bytes())["reason"] == "RECEIVER_NOT_CONNECTED"


def _foreign_hub(response: pb.ForwardEnvelopeResponse) -> None:
    response.hub_receipt.CopyFrom(response.receiver_receipt)


def _other_bytes(response: pb.ForwardEnvelopeResponse) -> None:
    response.hub_receipt.payload = response.hub_receipt.payload[:-1] + b"\x01"


def _none(response: pb.ForwardEnvelopeResponse) -> None:
    response.ClearField("receiver_receipt")


@pytest.mark.parametrize("forge", [_foreign_hub, _other_bytes, _none])
async def test_a_receipt_that_proves_nothing_is_not_believed(
    world: World, forge: Callable[[pb.ForwardEnvelopeResponse], None]
) -> None:
    world.script.answers = [forge]

    with pytest.raises(ReceiptUntrusted):
        await send(world.hub())

    assert len(world.in_outbox("pending")) == 1


@pytest.mark.parametrize("hours", [-1, 1], ids=["after now", "before the header"])
async def test_a_receipt_of_another_time_is_not_believed(world: World, hours: int) -> None:
    """The hub's clock is right, and the sender's is not: so the times contradict each other."""
    clock = partial(_clock, dt.timedelta(hours=hours))

    with pytest.raises(ReceiptUntrusted):
        await send(world.hub(now=clock))

    assert len(world.in_outbox("pending")) == 1


def _clock(error: dt.timedelta) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + error


async def test_a_hub_that_signs_as_its_own_receiver_is_not_believed(world: World) -> None:
    world.server.receiver = world.server.hub

    with pytest.raises(ReceiptUntrusted, match="own receiver"):
        await send(world.hub())


async def test_a_receipt_by_another_hub_is_not_believed(world: World) -> None:
    with pytest.raises(ReceiptUntrusted):
        await send(world.hub(hub_oin=STRANGER.oin))


@pytest.mark.parametrize("said", ["", "111222333"])
async def test_a_server_that_does_not_say_which_hub_it_is_gets_nothing(
    world: World, said: str
) -> None:
    world.script.hub_oin = said

    with pytest.raises(Refused) as caught:
        await send(world.hub())

    assert caught.value.field == "hub_oin"
    assert world.script.arrivals == []


async def test_an_empty_or_missing_file_is_not_sent(world: World, tmp_path: Path) -> None:
    empty = tmp_path / "empty.xml"
    empty.touch()

    for path in (empty, tmp_path / "missing.xml"):
        with pytest.raises(DossierUnusable):
            await send(world.hub(), path)

    assert world.script.arrivals == []


async def test_a_malformed_receiver_is_refused_before_anything_is_sent(world: World) -> None:
    async with world.hub() as hub:
        with pytest.raises(Refused) as caught:
            await hub.send(DOSSIER, sender="99XA", receiver="99xb", service="OSO_OV")

    assert (caught.value.reason, caught.value.field) == ("IDENTIFIER_MALFORMED", "receiver")
    assert world.in_outbox("pending") == []


async def test_a_renewed_certificate_is_used_without_a_restart(world: World) -> None:
    async with world.hub() as hub:
        await hub.whoami()
        before = hub.link.channel()
        world.pki.issue("noord")
        await hub.whoami()

        assert hub.link.channel() is not before


async def test_the_person_and_the_language_go_with_each_call(world: World) -> None:
    async with world.hub(user="a.desk", language="nl") as hub:
        await hub.whoami()

    [metadata] = world.script.metadata
    assert (metadata["wissel-user"], metadata["accept-language"]) == ("a.desk", "nl")


async def test_an_account_with_an_accent_travels_in_ascii(world: World) -> None:
    async with world.hub(user="daniël 100%") as hub:
        await hub.whoami()

    [metadata] = world.script.metadata
    assert metadata["wissel-user"] == "dani%C3%ABl 100%25"


async def test_a_proxy_of_the_environment_is_not_used(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async with world.hub() as hub:
        answer = await hub.whoami()

    assert answer.registered


@pytest.mark.parametrize("server", ["hub.example", "hé:7443", "https://hub:7443", "hub:0", ":1"])
async def test_a_server_that_is_none_is_refused_in_words(world: World, server: str) -> None:
    with pytest.raises(WisselError, match="write the server as"):
        world.hub(server)
