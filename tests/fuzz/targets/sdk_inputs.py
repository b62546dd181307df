"""What a vendor is handed: receipts in an answer or a file, its outbox, a dossier to send."""

import base64
import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from google.protobuf import json_format

from fuzz.shaping import patched, piece
from fuzz.target import Target, told
from fuzz.targets.signed.envelopes import (
    DELIVERED,
    EXCHANGE,
    RECEIVED,
    delivered_bytes,
    received_bytes,
)
from fuzz.targets.signed.signatures import KNOWN
from fuzz.world import HUB_LEAF, NOORD_LEAF, PATHS, ZUID_LEAF, folder, material, sealed
from support.builders.envelopes import NOW
from wissel.clients.errors import ReceiptUntrusted, StorageError
from wissel.clients.sending.dossier import read_dossier
from wissel.clients.sending.entry import Entry
from wissel.clients.sending.outbox import Outbox
from wissel.clients.sending.receipts import check_receipts, prove_written, receipts_in, record_of
from wissel.clients.testing.cast import HUB, NOORD
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.envelope import CONTENT_TYPES, TOESTEMMING, Kind
from wissel.routing.exchange.proof import Demanded
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.dsse import HUB_RECEIPT, RECEIVER_RECEIPT, Signed
from wissel.traffic.v1 import traffic_service_pb2

_NOORD: Final = material(NOORD.oin, NOORD_LEAF)


def _message(signed: Signed) -> pb.Signed:
    return pb.Signed(**signed_fields(signed))


_HUB_RECEIPT: Final = _message(sealed(delivered_bytes(DELIVERED), HUB_RECEIPT, HUB_LEAF))
_RECEIVED: Final = _message(sealed(received_bytes(RECEIVED), RECEIVER_RECEIPT, ZUID_LEAF))
_ENTRY: Final = Entry(
    message_id=EXCHANGE.message_id,
    hub_oin=HUB.oin,
    path=Path("dossier.xml"),
    payload_size=EXCHANGE.payload_size,
    payload_sha256=EXCHANGE.payload_sha256.hex(),
    signed_header=_message(KNOWN[0]).SerializeToString(),
)
_ANSWER: Final = traffic_service_pb2.ForwardEnvelopeResponse(
    message_id=str(EXCHANGE.message_id),
    hub_receipt=_HUB_RECEIPT,
    receiver_receipt=_RECEIVED,
    routing_key="0000000700099XB00000",
)


def _harmless(text: str) -> str:
    assert text.isprintable(), "this steers a terminal"
    return text


def _check_answer(data: bytes) -> str:
    """Read the answer of a hub to a message that was sent: raw for 0, else by pieces."""
    fields: Any = _ANSWER.DESCRIPTOR
    kind, rest = traffic_service_pb2.ForwardEnvelopeResponse, data[1:]
    raw = data[:1] == b"\0"
    written = rest if raw else patched(_ANSWER.SerializeToString(), fields, rest)
    try:
        answer = kind.FromString(written)
    except Exception:  # noqa: BLE001 - gRPC refuses what is no message, with protobuf's own error
        return "no message"
    try:
        receipt = check_receipts(answer, _ENTRY, _NOORD, NOW)
    except ReceiptUntrusted as untrusted:
        return _harmless(str(untrusted))[-24:]
    assert answer.hub_receipt.payload == _HUB_RECEIPT.payload
    assert answer.receiver_receipt.payload == _RECEIVED.payload
    assert (receipt.message_id, receipt.receiver_oin) == (_ENTRY.message_id, EXCHANGE.receiver_oin)
    kept = receipts_in(json.loads(json.dumps(record_of(receipt))))
    assert kept == (answer.hub_receipt, answer.receiver_receipt)
    return f"delivered {receipt.replayed}"


def _check_proof_file(data: bytes) -> str:
    """Read a file that is said to hold both receipts, as the outbox or a command wrote it."""
    try:
        written = json.loads(data)
    except (ValueError, RecursionError) as error:
        return type(error).__name__
    try:
        proof = prove_written(written, PATHS, Demanded(hub_oin=HUB.oin, now=NOW))
    except ValueError as error:
        return _harmless(str(error))[:12]
    except Refused as refused:
        return told(refused)
    assert proof.hub.exchange == EXCHANGE
    return "proven"


def _check_outbox(data: bytes) -> str:
    """Read an entry of the outbox that something else has written over."""
    box = folder() / "outbox"
    outbox = _outbox(box)
    path = box / "pending" / "entry.json"
    path.write_bytes(data)
    try:
        (found,) = outbox.pending()
    except StorageError:
        return "damaged"
    assert isinstance(found.message_id, UUID)
    assert found.payload_size > 0
    os.fsencode(found.path)
    pb.Signed.FromString(found.signed_header)
    return "read"


@cache
def _outbox(box: Path) -> Outbox:
    return Outbox(box)


