"""The vectors in docs/vectors say what this code says; docs/vectors/verify.mjs says it too."""

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from support.paths import ROOT
from support.vectors.__main__ import documents, written
from wissel.clients import Refused as Told
from wissel.clients.identity import Identity, Material
from wissel.clients.las.opening import judge
from wissel.clients.las.payload import receive
from wissel.clients.transport.status_errors import translate
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange.acceptance import verify_acceptance
from wissel.routing.exchange.envelope import freshness
from wissel.routing.exchange.fetching.orders import verify_order
from wissel.routing.exchange.outcome import verify_outcome
from wissel.routing.exchange.proof import Demanded, ReceiptTypes, verify_hub_receipt
from wissel.routing.exchange.receipts import Exchange
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.certificates import Trust
from wissel.routing.signing.dsse import Signed, pae, verify
from wissel.routing.values.identifiers import Oin

VECTORS: Final = ROOT / "docs" / "vectors"
TYPES: Final = ReceiptTypes(receiver=pb.ReceiverReceipt, hub=pb.HubReceipt)
PARTS: Final = ("header", "stamp", "receiver_receipt", "hub_receipt")
Case = Mapping[str, Any]
"""When receipts are verified."""


class Verdict(NamedTuple):
    """Empty for a yes; else the reason, the field at fault and the reason behind the reason."""

    reason: str = ""
    field: str = ""
    cause: str = ""


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_text())


def cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in load(name)]


@pytest.fixture(scope="module")
def trust() -> Trust:
    return Trust.from_pem(load("keys.json")["root_pem"].encode())


@pytest.fixture
def zuid(tmp_path: Path) -> Material:
    document = load("keys.json")
    keyed = document["identities"]["zuid-p256"]
    chain = [bytes.fromhex(each) for each in keyed["chain"]]
    files = [tmp_path / name for name in ("certificate.pem", "key.pem", "roots.pem")]
    texts = (_pem(chain), keyed["private_key_pem"], document["root_pem"])
    for path, text in zip(files, texts, strict=True):
        path.touch(mode=0o600)
        path.write_text(text)
    return Identity.load(*files).current()


def test_they_are_as_they_are_written() -> None:
    """`make vectors` changes nothing."""
    made = {name: written(document) for name, document in documents(VECTORS).items()}

    assert {path.name: path.read_text() for path in VECTORS.glob("*.json")} == made


@pytest.mark.parametrize("case", load("pae.json"))
def test_pae(case: Case) -> None:
    assert case["pae"] == pae(case["payload_type"], bytes.fromhex(case["payload"])).hex()


@pytest.mark.parametrize("case", cases("signatures.json"))
def test_signature(case: Case, trust: Trust) -> None:
    found, signer = Verdict(), None

    try:
        at = instant(case["at"])
        signer = verify(signed(case["signed"]), case["expected_type"], trust, at).signer
    except Refused as refused:
        found = verdict(refused)

    assert (expected_of(case), case.get("signer_oin")) == (found, signer)


@pytest.mark.parametrize("case", cases("exchanges.json"))
def test_exchange(case: Case, trust: Trust) -> None:
    """Each part is what was signed, and the parts belong together."""
    at = instant(case["at"])
    for name in PARTS:
        part = case[name]
        verified = verify(signed(part["signed"]), part["payload_type"], trust, at)

        assert part["payload"] == verified.payload.hex()
        assert part["pae"] == pae(part["payload_type"], verified.payload).hex()
    proof = verify_hub_receipt(
        signed(case["hub_receipt"]["signed"]),
        signed(case["receiver_receipt"]["signed"]),
        TYPES,
        trust,
        Demanded(hub_oin=proof_hub(case), now=at),
    )
    assert hashlib.sha256(bytes.fromhex(case["stamp"]["payload"])).digest() == (
        proof.receiver.stamp_digest
    )
    assert hashlib.sha256(bytes.fromhex(case["dossier"])).digest() == (
        proof.hub.exchange.payload_sha256
    )


@pytest.mark.parametrize("case", cases("deliveries.json"))
async def test_delivery(case: Case, zuid: Material, tmp_path: Path) -> None:
    """What the receiver of our SDK says to the same opening and chunks."""
    opening = las_service_pb2.Opening(header=message(case["header"]), stamp=message(case["stamp"]))
    at, found = instant(case["at"]), Verdict()

    try:
        accepted = judge(opening, zuid, Oin(case["hub_oin"]), at)
        freshness(accepted.header.context, at)
        await receive(chunks(case["chunks"]), accepted.header, tmp_path / "payload")
    except Refused as refused:
        found = verdict(refused)

    assert expected_of(case)[:2] == found[:2]


