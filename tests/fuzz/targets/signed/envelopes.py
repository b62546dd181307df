"""What is signed, once it has been verified: headers, stamps, receipts and acceptances."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from google.protobuf.message import Message

from fuzz.shaping import joined, patched, selector_of
from fuzz.target import Target, told
from support.builders.envelopes import MESSAGE_ID, NOW, SENDER, header, header_bytes
from support.vectors.acceptances import acceptance
from support.vectors.outcomes import outcome
from wissel.clients.testing.cast import DUO, HUB, NOORD, SWV, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.acceptance import acceptance_fields, read_acceptance
from wissel.routing.exchange.envelope import (
    Address,
    EnvelopeContext,
    EnvelopeHeader,
    Kind,
    freshness,
)
from wissel.routing.exchange.kinds import check_kind
from wissel.routing.exchange.messages import read_header
from wissel.routing.exchange.outcome import outcome_fields, read_outcome
from wissel.routing.exchange.receipt_messages import (
    hub_receipt_fields,
    read_hub_receipt,
    read_receiver_receipt,
    read_stamp,
    receiver_receipt_fields,
    stamp_fields,
)
from wissel.routing.exchange.receipts import Exchange, HubReceipt, ReceiverReceipt, RouteStamp
from wissel.routing.facts import Service
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Namespace,
    RoutingKey,
    ServiceCode,
    Vestiging,
)
from wissel.routing.values.person_numbers import holds_person_number

_SERVICE: Final = Service(code=ServiceCode("OSO_OV"), name="OSO", owner=DUO.oin, forwardable=True)
_ENDPOINT: Final = UUID("6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b02")

HEADERS: Final = (
    header(),
    header(
        kind=Kind.WITHIN_BRIN,
        sender=Address(
            organisation=SENDER,
            vestiging=Vestiging("99XA02"),
            routing_key=RoutingKey("0000000700099XA00002"),
        ),
        receiver=Address(organisation=SENDER, aanleverpunt=Aanleverpunt("101")),
    ),
    header(
        kind=Kind.SWV,
        service=ServiceCode("OSO_SWV"),
        receiver=Address(organisation=SWV),
        content_type="application/zip",
        correlation_id=UUID("6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b03"),
    ),
    header(version=Namespace("http://wissel.example/oso/2026"), initiator="a" * 64),
)
"""A header of each kind."""

EXCHANGE: Final = Exchange(
    hub_oin=HUB.oin,
    sender_oin=NOORD.oin,
    receiver_oin=ZUID.oin,
    message_id=MESSAGE_ID,
    header_digest=hashlib.sha256(header_bytes(HEADERS[0])).digest(),
    payload_size=HEADERS[0].payload_size,
    payload_sha256=HEADERS[0].payload_sha256,
)
STAMP: Final = RouteStamp(
    hub_oin=HUB.oin,
    sender_oin=NOORD.oin,
    receiver_oin=ZUID.oin,
    message_id=MESSAGE_ID,
    header_digest=EXCHANGE.header_digest,
    routing_key=RoutingKey("0000000700099XB00000"),
    endpoint_id=_ENDPOINT,
    registry_revision=7,
    attempt=1,
    issued=NOW,
    expires=NOW.replace(minute=5),
)
RECEIVED: Final = ReceiverReceipt(
    signer_oin=ZUID.oin, exchange=EXCHANGE, received=NOW, stamp_digest=bytes(32)
)


def stamp_bytes(value: RouteStamp) -> bytes:
    """Return the stamp as it is signed."""
    return pb.RouteStamp(**stamp_fields(value)).SerializeToString()


def received_bytes(value: ReceiverReceipt) -> bytes:
    """Return the receiver's receipt as it is signed."""
    return pb.ReceiverReceipt(**receiver_receipt_fields(value)).SerializeToString()


def delivered_bytes(value: HubReceipt) -> bytes:
    """Return the hub's receipt as it is signed."""
    return pb.HubReceipt(**hub_receipt_fields(value)).SerializeToString()


DELIVERED: Final = HubReceipt(
    signer_oin=HUB.oin,
    exchange=EXCHANGE,
    delivered=NOW,
    sender_mandate_id=None,
    receiver_mandate_id=UUID("6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b04"),
    endpoint_id=_ENDPOINT,
    registry_revision=7,
    receiver_receipt_digest=hashlib.sha256(received_bytes(RECEIVED)).digest(),
)


def context_bytes(value: EnvelopeHeader) -> bytes:
    """Return the context within a header as it is signed."""
    return pb.EnvelopeHeader.FromString(header_bytes(value)).context


def header_around(inner: bytes) -> bytes:
    """Return a header around the bytes of a context."""
    size, digest = HEADERS[0].payload_size, HEADERS[0].payload_sha256
    return pb.EnvelopeHeader(
        context=inner, payload_size=size, payload_sha256=digest
    ).SerializeToString()


