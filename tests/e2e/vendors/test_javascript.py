"""A LAS in JavaScript that has only the contract exchanges dossiers with the Python side."""

import datetime as dt
import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.builders.pki import Identity, KeyKind, Pki
from support.fakes.raw_hub import PAYLOAD, RawHub, deliver, get_receipt
from support.node import javascript_las
from support.paths import ROOT
from support.worlds.hub import refusal
from wissel.clients import Refused
from wissel.clients.processes import Service
from wissel.clients.testing import (
    PeerLas,
    TestingHub,
    Vendor,
    example_dossier,
    running_hub,
    running_peer,
)
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.clients.transport.status_errors import translate
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.proof import Demanded, ReceiptTypes, verify_hub_receipt
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.dsse import ENVELOPE_HEADER, RECEIVER_RECEIPT, verify

READY = "serving on "
INZAGE = "2026-01-05"
STATE = las_service_pb2.GetReceiptResponse
TYPES = ReceiptTypes(receiver=dossier_pb2.ReceiverReceipt, hub=dossier_pb2.HubReceipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class JavaScript:
    """The vendor's own LAS: how to call it, and where it keeps what it received."""

    vendor: Vendor
    server: str
    folder: Path

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run the command of its sender and return what it printed."""
        done = subprocess.run(
            [
                *javascript_las(),
                *arguments,
                *identity(self.vendor.certificate, self.vendor.key, self.folder / "roots.pem"),
                *("--hub", self.server, "--outbox", str(self.folder / "outbox")),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        shown: dict[str, Any] = json.loads(done.stdout)
        return shown

    def send(self, how: str = "send", *, to: str = "99XB02") -> dict[str, Any]:
        route = ("--from", "99XA", "--to", to, "--inzage", INZAGE)
        return self.run(how, str(example_dossier()), *route)

    def received(self, message_id: object) -> bytes:
        [path] = (self.folder / "inbox").glob(f"*_{message_id}.payload")
        return path.read_bytes()


def identity(certificate: Path, key: Path, roots: Path) -> list[str]:
    files = ("--certificate", str(certificate), "--key", str(key), "--roots", str(roots))
    return [*files, "--hub-oin", HUB.oin]


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    """Serve the receiver in JavaScript; yield its address."""
    command = [*javascript_las(), "serve", "--listen", "localhost:0", *arguments]
    storage = ("--storage", str(folder / "inbox"))
    with Service([*command, *storage], log=folder / "las.log", ready=READY) as process:
        yield process.address


@pytest.fixture(scope="module")
def hub() -> Iterator[TestingHub]:
    javascript_las()
    with running_hub() as hub:
        yield hub


@pytest.fixture(scope="module")
def peer(hub: TestingHub) -> Iterator[PeerLas]:
    with running_peer(hub) as peer:
        peer.connect("99XB02")
        yield peer


@pytest.fixture(scope="module")
def las(hub: TestingHub, peer: PeerLas) -> Iterator[JavaScript]:
    """Serves 99XA and may send to the peer."""
    vendor, folder = hub.vendor("noord", oin=NOORD.oin), hub.folder / "javascript"
    folder.mkdir()
    (folder / "roots.pem").write_bytes(hub.roots.read_bytes())
    files = identity(vendor.certificate, vendor.key, hub.roots)
    with serving(folder, *files) as address:
        hub.connect(vendor, "99XA", url=f"https://{address}")
        yield JavaScript(vendor=vendor, server=hub.server, folder=folder)


def test_it_receives_what_python_sent(las: JavaScript, peer: PeerLas) -> None:
    """The receipts were verified by our SDK."""
    receipt = peer.send(example_dossier(), sender="99XB02", receiver="99XA")

    assert example_dossier().read_bytes() == las.received(receipt.message_id)
    assert NOORD.oin == receipt.receiver_oin


def test_python_receives_what_it_sent(las: JavaScript, peer: PeerLas, hub: TestingHub) -> None:
    """The receipts were verified in JavaScript before the entry was `sent`; here once more."""
    entry = las.send()

    assert ("sent", False) == (entry["state"], entry["replayed"])
    assert example_dossier().read_bytes() == peer.received(entry["id"]).read_bytes()
    hubs, receivers = (receipt_in(entry, name) for name in ("hubReceipt", "receiverReceipt"))
    trust = Trust.from_pem(hub.roots.read_bytes())
    demanded = Demanded(hub_oin=HUB.oin, now=dt.datetime.now(dt.UTC))
    proof = verify_hub_receipt(signed_of(hubs), signed_of(receivers), TYPES, trust, demanded)
    assert entry["id"] == str(proof.receiver.exchange.message_id)


def test_a_repeated_message_gets_the_same_receipts(las: JavaScript) -> None:
    first = las.send()

    again = las.run("again", first["id"])

    assert again["replayed"]
    assert [first[name] for name in ("hubReceipt", "receiverReceipt")] == [
        again[name] for name in ("hubReceipt", "receiverReceipt")
    ]


def test_a_dossier_that_changed_after_signing_is_refused(las: JavaScript, peer: PeerLas) -> None:
    signed = las.send("sign")
    path = las.folder / "outbox" / f"{signed['id']}.payload"
    path.write_bytes(path.read_bytes().replace(b"o", b"0", 1))

    entry = las.run("again", signed["id"])

    assert ("refused", "DIGEST_MISMATCH") == (entry["state"], entry["reason"])
    with pytest.raises(FileNotFoundError):
        peer.received(signed["id"])


def test_a_route_that_is_not_there_has_its_reason(las: JavaScript) -> None:
    """It is read from the details of the status."""
    entry = las.send(to="99XZ")

    assert ("refused", "RECEIVER_UNKNOWN") == (entry["state"], entry["reason"])


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


async def test_it_takes_messages_from_its_hub_alone(alone: Alone) -> None:
    delivery = alone.raw.delivery(dt.datetime.now(dt.UTC))

    assert "HUB_NOT_TRUSTED" == await refused(alone, alone.stranger, delivery)


async def refused(alone: Alone, caller: Identity, delivery: Any) -> str:
    """Return the reason that our SDK reads in the answer of the receiver."""
    error = translate(
        await refusal(lambda: deliver(alone.address, caller, delivery)), alone.address
    )
    assert isinstance(error, Refused), error
    return error.reason


def receipt_in(entry: Mapping[str, Any], name: str) -> dossier_pb2.Signed:
    return dossier_pb2.Signed.FromString(b64decode(entry[name]))
