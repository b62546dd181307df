"""deliveries.json: what a receiver must say to an opening and the bytes that follow it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from support.vectors import messages
from support.vectors.identities import AT, Identities, Keyed
from support.vectors.messages import (
    DAY,
    MESSAGE_ID,
    MINUTE,
    PAYLOAD,
    context,
    header,
    moment,
    serialized,
)
from support.vectors.signing import Case, Notary
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.routing.signing.dsse import ENVELOPE_HEADER, ROUTE_STAMP

_OTHER_HUB: Final = "00000003990000020000"
_FEEDBACK: Final[dict[str, Any]] = {
    "sender": {"swv": "PO9901", "routing_key": "00000003990000050001"},
    "receiver": {"brin": "99XB"},
    "service": "OSO_SWV",
    "overdrachtsoort": "terugkoppeling",
    "attestation": None,
    "link_key": "7c1a3d52-5b0e-4c55-9d51-1f0a6b9b7a10",
}
_LATER: Final = moment(AT + 7 * DAY)
_HALF: Final = len(PAYLOAD) // 2
_WHOLE: Final = (PAYLOAD[:_HALF], PAYLOAD[_HALF:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a receiver gets: signed header, signed stamp, chunks, and when."""

    header: bytes = field(default_factory=header)
    stamp: bytes | None = None
    header_by: str = "noord-p256"
    stamp_by: str = "hub-p256"
    chunks: Sequence[bytes] = _WHOLE
    at: dt.datetime = AT

    def to_json(self, who: Identities, notary: Notary) -> Case:
        """Return the delivery as bytes in hex."""

        def signed(by: Keyed, payload_type: str, payload: bytes) -> str:
            return serialized(notary.sign(by, payload_type, payload)).hex()

        stamp = messages.stamp(self.header) if self.stamp is None else self.stamp
        return {
            "at": self.at.isoformat(),
            "hub_oin": HUB.oin,
            "receiver_oin": ZUID.oin,
            "header": signed(who.by_name[self.header_by], ENVELOPE_HEADER, self.header),
            "stamp": signed(who.by_name[self.stamp_by], ROUTE_STAMP, stamp),
            "chunks": [chunk.hex() for chunk in self.chunks],
        }


