"""Receipts of deliveries: checked when they arrive, kept, and verified again offline."""

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from wissel.clients.errors import ReceiptUntrusted, StorageError
from wissel.clients.identity import Material
from wissel.clients.sending.entry import Entry
from wissel.clients.sending.signed_json import signed_in
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.routing.exchange.messages import read_header
from wissel.routing.exchange.proof import Demanded, Proof, ReceiptTypes, verify_hub_receipt
from wissel.routing.exchange.receipt_messages import refused_as
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import traffic_service_pb2 as traffic_pb

_TYPES: Final = ReceiptTypes(receiver=pb.ReceiverReceipt, hub=pb.HubReceipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """The proof of a delivery: the receipts of the hub and of the receiver, verified.

    `size` (bytes) and `sha256` (lower-case hex) are those of the payload.
    `delivered` is the aware instant that the hub claims. `hub_receipt` and
    `receiver_receipt` are serialized `wissel.dossier.v1.Signed`. `replayed` is True
    if the hub had delivered the message before this call.
    """

    message_id: UUID
    routing_key: str
    receiver_oin: Oin
    size: int
    sha256: str
    delivered: dt.datetime
    replayed: bool
    hub_receipt: bytes
    receiver_receipt: bytes


def prove(
    hub_receipt: pb.Signed, receiver_receipt: pb.Signed, paths: PathFinder, demanded: Demanded
) -> Proof:
    """Verify both receipts of a delivery offline (see `wissel.routing.exchange.proof`).

    `paths` finds the paths of both signers. Raises
    `wissel.routing.refusals.errors.Refused(RECEIPT_INVALID)`.
    """
    return verify_hub_receipt(
        signed_of(hub_receipt), signed_of(receiver_receipt), _TYPES, paths, demanded
    )


def check_receipts(
    response: traffic_pb.ForwardEnvelopeResponse,
    entry: Entry,
    material: Material,
    now: dt.datetime,
) -> DeliveryReceipt:
    """Return the proof that this entry was delivered, as verified at `now`.

    Raises `ReceiptUntrusted` if a receipt is not valid, or is of another message.
    """
    payload = pb.Signed.FromString(entry.signed_header).payload
    try:
        demanded = Demanded(hub_oin=Oin(entry.hub_oin), now=now, created=_created(payload))
        proof = prove(response.hub_receipt, response.receiver_receipt, material.paths, demanded)
        said = proof.hub.exchange
        _require(said.message_id == entry.message_id, "message_id")
        _require(said.sender_oin == material.oin, "sender")
        _require(said.header_digest == hashlib.sha256(payload).digest(), "header")
        _require(said.payload_size == entry.payload_size, "size")
        _require(said.payload_sha256.hex() == entry.payload_sha256, "digest")
    except Refused as refused:
        raise ReceiptUntrusted(refused.reason, f"the receipt proves nothing: {refused}") from None
    return DeliveryReceipt(
        message_id=entry.message_id,
        routing_key=response.routing_key,
        receiver_oin=said.receiver_oin,
        size=said.payload_size,
        sha256=entry.payload_sha256,
        delivered=proof.hub.delivered,
        replayed=response.replayed,
        hub_receipt=response.hub_receipt.SerializeToString(),
        receiver_receipt=response.receiver_receipt.SerializeToString(),
    )


def record_of(receipt: DeliveryReceipt) -> dict[str, str]:
    """Return the fields (JSON) that the outbox keeps of a delivery; `receipts_in` reads them."""
    return {
        "routing_key": receipt.routing_key,
        "receiver_oin": receipt.receiver_oin,
        "delivered": receipt.delivered.isoformat(),
        "hub_receipt": base64.b64encode(receipt.hub_receipt).decode("ascii"),
        "receiver_receipt": base64.b64encode(receipt.receiver_receipt).decode("ascii"),
    }


def kept_receipt(entry: Entry, record: Mapping[str, Any]) -> DeliveryReceipt:
    """Return the receipt that the outbox keeps of an entry, in the fields of `record_of`.

    It was verified before it was kept. Raises `StorageError` if it is damaged.
    """
    try:
        hub_receipt, receiver_receipt = receipts_in(record)
        return DeliveryReceipt(
            message_id=entry.message_id,
            routing_key=str(record["routing_key"]),
            receiver_oin=Oin.parse(str(record["receiver_oin"]), "receiver_oin"),
            size=entry.payload_size,
            sha256=entry.payload_sha256,
            delivered=dt.datetime.fromisoformat(str(record["delivered"])),
            replayed=True,
            hub_receipt=hub_receipt.SerializeToString(),
            receiver_receipt=receiver_receipt.SerializeToString(),
        )
    except (KeyError, ValueError, Refused):
        message = f"the receipt of {entry.message_id} in the outbox is damaged"
        raise StorageError(message) from None


def receipts_in(written: object) -> tuple[pb.Signed, pb.Signed]:
    """Return the receipts of hub and receiver in `written`, JSON that was decoded.

    They are written as in the outbox (base64 of the serialized `Signed`), or as
    `wissel deliveries show --json` and grpcurl print a `Signed`. Raises ValueError
    if one is missing or cannot be read.
    """
    fields = written if isinstance(written, Mapping) else {}
    hub = fields.get("hub_receipt", fields.get("hubReceipt"))
    receiver = fields.get("receiver_receipt", fields.get("receiverReceipt"))
    return _signed_in(hub), _signed_in(receiver)


def prove_written(written: object, paths: PathFinder, demanded: Demanded) -> Proof:
    """Verify the receipts in `written` (see `receipts_in`), and the header that the outbox kept.

    If the header is there, the receipts must be about it, and the message is
    `created` when it says. Raises ValueError as `receipts_in` does, and
    `wissel.routing.refusals.errors.Refused(RECEIPT_INVALID)`.
    """
    hub_receipt, receiver_receipt = receipts_in(written)
    kept = written.get("signed_header") if isinstance(written, Mapping) else None
    if kept is None:
        return prove(hub_receipt, receiver_receipt, paths, demanded)
    header = _signed_in(kept).payload
    with refused_as(Reason.RECEIPT_INVALID):
        demanded = replace(demanded, created=_created(header))
    proof = prove(hub_receipt, receiver_receipt, paths, demanded)
    _require(proof.hub.exchange.header_digest == hashlib.sha256(header).digest(), "header")
    return proof


def _created(payload: bytes) -> dt.datetime:
    return read_header(payload, pb.EnvelopeHeader, pb.EnvelopeContext).context.created


def _signed_in(value: object) -> pb.Signed:
    return signed_in(
        value,
        absent="no hub receipt and receiver receipt in it",
        unreadable="a receipt in it is none",
    )


def _require(holds: bool, problem: str) -> None:
    if not holds:
        raise Refused(Reason.RECEIPT_INVALID, problem=problem)