def _check_dossier(data: bytes) -> str:
    """Read the head of a file that is to be sent: raw for 0, else inside a dossier."""
    if not data:
        return "nothing"
    form = _FORMS[data[0] % len(_FORMS)]
    path = folder() / "dossier.xml"
    path.write_bytes(form.replace(b"@", data[1:]))
    facts = read_dossier(path)
    given = facts.attestation
    assert facts.kind in Kind
    assert facts.content_type in CONTENT_TYPES
    assert given.toestemming in TOESTEMMING
    assert given.inzage or given.inzage_date is None
    assert facts.readable == (not facts.note)
    assert facts.note.isprintable()
    assert facts.readable or facts.kind is Kind.OVERSTAP
    return f"{facts.kind} {given.inzage} {given.toestemming} {facts.note[33:60]}"


_WRITERS: Final[tuple[Callable[[pb.Signed], object], ...]] = (
    lambda signed: base64.b64encode(signed.SerializeToString()).decode(),
    json_format.MessageToDict,
    lambda signed: json_format.MessageToDict(signed, preserving_proto_field_name=True),
)
"""How a receipt stands in a file: as the outbox keeps it, as our command and grpcurl print it."""

_SPACE: Final = b'xmlns="http://www.edustandaard.nl/oso_gegevensset/2019/dossier"'
_FORMS: Final = (
    b"@",
    b"<dossier " + _SPACE + b">@</dossier>",
    b"<dossier " + _SPACE + b"><overdrachtsoort>@</overdrachtsoort><huidigeschool/></dossier>",
    b"<dossier "
    + _SPACE
    + b"><overdrachtsoort>swv-dossier</overdrachtsoort><inzage>@</inzage></dossier>",
    b"<!DOCTYPE d [@]><dossier " + _SPACE + b">&a;</dossier>",
)
_TEXTS: Final = (
    b"",
    b"PK\x03\x04",
    b"\xef\xbb\xbf<dossier/>",
    b"<dossier/>",
    "<?xml version='1.0' encoding='UTF-16'?><dossier/>".encode("utf-16"),
    b"overstapdossier",
    b"overdrachtbinnenbrin",
    b"<inzage>true</inzage><inzagedatum>2026-05-11</inzagedatum><toestemming>Ja</toestemming>",
    b"<inzage>1</inzage><inzagedatum>2026-02-30</inzagedatum><toestemming>Misschien</toestemming>",
    b"<overdrachtsoort><a>swv-dossier</a></overdrachtsoort>",
    b"<overdrachtsoort><![CDATA[swv-dossier]]><!-- x --><?x y?></overdrachtsoort>",
    b"<a>" * 300,
    b"<!ENTITY a 'b'>",
    b"<!ENTITY a SYSTEM 'file:///etc/passwd'>",
    b"<!ENTITY b 'cccccccccc'><!ENTITY a '&b;&b;&b;&b;&b;&b;&b;&b;'>",
    b"&#0;",
    b"&#x110000;",
    b"\xff",
)


def _dossier_seeds() -> Iterable[bytes]:
    for form in range(len(_FORMS)):
        yield from (bytes([form]) + text for text in _TEXTS)


def _answer_seeds() -> Iterable[bytes]:
    yield b"\0" + _ANSWER.SerializeToString()
    yield b"\1"
    for selector in range(20):
        for content in (b"", b"\1", _RECEIVED.payload, _HUB_RECEIPT.payload):
            yield b"\1" + piece(selector, content)


def _proof_file_seeds() -> Iterable[bytes]:
    for hub, receiver in (("hub_receipt", "receiver_receipt"), ("hubReceipt", "receiverReceipt")):
        for write in _WRITERS:
            yield json.dumps({hub: write(_HUB_RECEIPT), receiver: write(_RECEIVED)}).encode()
    yield b"[" * 3000
    yield from (b"", b"[]", b"1", b"{}", b'{"hub_receipt": 1}', b'{"hub_receipt": "\\ud800"}')


_VALUES: Final[tuple[object, ...]] = (
    *(None, 1, -1, 1e400, [], {}),
    *("", "\0", "\ud800", "\udcff", "0" * 5000),
)


def _outbox_seeds() -> Iterable[bytes]:
    box = folder() / "seed"
    outbox = Outbox(box)
    outbox.add(_ENTRY)
    (path,) = (box / "pending").glob("*.json")
    good = path.read_bytes()
    path.unlink()
    yield good
    fields = json.loads(good)
    for name in fields:
        for odd in _VALUES:
            yield json.dumps(fields | {name: odd}).encode()
    yield from (b"", b"[]", b"1", b"{}", b"\xff", b"[" * 3000)


TARGETS: Final = (
    Target(name="answer", check=_check_answer, seeds=_answer_seeds),
    Target(name="proof_file", check=_check_proof_file, seeds=_proof_file_seeds, max_bytes=8192),
    Target(name="outbox", check=_check_outbox, seeds=_outbox_seeds),
    Target(name="dossier", check=_check_dossier, seeds=_dossier_seeds),
)