def deliveries(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield the cases, each with its verdict."""
    for name, why, delivery in _accepted():
        verdict = {"name": name, "why": why, "accepted": True}
        yield verdict | delivery.to_json(who, notary)
    for group in (_headers(), _fields(), _stamps(), _times(), _payloads()):
        for name, why, verdict_and_field, delivery in group:
            refused: Case = {"name": name, "why": why, "accepted": False}
            reason, _, fault = verdict_and_field.partition(" ")
            refused |= {"reason": reason} | ({"field": fault} if fault else {})
            yield refused | delivery.to_json(who, notary)


def _accepted() -> Iterator[tuple[str, str, Delivery]]:
    yield "whole", "all that it must be", Delivery()
    yield "one-chunk", "the last chunk may be small", Delivery(chunks=(PAYLOAD,))
    more = Delivery(chunks=(*_WHOLE, b"whatever", b""))
    yield "more-after-the-last-byte", "complete means the bytes: what follows is ignored", more
    capitals = Delivery(header=header(serialized(context(message_id=MESSAGE_ID.upper()))))
    yield "message-id-in-capitals", "the stamp has it in lower case: it is the same one", capitals
    feedback = Delivery(header=header(serialized(context(**_FEEDBACK))))
    yield "terugkoppeling", "from a samenwerkingsverband, about a link", feedback
    late = Delivery(at=AT + 6 * MINUTE)
    yield "stamp-within-tolerance", "four minutes after its expiry: clocks differ", late
    for kind in ("p384", "ed25519", "rsa"):
        signed = Delivery(header_by=f"noord-{kind}", stamp_by=f"hub-{kind}")
        yield f"signed-{kind}", "another kind of key", signed


Refusals = Iterator[tuple[str, str, str, Delivery]]


def _headers() -> Refusals:
    malformed = "HEADER_MALFORMED"
    unknown = messages.with_unknown_field
    yield "header-garbage", "no protobuf", malformed, Delivery(header=b"\xff\xff\xff")
    field_99 = Delivery(header=unknown(header()))
    yield "header-unknown-field", "field 99 of EnvelopeHeader", malformed, field_99
    inner = unknown(serialized(context()))
    yield (
        "context-unknown-field",
        "field 99 of the context",
        malformed,
        Delivery(header=header(inner)),
    )
    inner = serialized(context(sender={})) + _length_delimited(6, unknown(b"\x0a\x0499XA"))
    deep = Delivery(header=header(inner))
    yield "address-unknown-field", "field 99 of an address within", malformed, deep
    said = context(**_FEEDBACK | {"link_key": ""})
    no_link = Delivery(header=header(serialized(said)))
    yield "terugkoppeling-without-link", "its link is not named", malformed, no_link
    linked = Delivery(header=header(serialized(context(link_key=MESSAGE_ID))))
    yield "link-of-an-overstapdossier", "no other kind has one", malformed, linked
    by_another = Delivery(header_by="stranger-p256")
    yield "header-signer", "signed by another than it names", "SIGNER_MISMATCH", by_another
    other_hub = Delivery(header=header(serialized(context(hub_oin=_OTHER_HUB))))
    yield "header-other-hub", "made for another hub", "WRONG_HUB", other_hub


def _fields() -> Refusals:
    def says(**changed: Any) -> Delivery:
        return Delivery(header=header(serialized(context(**changed))))

    required, invalid = "FIELD_REQUIRED", "FIELD_INVALID"
    braces = says(message_id=f"{{{MESSAGE_ID}}}")
    yield "message-id-in-braces", "no UUID", "IDENTIFIER_MALFORMED message_id", braces
    yield "no-time", "not set", f"{required} created_time", says(created_time=None)
    long = says(expire_time=moment(AT - 60 * MINUTE + 30 * DAY + MINUTE))
    yield "lives-too-long", "more than 30 days", f"{invalid} expire_time", long
    ended = says(expire_time=moment(AT - 60 * MINUTE))
    yield "lives-not", "not after it was made", f"{invalid} expire_time", ended
    yield (
        "encoded",
        "NONE is all there is",
        f"{invalid} content_encoding",
        says(content_encoding="gzip"),
    )
    yield (
        "type-unknown",
        "not of the three",
        f"{invalid} content_type",
        says(content_type="text/xml"),
    )
    yield "no-initiator", "not said", f"{required} initiator", says(initiator="")
    yield (
        "initiator-number",
        "nine digits alone",
        f"{invalid} initiator",
        says(initiator="123456782"),
    )
    sender = {"brin": "99XA", "aanleverpunt": "2"}
    point = f"{invalid} sender.aanleverpunt"
    yield "sender-aanleverpunt", "only a receiver has one", point, says(sender=sender)
    elsewhere = says(receiver={"brin": "99XB", "vestiging": "99XC02"})
    where = "IDENTIFIER_MALFORMED receiver.vestiging"
    yield "vestiging-of-another", "a location of another school", where, elsewhere
    unseen = says(attestation={"inzage_date": "2026-11-30"})
    day = f"{invalid} attestation.inzage_date"
    yield "day-without-inzage", "it contradicts itself", day, unseen
    short = Delivery(header=header(payload_sha256=bytes(31)))
    yield "digest-short", "31 bytes", f"{invalid} payload_sha256", short
    empty = Delivery(header=header(payload_size=0))
    yield "size-zero", "a payload has at least a byte", f"{invalid} payload_size", empty


def _stamps() -> Refusals:
    def stamped(**changed: Any) -> Delivery:
        return Delivery(stamp=messages.stamp(header(), **changed))

    invalid, not_mine = "STAMP_INVALID", "STAMP_NOT_MINE"
    yield (
        "stamp-signer",
        "signed by another than the hub",
        invalid,
        Delivery(stamp_by="stranger-p256"),
    )
    yield "stamp-other-hub", "it names another hub", invalid, stamped(hub_oin=_OTHER_HUB)
    unknown = messages.with_unknown_field(messages.stamp(header()))
    yield "stamp-unknown-field", "field 99 of RouteStamp", invalid, Delivery(stamp=unknown)
    elsewhere = stamped(receiver_oin=NOORD.oin)
    yield "stamp-other-receiver", "it is for another party", not_mine, elsewhere
    other = Delivery(stamp=messages.stamp(b"another header"))
    yield "stamp-other-header", "its digest is another header's", invalid, other
    message = stamped(message_id=messages.ENDPOINT_ID)
    yield "stamp-other-message", "it names another message", invalid, message
    yield "stamp-expired", "more than five minutes ago", invalid, Delivery(at=AT + 8 * MINUTE)
    yield "stamp-from-future", "more than five minutes ahead", invalid, Delivery(at=AT - 6 * MINUTE)


def _times() -> Refusals:
    old = {"created_time": moment(AT - 2 * DAY), "expire_time": moment(AT - 6 * MINUTE)}
    expired = Delivery(header=header(serialized(context(**old))))
    yield "header-expired", "six minutes ago", "ENVELOPE_EXPIRED", expired
    ahead = {"created_time": moment(AT + 6 * MINUTE), "expire_time": _LATER}
    early = Delivery(header=header(serialized(context(**ahead))))
    yield "header-from-future", "six minutes ahead", "ENVELOPE_FROM_FUTURE", early


def _payloads() -> Refusals:
    size = "SIZE_MISMATCH"
    yield "bytes-missing", "a byte too few", size, Delivery(chunks=(PAYLOAD[:-1],))
    yield "bytes-none", "no chunk at all", size, Delivery(chunks=())
    yield "bytes-more", "a byte too many", size, Delivery(chunks=(PAYLOAD + b"!",))
    other = PAYLOAD[:-2] + b"?" + PAYLOAD[-1:]
    yield "byte-other", "one byte is another", "DIGEST_MISMATCH", Delivery(chunks=(other,))
    hollow = Delivery(chunks=(PAYLOAD[:_HALF], b"", PAYLOAD[_HALF:]))
    yield "chunk-empty", "a chunk of no bytes", "CHUNK_INVALID", hollow


def _length_delimited(number: int, data: bytes) -> bytes:
    """Return a field of type bytes or message, of fewer than 128 bytes."""
    return bytes([number << 3 | 2, len(data)]) + data
