"""What docs/protocol.md tells vendors is what hub and SDK do."""

import re
from typing import Final

import pytest

from support.paths import ROOT
from wissel.clients.las.server import MAX_PAYLOAD, PING_MS
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.las.v1 import las_service_pb2
from wissel.routing.exchange import delivery, envelope
from wissel.routing.facts import Role
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing import dsse, keys, path_choice
from wissel.server.courier.bounds import Limits
from wissel.server.rpc import server
from wissel.server.rpc.calls.policy import POLICY
from wissel.server.rpc.calls.status import MAX_DETAILS

TEXT: Final = (ROOT / "docs" / "protocol.md").read_text()
KIB: Final = 1024
LIMITS: Final = Limits()
BOUNDS: Final = server.Bounds(resolve_per_minute=1, lookup_per_minute=1)
FIGURES: Final = [
    ("RSA key of {:,} to", keys.MINIMUM_RSA_BITS),
    ("to {:,} bits or one on", keys.MAXIMUM_RSA_BITS),
    ("intermediates (at most {})", path_choice.MAX_INTERMEDIATES),
    ("a ping every {:g} seconds", 2 * BOUNDS.ping_seconds),
    ("a ping every {:g} seconds", 2 * PING_MS / 1000),
    ("pings itself after {} quiet", server._KEEPALIVE_MS // 1000),
    ("an answer within {}", server._KEEPALIVE_TIMEOUT_MS // 1000),
    ("At most {}, 12 KiB together", dsse.MAX_CERTIFICATES),
    ("At most 4, {} KiB together", dsse.MAX_CHAIN_BYTES // KIB),
    ("whole `Signed` has at most {} KiB", envelope.MAX_HEADER_BYTES // KIB),
    ("by {} days at most", envelope.LIFETIME.days),
    ("all but the last at least {} KiB", envelope.MIN_CHUNK_BYTES // KIB),
    ("A payload has at most {} MiB", MAX_PAYLOAD // KIB // KIB),
    ("nothing for {:g} seconds", LIMITS.idle),
    ("each chunk within {:g} seconds", LIMITS.idle),
    ("Clocks may differ by {:g} minutes", envelope.SKEW.total_seconds() / 60),
    ("asks the receiver for {} days", delivery.REMEMBERED.days),
    ("({} days after it came", delivery.REMEMBERED.days),
    ("Details stay within {} KiB", MAX_DETAILS // KIB),
]


@pytest.mark.parametrize(("sentence", "value"), FIGURES)
def test_a_figure_is_that_of_the_code(sentence: str, value: float) -> None:
    assert sentence.format(value) in TEXT


def test_every_method_that_a_vendor_may_call_is_listed() -> None:
    """And none besides."""
    rows = re.findall(r"^\| `(wissel[\w.]+)` \| (.+) \|$", TEXT, re.MULTILINE)
    listed = {
        f"/{service}/{method}"
        for service, methods in rows
        for method in re.findall(r"`(\w+)`", methods)
    } - {"/wissel.las.v1.LasService/"}
    may = {name for name, row in POLICY.items() if Role.VENDOR in row.who}
    always = {name for name in may if POLICY[name].always}

    assert listed == (may - always) | {"/wissel.party.v1.PartyService/WhoAmI"}


def test_what_a_chain_partner_may_call_is_as_it_is_told() -> None:
    whole = {"RouteService", "CatalogService", "PartyService", "SchoolService"}
    whole |= {"SamenwerkingsverbandService"}
    single = {"ValidateMandate", "LookupEndpoints", "GetMandate", "ListMandates"}
    single |= {"ListHistory", "WatchMandates"}
    vendors = {name for name, row in POLICY.items() if Role.VENDOR in row.who}
    partners = {name for name, row in POLICY.items() if Role.CHAIN_PARTNER in row.who}
    told = {
        name
        for name in vendors
        if name.split("/")[1].rpartition(".")[2] in whole or name.rpartition("/")[2] in single
    }
    told |= {
        f"/wissel.mandate.v1.MandateService/{method}"
        for method in ("ListPendingMandates", "ProcessMandate")
    }

    told -= {
        f"/wissel.party.v1.PartyService/{method}"
        for method in ("UpdateSystem", "RegisterSystemKey", "EndSystemKey", "ListSystemKeys")
    }
    assert told == {name for name in partners if name.startswith("/wissel.")}


def test_an_operator_may_call_all_but_what_is_for_others_to_do_themselves() -> None:
    kept = {name for name, row in POLICY.items() if Role.OPERATOR not in row.who}

    assert kept == {
        "/wissel.traffic.v1.TrafficService/ForwardEnvelope",
        "/wissel.traffic.v1.TrafficService/ReportOutcome",
        "/wissel.traffic.v1.TransferService/StartTransfer",
        "/wissel.traffic.v1.TransferService/CheckTransfer",
        "/wissel.traffic.v1.TransferService/FetchDossier",
        "/wissel.traffic.v1.TransferService/SignOffTransfer",
        "/wissel.traffic.v1.TransferService/AnnounceNotification",
        "/wissel.party.v1.PartyService/RegisterSystemKey",
        "/wissel.party.v1.PartyService/EndSystemKey",
        "/wissel.agreement.v1.AgreementService/AcceptAgreement",
        "/wissel.mandate.v1.MandateService/ListPendingMandates",
        "/wissel.mandate.v1.MandateService/ProcessMandate",
    }


TYPES: Final = sorted(
    value for value in vars(dsse).values() if str(value).startswith("application/vnd.wissel.")
)
SIGNED: Final = (
    pb.EnvelopeHeader,
    pb.RouteStamp,
    pb.ReceiverReceipt,
    pb.HubReceipt,
    pb.AgreementAcceptance,
    pb.DeliveryOutcome,
    pb.ProvideOrder,
    pb.SystemKey,
)
MESSAGES: Final = sorted(pb.DESCRIPTOR.message_types_by_name.items())
LAS: Final = las_service_pb2.DESCRIPTOR.services_by_name["LasService"]
JAVASCRIPT: Final = ROOT / "docs" / "examples" / "javascript"
VECTORS: Final = ROOT / "docs" / "vectors"


@pytest.mark.parametrize("payload_type", TYPES)
def test_each_payload_type_is_named_and_has_vectors(payload_type: str) -> None:
    assert f"`{payload_type}`" in TEXT
    named = f'"payload_type": "{payload_type}"'
    names = ("exchanges", "acceptances", "outcomes", "orders", "system_keys")
    files = [VECTORS / f"{name}.json" for name in names]
    assert any(named in file.read_text() for file in files)


def test_there_is_a_payload_type_for_each_signed_message() -> None:
    assert len(SIGNED) == len(TYPES)


@pytest.mark.parametrize("field", [each.name for each in pb.EnvelopeContext.DESCRIPTOR.fields])
def test_each_field_that_a_sender_fills_is_told(field: str) -> None:
    assert re.search(rf"^\| `{field}` \| ", TEXT, re.MULTILINE)


@pytest.mark.parametrize("method", [each.name for each in LAS.methods])
def test_each_method_of_a_las_is_told_and_in_the_example(method: str) -> None:
    assert f"`{method}`" in TEXT
    example = (JAVASCRIPT / "receiver.mjs").read_text()
    assert re.search(rf"^ +{method}: (\(call, callback\)|call) => ", example, re.MULTILINE)


@pytest.mark.parametrize("name", [name for name, _ in MESSAGES if name != "Chunk"])
def test_the_reader_of_the_vectors_knows_each_field(name: str) -> None:
    """It refuses what it does not know, so a field that it lacks would break whoever copied it."""
    text = (VECTORS / "wire.mjs").read_text()
    fields = pb.DESCRIPTOR.message_types_by_name[name].fields

    assert [] == [each.name for each in fields if f"{each.number}: ['{each.name}'" not in text]


def test_every_reason_that_is_named_is_one() -> None:
    """Words in capitals with an underscore are reasons, but for a few that are named here."""
    others = {"RSA_PKCS1_PSS_PADDING", "ADMINISTRATION_UNKNOWN", "OSO_OV", "OSO_SWV"}
    others |= {"VENDOR_OSR", "VENDOR_OSO", "PENDING_PERSON"}
    others |= {"VERSION_MISMATCH", "NOT_READY", "GIVEN_UP"}
    words = set(re.findall(r"`([A-Z]+(?:_[A-Z0-9]+)+)`", TEXT))
    codes = {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND", "ALREADY_EXISTS"}
    codes |= {"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"}
    states = {"STATE_UNKNOWN", "STATE_IN_PROGRESS", "STATE_RECEIVED", "STATE_REFUSED"}

    assert set() == words - others - codes - states - {str(reason) for reason in Reason}
