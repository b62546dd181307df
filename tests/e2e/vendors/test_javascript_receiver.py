"""The LAS in JavaScript by itself: what it signs, and what it says to a hub that errs."""

import datetime as dt
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.builders.pki import Identity, KeyKind, Pki
from support.eventually import eventually_async
from support.fakes.raw_hub import PAYLOAD, Delivery, RawHub, channel, deliver, get_receipt
from support.node import identity, javascript_las, serving
from support.paths import ROOT
from support.worlds.hub import refusal
from wissel.clients import Refused
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.clients.transport.status_errors import translate
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.dsse import ENVELOPE_HEADER, RECEIVER_RECEIPT, verify

STATE = las_service_pb2.GetReceiptResponse
SIGN = """
import { Identity } from '%s/contract.mjs'
import { Signed, write } from '%s/wire.mjs'
const [certificate, key, roots, type] = process.argv.slice(1)
const signed = new Identity({ certificate, key, roots }).sign(Buffer.from('what is signed'), type)
console.log(write(Signed, signed).toString('hex'))
"""


@pytest.mark.parametrize("kind", ["P-256", "P-384", "Ed25519", "RSA-2048"])
def test_it_signs_with_each_kind_of_key(kind: KeyKind, tmp_path: Path) -> None:
    pki = Pki.create(tmp_path / "pki")
    signer = pki.signer("noord", oin=NOORD.oin, key=kind)
    node, las = javascript_las()
    script = SIGN % (Path(las).parent, ROOT / "docs" / "vectors")
    files = [str(each) for each in (signer.certificate, signer.key, signer.roots)]

    done = subprocess.run(
        [node, "--input-type=module", "--eval", script, *files, ENVELOPE_HEADER],
        capture_output=True,
        text=True,
        check=True,
    )

    signed = dossier_pb2.Signed.FromString(bytes.fromhex(done.stdout.strip()))
    trust = Trust.from_pem(pki.roots.read_bytes())
    verified = verify(signed_of(signed), ENVELOPE_HEADER, trust, pki.now)
    assert (NOORD.oin, b"what is signed") == (verified.signer, verified.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """The receiver in JavaScript and a hub that does whatever a test wants."""

    address: str
    folder: Path
    hub: Identity
    stranger: Identity
    raw: RawHub
    trust: Trust

    def kept(self) -> list[str]:
        return [path.name for path in (self.folder / "inbox").glob("*.payload")]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    pki = Pki.create(tmp_path / "pki")
    hub, noord, zuid = (pki.issue(each.name, oin=each.oin) for each in (HUB, NOORD, ZUID))
    files = identity(zuid.certificate, zuid.key, zuid.roots)
    with serving(tmp_path, *files) as address:
        yield Alone(
            address=address,
            folder=tmp_path,
            hub=hub,
            stranger=noord,
            raw=RawHub(hub, noord),
            trust=Trust.from_pem(pki.roots.read_bytes()),
        )


async def test_it_signs_for_each_stamp_and_stores_once(alone: Alone) -> None:
    now = dt.datetime.now(dt.UTC)
    first = alone.raw.delivery(now)

    answers = [await deliver(alone.address, alone.hub, first) for _ in range(2)]

    asked = await get_receipt(alone.address, alone.hub, first)
    assert [f"{NOORD.oin}_{first.message_id}.payload"] == alone.kept()
    assert STATE.STATE_RECEIVED == asked.state
    for receipt in (*(each.receipt for each in answers), asked.receipt):
        verified = verify(signed_of(receipt), RECEIVER_RECEIPT, alone.trust, now)
        assert ZUID.oin == verified.signer
        assert answers[0].receipt.payload == verified.payload


@pytest.mark.parametrize(
    ("chunks", "reason"),
    [
        pytest.param((PAYLOAD[:-1],), "SIZE_MISMATCH", id="cut"),
        pytest.param((PAYLOAD[:-1] + b"!",), "DIGEST_MISMATCH", id="changed"),
        pytest.param((PAYLOAD + b"!",), "SIZE_MISMATCH", id="longer"),
    ],
)
async def test_it_keeps_nothing_of_other_bytes(
    alone: Alone, chunks: tuple[bytes, ...], reason: str
) -> None:
    delivery = alone.raw.delivery(dt.datetime.now(dt.UTC)).with_chunks(*chunks)

    assert reason == await refused(alone, alone.hub, delivery)
    assert [] == alone.kept()
    asked = await get_receipt(alone.address, alone.hub, delivery)
    assert STATE.STATE_UNKNOWN == asked.state


async def test_a_stream_that_is_cancelled_leaves_it_able_to_receive(alone: Alone) -> None:
    """Whether it had taken the last byte or not: what it tells is what it holds."""
    delivery = alone.raw.delivery(dt.datetime.now(dt.UTC))
    async with channel(alone.address, alone.hub) as opened:
        call = LasServiceStub(opened).Deliver(timeout=30)
        async for request in delivery.requests():
            await call.write(request)
        call.cancel()
    await eventually_async(
        lambda: get_receipt(alone.address, alone.hub, delivery),
        "it has done with the stream",
        until=lambda asked: asked.state != STATE.STATE_IN_PROGRESS,
    )

    answer = await deliver(alone.address, alone.hub, delivery)

    assert answer.HasField("receipt")
    assert 1 == len(alone.kept())


async def test_it_takes_messages_from_its_hub_alone(alone: Alone) -> None:
    delivery = alone.raw.delivery(dt.datetime.now(dt.UTC))

    assert "HUB_NOT_TRUSTED" == await refused(alone, alone.stranger, delivery)


async def refused(alone: Alone, caller: Identity, delivery: Delivery) -> str:
    """Return the reason that our SDK reads in the answer of the receiver."""
    error = translate(
        await refusal(lambda: deliver(alone.address, caller, delivery)), alone.address
    )
    assert isinstance(error, Refused), error
    return error.reason