@pytest.mark.parametrize("case", cases("receipts.json"))
def test_receipts(case: Case, trust: Trust) -> None:
    found = Verdict()

    try:
        verify_hub_receipt(
            signed(case["hub_receipt"]),
            signed(case["receiver_receipt"]),
            TYPES,
            trust,
            Demanded(
                hub_oin=Oin(case["hub_oin"]),
                now=instant(case["now"]),
                exchange=exchange(case["expected"]),
                created=instant(case["created"]) if case["created"] else None,
            ),
        )
    except Refused as refused:
        found = verdict(refused)

    assert expected_of(case).reason == found.reason
    assert case.get("cause") in (None, found.cause)


@pytest.mark.parametrize("case", cases("acceptances.json"))
def test_acceptance(case: Case, trust: Trust) -> None:
    found = Verdict()

    try:
        verify_acceptance(
            signed(case["signed"]),
            pb.AgreementAcceptance,
            trust,
            Oin(case["hub_oin"]),
            instant(case["now"]),
        )
    except Refused as refused:
        found = verdict(refused)

    assert expected_of(case).reason == found.reason
    assert case.get("cause") in (None, found.cause)


@pytest.mark.parametrize("case", cases("outcomes.json"))
def test_outcome(case: Case, trust: Trust) -> None:
    found = Verdict()

    try:
        verify_outcome(signed(case["signed"]), pb.DeliveryOutcome, trust, instant(case["now"]))
    except Refused as refused:
        found = verdict(refused)

    assert expected_of(case).reason == found.reason
    assert case.get("cause") in (None, found.cause)


@pytest.mark.parametrize("case", cases("orders.json"))
def test_order(case: Case, trust: Trust) -> None:
    found = Verdict()

    try:
        verify_order(
            signed(case["signed"]),
            pb.ProvideOrder,
            trust,
            hub_oin=Oin(case["hub_oin"]),
            source_oin=Oin(case["source_oin"]),
            now=instant(case["now"]),
        )
    except Refused as refused:
        found = verdict(refused)

    assert expected_of(case).reason == found.reason
    assert case.get("cause") in (None, found.cause)


@pytest.mark.parametrize("case", cases("statuses.json"))
def test_status(case: Case) -> None:
    """What our SDK reads in it."""
    status = bytes.fromhex(case["status"])
    trailing = grpc.aio.Metadata(("grpc-status-details-bin", status))
    error = grpc.aio.AioRpcError(
        grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), trailing, "made up"
    )

    found = translate(error, "hub.example:7443")

    reads = case["reads"]
    if isinstance(found, Told):
        assert reads["reason"] == found.reason
        assert (reads["field"], reads["metadata"]) == (found.field, found.metadata)
        assert reads["retry_seconds"] == (found.retry_after or 0)
    else:
        assert "" == reads["reason"]


def expected_of(case: Case) -> Verdict:
    return Verdict(case.get("reason", ""), case.get("field", ""), case.get("cause", ""))


def verdict(refused: Refused) -> Verdict:
    """Return what a refusal says; the cause is in `cause` or, of a receipt, in `problem`."""
    problem = refused.metadata.get("cause", refused.metadata.get("problem", ""))
    cause = problem if problem.isupper() else ""
    return Verdict(str(refused.reason), refused.field or "", cause)


def proof_hub(case: Case) -> Oin:
    return Oin(case["hub_receipt"]["reads"]["hub_oin"])


def exchange(fields: Case) -> Exchange:
    return Exchange(
        hub_oin=Oin(fields["hub_oin"]),
        sender_oin=Oin(fields["sender_oin"]),
        receiver_oin=Oin(fields["receiver_oin"]),
        message_id=UUID(fields["message_id"]),
        header_digest=bytes.fromhex(fields["header_digest"]),
        payload_size=fields["payload_size"],
        payload_sha256=bytes.fromhex(fields["payload_sha256"]),
    )


def signed(text: str) -> Signed:
    return signed_of(message(text))


def message(text: str) -> pb.Signed:
    return pb.Signed.FromString(bytes.fromhex(text))


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


async def chunks(texts: list[str]) -> AsyncIterator[las_service_pb2.DeliverRequest]:
    for text in texts:
        chunk = pb.Chunk(data=bytes.fromhex(text))
        yield las_service_pb2.DeliverRequest(chunk=chunk)


def _pem(chain: list[bytes]) -> str:
    certificates = [x509.load_der_x509_certificate(each) for each in chain]
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in certificates)