def _header_in(data: bytes) -> bytes:
    """Return raw bytes for 0, else a header whose context the pieces changed."""
    base, recipe = data[0] % (len(HEADERS) + 1), data[1:]
    if base == 0:
        return recipe
    inner = context_bytes(HEADERS[base - 1])
    return header_around(patched(inner, pb.EnvelopeContext.DESCRIPTOR, recipe))


def _check_header(data: bytes) -> str:
    if not data:
        return "nothing"
    try:
        found = read_header(_header_in(data), pb.EnvelopeHeader, pb.EnvelopeContext)
        require_sound(found)
        freshness(found.context, NOW)
        check_kind(found.context, _SERVICE)
    except Refused as refused:
        return told(refused)
    return f"accepted {found.context.kind}"


def require_sound(found: EnvelopeHeader) -> None:
    """Whatever was read says the same when it is written, and names no pupil."""
    again = read_header(header_bytes(found), pb.EnvelopeHeader, pb.EnvelopeContext)
    assert again == found
    assert len(found.payload_sha256) == 32
    assert found.payload_size > 0
    said = found.context
    for text in (said.service, said.version or ""):
        assert not holds_person_number(text), "a person's number in the context"
    assert said.created < said.expires
    assert all(is_canonical(each) for each in _identifiers(said))


def is_canonical(value: Any) -> bool:
    """Whether an identifier is what its own type parses."""
    return type(value) is not str and type(value).parse(str(value)) == value


def _identifiers(said: EnvelopeContext) -> Iterator[Any]:
    yield from (said.hub_oin, said.sender_oin, said.service)
    for end in (said.sender, said.receiver):
        yield end.organisation
        yield from filter(None, (end.vestiging, end.routing_key, end.aanleverpunt))


_PARTIES: Final = ("hub_oin", "sender_oin", "receiver_oin", "caller_oin", "signatory")
Read = Callable[[bytes, Any], Any]
"""One of the readers of `receipt_messages`."""


def paper(name: str, kind: type[Message], base: bytes, read: Read, write: Read) -> Target:
    """Return the target of a message that is read as a whole: raw for 0, else by pieces."""

    fields: Any = kind.DESCRIPTOR

    def check(data: bytes) -> str:
        if not data:
            return "nothing"
        changed = data[1:] if data[0] % 2 == 0 else patched(base, fields, data[1:])
        try:
            found = read(changed, kind)
        except Refused as refused:
            return told(refused)
        assert read(write(found, kind), kind) == found
        about: Any = getattr(found, "exchange", found)
        named = [getattr(about, name, about.hub_oin) for name in _PARTIES]
        assert all(is_canonical(each) for each in named)
        return "accepted"

    def seeds() -> Iterable[bytes]:
        yield b"\0" + base
        yield b"\1"
        yield from (b"\1" + each for each in changes())

    return Target(name=name, check=check, seeds=seeds)


def changes() -> Iterator[bytes]:
    """Yield recipes that change one field each to something that looks like it."""
    for selector in range(40):
        for content in (
            b"",
            b"0",
            b"\xff" * 8,
            b"111222333",
            b"\x3a\xff\xf4\x41\x7f",
            b"x" * 65,
        ):
            yield joined([(selector, content)])


def _header_seeds() -> Iterable[bytes]:
    kind = pb.EnvelopeContext.DESCRIPTOR
    for number, each in enumerate(HEADERS, start=1):
        yield b"\0" + header_bytes(each)
        yield bytes([number])
    yield from (b"\1" + each for each in changes())
    last = (253_370_764_799).to_bytes(8, "big")
    moments = [("created_time", "seconds"), ("expire_time", "seconds")]
    yield b"\1" + joined((selector_of(kind, *each), last) for each in moments)


def written(fields: Callable[[Any], dict[str, Any]]) -> Read:
    """Return what writes a message of the fields that this gives."""
    return lambda found, kind: kind(**fields(found)).SerializeToString()


TARGETS: Final = (
    Target(name="header", check=_check_header, seeds=_header_seeds),
    paper("stamp", pb.RouteStamp, stamp_bytes(STAMP), read_stamp, written(stamp_fields)),
    paper(
        "receiver_receipt",
        pb.ReceiverReceipt,
        received_bytes(RECEIVED),
        read_receiver_receipt,
        written(receiver_receipt_fields),
    ),
    paper(
        "hub_receipt",
        pb.HubReceipt,
        delivered_bytes(dataclasses.replace(DELIVERED, revocation_stale=True)),
        read_hub_receipt,
        written(hub_receipt_fields),
    ),
    paper(
        "acceptance",
        pb.AgreementAcceptance,
        acceptance(),
        read_acceptance,
        written(acceptance_fields),
    ),
    paper(
        "outcome",
        pb.DeliveryOutcome,
        outcome(result="REJECTED", rule_ids=["OVa.LL12"]),
        read_outcome,
        written(outcome_fields),
    ),
)
