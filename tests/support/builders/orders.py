"""Orders, results and genuinely signed receipts for tests of deliveries."""

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from support.builders.pki import Pki
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.delivery import Order, Result, State
from wissel.routing.exchange.receipt_messages import hub_receipt_fields, receiver_receipt_fields
from wissel.routing.exchange.receipts import Exchange, HubReceipt, ReceiverReceipt
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import HUB_RECEIPT, RECEIVER_RECEIPT, Signed, Signer
from wissel.routing.values.identifiers import Oin, RoutingKey, ServiceCode

NOW: Final = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
LEASE: Final = dt.timedelta(seconds=125)
LATER: Final = NOW + LEASE
DIGEST: Final = b"\x01" * 32
DONE: Final = Result(state=State.DELIVERED, hub_receipt=b"hub", receiver_receipt=b"las")
NO: Final = Result(state=State.REFUSED, reason=Reason.RECEIVER_REFUSED, detail="FULL", text="Vol.")
FAILED: Final = Result(state=State.FAILED, reason=Reason.RECEIVER_UNREACHABLE)
UNCERTAIN: Final = Result(state=State.UNCERTAIN, reason=Reason.RECEIVER_TIMEOUT)


def order(**changes: Any) -> Order:
    """Return an order from Noord to Zuid, but for `changes`."""
    values: dict[str, Any] = {
        "sender_oin": NOORD.oin,
        "message_id": UUID(int=1),
        "header_digest": DIGEST,
        "receiver_oin": ZUID.oin,
        "sender": "99XA",
        "receiver": "99XB02",
        "service": ServiceCode("OSO_OV"),
        "kind": "overstapdossier",
        "routing_key": RoutingKey("0000000700099XB00002"),
        "endpoint_id": UUID(int=2),
        "sender_mandate_id": UUID(int=3),
        "receiver_mandate_id": UUID(int=4),
        "registry_revision": 7,
        "payload_size": 10,
        "payload_sha256": b"\x05" * 32,
        "owner": "one",
        "lease_until": NOW + LEASE,
    }
    return Order(**{**values, **changes})


EXCHANGE: Final = Exchange(
    hub_oin=HUB.oin,
    sender_oin=NOORD.oin,
    receiver_oin=ZUID.oin,
    message_id=UUID(int=7),
    header_digest=bytes(32),
    payload_size=1,
    payload_sha256=bytes(32),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A receiver's receipt, and the hub's that names it."""

    receiver: Signed
    hub: Signed


def pair(
    pki: Pki,
    *,
    received: dt.datetime,
    delivered: dt.datetime,
    receiver_oin: Oin = ZUID.oin,
    exchange: Exchange = EXCHANGE,
) -> Pair:
    """Return the receipts of `exchange`; the receiver's is by and about `receiver_oin`."""
    receipt = ReceiverReceipt(
        signer_oin=receiver_oin,
        exchange=replace(exchange, receiver_oin=receiver_oin),
        received=received,
        stamp_digest=bytes(32),
    )
    body = pb.ReceiverReceipt(**receiver_receipt_fields(receipt)).SerializeToString()
    own = HubReceipt(
        signer_oin=exchange.hub_oin,
        exchange=exchange,
        delivered=delivered,
        sender_mandate_id=None,
        receiver_mandate_id=UUID(int=1),
        endpoint_id=UUID(int=2),
        registry_revision=7,
        receiver_receipt_digest=hashlib.sha256(body).digest(),
    )
    hub = pb.HubReceipt(**hub_receipt_fields(own)).SerializeToString()
    return Pair(
        receiver=signer_of(pki, receiver_oin).sign(body, RECEIVER_RECEIPT),
        hub=signer_of(pki, exchange.hub_oin).sign(hub, HUB_RECEIPT),
    )


def signer_of(pki: Pki, oin: Oin) -> Signer:
    """Return what signs with a new certificate of this OIN."""
    issued = pki.issue(f"signer-{oin}", oin=oin)
    return Signer.from_pem(issued.key.read_bytes(), issued.certificate.read_bytes())
