"""exchanges.json: whole deliveries, byte for byte."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from support.vectors import messages
from support.vectors.identities import AT, KINDS, Identities
from support.vectors.messages import serialized
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


def _readable(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)
