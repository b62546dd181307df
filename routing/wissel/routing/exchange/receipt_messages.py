"""Stamps and receipts, from wire messages and back; see `wissel.routing.exchange.messages`.

Each `read_*` takes *verified* bytes and the generated class, and raises
`Refused(STAMP_INVALID)` or `Refused(RECEIPT_INVALID)` with the field at fault.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from wissel.routing.exchange.envelope import parse_digest, parse_message_id
from wissel.routing.exchange.message_shapes import (
    HubReceiptMessage,
    ReceiptMessage,
    ReceiverReceiptMessage,
    StampMessage,
)
from wissel.routing.exchange.messages import Fields, instant_fields, instant_of, parse_strict
from wissel.routing.exchange.receipts import (
    HUB_ROLE,
    RECEIVER_ROLE,
    Exchange,
    HubReceipt,
    ReceiverReceipt,
    RouteStamp,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, RoutingKey


@contextmanager
def refused_as(reason: Reason) -> Iterator[None]:
    """Raise any `Refused` of the block as `Refused(reason)` with its own reason and field."""
    try:
        yield
    except Refused as error:
        if error.reason is reason:
            raise
        raise Refused(reason, problem=str(error.reason), at=error.field or "") from error


def read_stamp(data: bytes, message_type: type[StampMessage]) -> RouteStamp:
    """Return the stamp in verified bytes, or raise `Refused(STAMP_INVALID)`."""
    with refused_as(Reason.STAMP_INVALID):
        message = parse_strict(message_type, data)
        return RouteStamp(
            hub_oin=Oin.parse(message.hub_oin, "hub_oin"),
            sender_oin=Oin.parse(message.sender_oin, "sender_oin"),
            receiver_oin=Oin.parse(message.receiver_oin, "receiver_oin"),
            message_id=parse_message_id(message.message_id, "message_id"),
            header_digest=parse_digest(message.header_digest, "header_digest"),
            routing_key=RoutingKey.parse(message.routing_key, "routing_key"),
            endpoint_id=parse_message_id(message.endpoint_id, "endpoint_id"),
            registry_revision=message.registry_revision,
            attempt=message.attempt,
            issued=instant_of(message.issued_time, "issued_time"),
            expires=instant_of(message.expire_time, "expire_time"),
        )


def read_receiver_receipt(
    data: bytes, message_type: type[ReceiverReceiptMessage]
) -> ReceiverReceipt:
    """Return the receipt in verified bytes, or raise `Refused(RECEIPT_INVALID)`."""
    with refused_as(Reason.RECEIPT_INVALID):
        message = parse_strict(message_type, data)
        return ReceiverReceipt(
            signer_oin=_signer_of(message, RECEIVER_ROLE),
            exchange=_exchange_of(message),
            received=instant_of(message.received_time, "received_time"),
            stamp_digest=parse_digest(message.stamp_digest, "stamp_digest"),
        )


def read_hub_receipt(data: bytes, message_type: type[HubReceiptMessage]) -> HubReceipt:
    """Return the receipt in verified bytes, or raise `Refused(RECEIPT_INVALID)`."""
    with refused_as(Reason.RECEIPT_INVALID):
        message = parse_strict(message_type, data)
        return HubReceipt(
            signer_oin=_signer_of(message, HUB_ROLE),
            exchange=_exchange_of(message),
            delivered=instant_of(message.delivered_time, "delivered_time"),
            sender_mandate_id=_optional_id(message.sender_mandate_id, "sender_mandate_id"),
            receiver_mandate_id=parse_message_id(
                message.receiver_mandate_id, "receiver_mandate_id"
            ),
            endpoint_id=parse_message_id(message.endpoint_id, "endpoint_id"),
            registry_revision=message.registry_revision,
            receiver_receipt_digest=parse_digest(
                message.receiver_receipt_digest, "receiver_receipt_digest"
            ),
            revocation_stale=message.revocation_stale,
            test=message.test,
        )


def stamp_fields(stamp: RouteStamp) -> Fields:
    """Return the fields of a RouteStamp."""
    return {
        "hub_oin": stamp.hub_oin,
        "sender_oin": stamp.sender_oin,
        "receiver_oin": stamp.receiver_oin,
        "message_id": str(stamp.message_id),
        "header_digest": stamp.header_digest,
        "routing_key": stamp.routing_key,
        "endpoint_id": str(stamp.endpoint_id),
        "registry_revision": stamp.registry_revision,
        "attempt": stamp.attempt,
        "issued_time": instant_fields(stamp.issued),
        "expire_time": instant_fields(stamp.expires),
    }


def receiver_receipt_fields(receipt: ReceiverReceipt) -> Fields:
    """Return the fields of a ReceiverReceipt."""
    return {
        "role": RECEIVER_ROLE,
        "signer_oin": receipt.signer_oin,
        **_exchange_fields(receipt.exchange),
        "received_time": instant_fields(receipt.received),
        "stamp_digest": receipt.stamp_digest,
    }


def hub_receipt_fields(receipt: HubReceipt) -> Fields:
    """Return the fields of a HubReceipt."""
    sender_mandate = receipt.sender_mandate_id
    return {
        "role": HUB_ROLE,
        "signer_oin": receipt.signer_oin,
        **_exchange_fields(receipt.exchange),
        "delivered_time": instant_fields(receipt.delivered),
        "sender_mandate_id": str(sender_mandate) if sender_mandate else "",
        "receiver_mandate_id": str(receipt.receiver_mandate_id),
        "endpoint_id": str(receipt.endpoint_id),
        "registry_revision": receipt.registry_revision,
        "receiver_receipt_digest": receipt.receiver_receipt_digest,
        "revocation_stale": receipt.revocation_stale,
        "test": receipt.test,
    }


def _signer_of(message: ReceiptMessage, role: str) -> Oin:
    if message.role != role:
        raise Refused(Reason.RECEIPT_INVALID, problem="another role", at="role")
    return Oin.parse(message.signer_oin, "signer_oin")


def _exchange_of(message: ReceiptMessage) -> Exchange:
    return Exchange(
        hub_oin=Oin.parse(message.hub_oin, "hub_oin"),
        sender_oin=Oin.parse(message.sender_oin, "sender_oin"),
        receiver_oin=Oin.parse(message.receiver_oin, "receiver_oin"),
        message_id=parse_message_id(message.message_id, "message_id"),
        header_digest=parse_digest(message.header_digest, "header_digest"),
        payload_size=message.payload_size,
        payload_sha256=parse_digest(message.payload_sha256, "payload_sha256"),
    )


def _exchange_fields(exchange: Exchange) -> Fields:
    return {
        "hub_oin": exchange.hub_oin,
        "sender_oin": exchange.sender_oin,
        "receiver_oin": exchange.receiver_oin,
        "message_id": str(exchange.message_id),
        "header_digest": exchange.header_digest,
        "payload_size": exchange.payload_size,
        "payload_sha256": exchange.payload_sha256,
    }


def _optional_id(text: str, field: str) -> UUID | None:
    return parse_message_id(text, field) if text else None
