"""The messages of the vectors, as fields that a case may change."""

import datetime as dt
import hashlib
from typing import Any, Final

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from support.vectors.identities import AT
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb

PAYLOAD: Final = (
    b'<?xml version="1.0"?>\n<dossier>' + b"made up, of nobody; " * 12 + b"</dossier>\n"
)
MESSAGE_ID: Final = "6b7f0c6e-5f0e-4c7a-9a1e-2d1c0b9a8f70"
ENDPOINT_ID: Final = "0d4f6a52-8a50-4be4-8f6a-6a2d6b0c9e11"
SENDER_MANDATE: Final = "9a1d7c3e-0b52-4d0f-8f58-7a0c2f1b6d21"
RECEIVER_MANDATE: Final = "1f6f2f0a-33c1-4c3b-9d7c-6f0b8f3f9c32"
ROUTING_KEY: Final = "0000000700099XB00933"
MINUTE: Final = dt.timedelta(minutes=1)
DAY: Final = dt.timedelta(days=1)


def moment(at: dt.datetime) -> Timestamp:
    """Return the Timestamp of an instant."""
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def digest(data: bytes) -> bytes:
    """Return the SHA-256."""
    return hashlib.sha256(data).digest()


def serialized(message: Message) -> bytes:
    """Return the bytes of a message, the same each time."""
    return message.SerializeToString(deterministic=True)


def context(**changed: Any) -> pb.EnvelopeContext:
    """Return the context of an overstapdossier from 99XA to 99XB02, an hour old."""
    fields: dict[str, Any] = {
        "message_id": MESSAGE_ID,
        "created_time": moment(AT - 60 * MINUTE),
        "expire_time": moment(AT + 7 * DAY),
        "hub_oin": HUB.oin,
        "sender_oin": NOORD.oin,
        "sender": {"brin": "99XA"},
        "receiver": {"brin": "99XB", "vestiging": "99XB02"},
        "service": "OSO_OV",
        "overdrachtsoort": "overstapdossier",
        "content_type": "application/xml",
        "content_encoding": "NONE",
        "initiator": "account-3f2a9c41",
        "attestation": {"inzage": True, "inzage_date": "2026-11-30", "toestemming": "Ja"},
    }
    return pb.EnvelopeContext(**fields | changed)


def header(inner: bytes | None = None, **changed: Any) -> bytes:
    """Return a serialized EnvelopeHeader; `inner` is its context."""
    fields: dict[str, Any] = {
        "context": serialized(context()) if inner is None else inner,
        "payload_size": len(PAYLOAD),
        "payload_sha256": digest(PAYLOAD),
    }
    return serialized(pb.EnvelopeHeader(**fields | changed))


def stamp(header_payload: bytes, **changed: Any) -> bytes:
    """Return a serialized RouteStamp for a header, from now on for two minutes."""
    fields: dict[str, Any] = {
        "hub_oin": HUB.oin,
        "sender_oin": NOORD.oin,
        "receiver_oin": ZUID.oin,
        "message_id": MESSAGE_ID,
        "header_digest": digest(header_payload),
        "routing_key": ROUTING_KEY,
        "endpoint_id": ENDPOINT_ID,
        "registry_revision": 42,
        "attempt": 1,
        "issued_time": moment(AT),
        "expire_time": moment(AT + 2 * MINUTE),
    }
    return serialized(pb.RouteStamp(**fields | changed))


def exchange(header_payload: bytes) -> dict[str, Any]:
    """Return the fields that both receipts repeat."""
    return {
        "hub_oin": HUB.oin,
        "sender_oin": NOORD.oin,
        "receiver_oin": ZUID.oin,
        "message_id": MESSAGE_ID,
        "header_digest": digest(header_payload),
        "payload_size": len(PAYLOAD),
        "payload_sha256": digest(PAYLOAD),
    }


def receiver_receipt(header_payload: bytes, stamp_payload: bytes, **changed: Any) -> bytes:
    """Return a serialized ReceiverReceipt."""
    fields: dict[str, Any] = exchange(header_payload) | {
        "role": "RECEIVER",
        "signer_oin": ZUID.oin,
        "received_time": moment(AT + dt.timedelta(seconds=1)),
        "stamp_digest": digest(stamp_payload),
    }
    return serialized(pb.ReceiverReceipt(**fields | changed))


def hub_receipt(header_payload: bytes, receiver_payload: bytes, **changed: Any) -> bytes:
    """Return a serialized HubReceipt."""
    fields: dict[str, Any] = exchange(header_payload) | {
        "role": "HUB",
        "signer_oin": HUB.oin,
        "delivered_time": moment(AT + dt.timedelta(seconds=2)),
        "sender_mandate_id": SENDER_MANDATE,
        "receiver_mandate_id": RECEIVER_MANDATE,
        "endpoint_id": ENDPOINT_ID,
        "registry_revision": 42,
        "receiver_receipt_digest": digest(receiver_payload),
    }
    return serialized(pb.HubReceipt(**fields | changed))


def with_unknown_field(data: bytes) -> bytes:
    """Return a serialized message with field 99 (a varint), which no message has."""
    return data + b"\x98\x06\x01"
