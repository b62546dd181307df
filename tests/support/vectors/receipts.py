"""exchanges.json and receipts.json: whole deliveries, and what their receipts must satisfy."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from support.vectors import messages
from support.vectors.identities import AT, KINDS, Identities
from support.vectors.messages import DAY, MINUTE, moment, serialized
from support.vectors.signing import Case, Notary
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.signing.dsse import (
    ENVELOPE_HEADER,
    HUB_RECEIPT,
    RECEIVER_RECEIPT,
    ROUTE_STAMP,
    pae,
)

_TYPES: dict[str, tuple[str, type[Message]]] = {
    "header": (ENVELOPE_HEADER, pb.EnvelopeHeader),
    "stamp": (ROUTE_STAMP, pb.RouteStamp),
    "receiver_receipt": (RECEIVER_RECEIPT, pb.ReceiverReceipt),
    "hub_receipt": (HUB_RECEIPT, pb.HubReceipt),
}
_SIGNERS = {"header": NOORD, "stamp": HUB, "receiver_receipt": ZUID, "hub_receipt": HUB}


def exchanges(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield one delivery for each kind of key, byte for byte: bytes, PAE, signed, as JSON."""
    header = messages.header()
    stamp = messages.stamp(header)
    receiver = messages.receiver_receipt(header, stamp)
    payloads = {
        "header": header,
        "stamp": stamp,
        "receiver_receipt": receiver,
        "hub_receipt": messages.hub_receipt(header, receiver),
    }
    for kind in KINDS:
        parts: Case = {}
        for name, payload in payloads.items():
            payload_type, message_type = _TYPES[name]
            signer = f"{_SIGNERS[name].name}-{kind}"
            parts[name] = {
                "signer": signer,
                "payload_type": payload_type,
                "payload": payload.hex(),
                "pae": pae(payload_type, payload).hex(),
                "signed": serialized(notary.sign(who.by_name[signer], payload_type, payload)).hex(),
                "reads": _readable(message_type.FromString(payload)),
            }
        parts["header"]["context_reads"] = _readable(messages.context())
        yield {"name": kind, "at": AT.isoformat(), "dossier": messages.PAYLOAD.hex()} | parts


def receipts(who: Identities, notary: Notary) -> Iterator[Case]:
    """Yield pairs of receipts with the exchange that they must prove, each with its verdict."""
    header = messages.header()
    stamp = messages.stamp(header)

    def pair(
        name: str,
        why: str,
        *,
        proves: bool = False,
        cause: str = "",
        receiver: dict[str, Any] | None = None,
        hub: dict[str, Any] | None = None,
        signers: tuple[str, str] = ("zuid-p256", "hub-p256"),
        types: tuple[str, str] = (RECEIVER_RECEIPT, HUB_RECEIPT),
        unknown: tuple[bool, bool] = (False, False),
    ) -> Case:
        first = messages.receiver_receipt(header, stamp, **(receiver or {}))
        first = messages.with_unknown_field(first) if unknown[0] else first
        second = messages.hub_receipt(header, first, **(hub or {}))
        second = messages.with_unknown_field(second) if unknown[1] else second
        expected = {
            key: value.hex() if isinstance(value, bytes) else value
            for key, value in messages.exchange(header).items()
        }
        verdict: Case = (
            {"proves": True} if proves else {"proves": False, "reason": "RECEIPT_INVALID"}
        )
        return {
            "name": name,
            "why": why,
            **verdict,
            **({"cause": cause} if cause else {}),
            "hub_oin": HUB.oin,
            "expected": expected,
            "receiver_receipt": serialized(
                notary.sign(who.by_name[signers[0]], types[0], first)
            ).hex(),
            "hub_receipt": serialized(notary.sign(who.by_name[signers[1]], types[1], second)).hex(),
        }

    for kind in KINDS:
        signers = (f"zuid-{kind}", f"hub-{kind}")
        yield pair(kind, "as they must be", proves=True, signers=signers)
    delivered = moment(AT + dt.timedelta(seconds=2))
    yield pair(
        "no-sender-mandate",
        "a sender that needed no mandate",
        proves=True,
        hub={"sender_mandate_id": ""},
    )
    within = {"received_time": moment(AT + 4 * MINUTE)}
    yield pair("received-within-tolerance", "clocks differ", proves=True, receiver=within)
    yield pair(
        "received-later",
        "six minutes after the hub says that it was delivered",
        receiver={"received_time": moment(AT + 6 * MINUTE)},
        hub={"delivered_time": delivered},
    )
    yield from (
        pair(f"receiver-other-{name}", f"the receiver's {name} is another", receiver={name: value})
        for name, value in _others().items()
    )
    yield from (
        pair(
            f"both-other-{name}",
            f"in both receipts the {name} is not that of the expected exchange",
            receiver={name: value},
            hub={name: value},
        )
        for name, value in _others().items()
    )
    swapped = (HUB_RECEIPT, HUB_RECEIPT)
    cause = "PAYLOAD_TYPE_UNEXPECTED"
    yield pair("receiver-type", "signed as a hub's receipt", cause=cause, types=swapped)
    yield pair("receiver-role", "its role is HUB", receiver={"role": "HUB"})
    yield pair("hub-role", "its role is RECEIVER", hub={"role": "RECEIVER"})
    yield pair("receiver-signer", "signed by another", signers=("stranger-p256", "hub-p256"))
    yield pair("hub-signer", "signed by another", signers=("zuid-p256", "stranger-p256"))
    yield pair("receiver-unknown-field", "field 99", unknown=(True, False))
    yield pair("hub-unknown-field", "field 99", unknown=(False, True))
    yield pair("hub-other-receipt", "another digest", hub={"receiver_receipt_digest": bytes(32)})
    early = {"delivered_time": moment(AT - 100 * DAY)}
    yield pair("hub-certificate-not-yet-valid", "at the time that it states", hub=early)


def _others() -> dict[str, Any]:
    """Return for each field of an exchange another value."""
    return {
        "message_id": messages.ENDPOINT_ID,
        "header_digest": bytes(32),
        "payload_size": 1,
        "payload_sha256": bytes(32),
        "sender_oin": ZUID.oin,
    }


def _readable(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)
