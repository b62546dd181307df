"""Envelopes for tests: one that is right, and a way to make it wrong."""

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

from wissel.clients.testing.cast import HUB, NOORD
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import (
    Address,
    Attestation,
    EnvelopeContext,
    EnvelopeHeader,
    Kind,
)
from wissel.routing.exchange.messages import context_fields, header_fields
from wissel.routing.values.identifiers import Brin, ServiceCode

NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
MESSAGE_ID = UUID("6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b01")
SENDER = Brin("99XA")
RECEIVER = Brin("99XB")
PAYLOAD = b"<dossier/>" * 20_000


def context(**changes: Any) -> EnvelopeContext:
    """Return the context of an overstapdossier from 99XA to 99XB, but for `changes`."""
    created = changes.pop("created", NOW)
    values: dict[str, Any] = {
        "message_id": MESSAGE_ID,
        "created": created,
        "expires": created + dt.timedelta(days=7),
        "hub_oin": HUB.oin,
        "sender_oin": NOORD.oin,
        "sender": Address(organisation=SENDER),
        "receiver": Address(organisation=RECEIVER),
        "service": ServiceCode("OSO_OV"),
        "kind": Kind.OVERSTAP,
        "content_type": "application/xml",
        "initiator": "account-7f3a",
        "attestation": Attestation(inzage=True, inzage_date=created.date(), toestemming="Ja"),
    }
    return EnvelopeContext(**{**values, **changes})


def header(payload: bytes = PAYLOAD, **changes: Any) -> EnvelopeHeader:
    """Return the header for a payload; `changes` are the context's."""
    return EnvelopeHeader(
        context=context(**changes),
        payload_size=len(payload),
        payload_sha256=hashlib.sha256(payload).digest(),
    )


def header_bytes(value: EnvelopeHeader) -> bytes:
    """Return the header as it is signed."""
    inner = dossier_pb2.EnvelopeContext(**context_fields(value.context)).SerializeToString()
    return dossier_pb2.EnvelopeHeader(**header_fields(value, inner)).SerializeToString()
