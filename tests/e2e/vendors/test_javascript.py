"""A LAS in JavaScript that has only the contract exchanges dossiers with the Python side."""

import datetime as dt
import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.node import identity, javascript_las, serving
from wissel.clients.testing import (
    PeerLas,
    TestingHub,
    Vendor,
    example_dossier,
    running_hub,
    running_peer,
)
from wissel.clients.testing.cast import HUB, NOORD
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.proof import Demanded, ReceiptTypes, verify_hub_receipt
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.signing.certificates import Trust

INZAGE = "2026-01-05"
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


def receipt_in(entry: Mapping[str, Any], name: str) -> dossier_pb2.Signed:
    return dossier_pb2.Signed.FromString(b64decode(entry[name]))
