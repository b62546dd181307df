"""Deliveries as rows of the journal, and back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from wissel.routing.exchange.delivery import (
    Delivery,
    Known,
    Order,
    ReducedDelivery,
    Result,
    State,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import AMSTERDAM, day_of
from wissel.routing.values.identifiers import Oin, RoutingKey, ServiceCode

Row = dict[str, Any]

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_NO_ID: Final = str(UUID(int=0))


def microseconds_of(instant: dt.datetime) -> int:
    """Return the microseconds since 1970, UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(microseconds: int) -> dt.datetime:
    """Return the aware instant, in UTC, so many microseconds after 1970."""
    return _EPOCH + dt.timedelta(microseconds=microseconds)


def delivery_row(delivery: Delivery) -> Row:
    """Return the row of `delivery`, without its number."""
    order = delivery.order
    return {
        "sender_oin": order.sender_oin,
        "message_id": str(order.message_id),
        "header_digest": order.header_digest,
        "receiver_oin": order.receiver_oin,
        "sender": order.sender,
        "receiver": order.receiver,
        "sender_organisation": order.sender_organisation,
        "receiver_organisation": order.receiver_organisation,
        "service": order.service,
        "kind": order.kind,
        "routing_key": order.routing_key,
        "endpoint_id": str(order.endpoint_id),
        "sender_mandate_id": str(order.sender_mandate_id or ""),
        "receiver_mandate_id": str(order.receiver_mandate_id),
        "registry_revision": order.registry_revision,
        "payload_size": order.payload_size,
        "payload_sha256": order.payload_sha256,
        "owner": order.owner,
        "lease_until": microseconds_of(order.lease_until),
        "attempt": delivery.attempt,
        "bound": delivery.bound,
        "accepted": microseconds_of(delivery.accepted),
        **ended_row(delivery),
    }


def ended_row(delivery: Delivery) -> Row:
    """Return the part of the row of `delivery` that changes when an attempt ends."""
    result = delivery.result
    return {
        "state": delivery.state.value,
        "reason": result.reason.value if result and result.reason else "",
        "detail": result.detail if result else "",
        "text": result.text if result else "",
        "updated": microseconds_of(delivery.updated),
        "hub_receipt": result.hub_receipt if result else b"",
        "receiver_receipt": result.receiver_receipt if result else b"",
    }


def entry_row(delivery: Delivery) -> Row:
    """Return the row of `delivery_entry` for a delivery that has just moved."""
    order, result = delivery.order, delivery.result
    return {
        "sender_oin": order.sender_oin,
        "message_id": str(order.message_id),
        "attempt": delivery.attempt,
        "state": delivery.state.value,
        "reason": result.reason.value if result and result.reason else "",
        "receiver_oin": order.receiver_oin,
        "endpoint_id": str(order.endpoint_id),
        "registry_revision": order.registry_revision,
        "owner": order.owner,
        "recorded": microseconds_of(delivery.updated),
    }


def reduced_row(delivery: ReducedDelivery) -> Row:
    """Return what a reduced delivery has in its row, but for what stays as it is."""
    day = dt.datetime.combine(delivery.day, dt.time(), tzinfo=AMSTERDAM)
    return {
        "receiver_oin": "",
        "sender": "",
        "receiver": "",
        "sender_organisation": "",
        "receiver_organisation": "",
        "service": "",
        "kind": "",
        "routing_key": "",
        "endpoint_id": _NO_ID,
        "sender_mandate_id": "",
        "receiver_mandate_id": _NO_ID,
        "registry_revision": 0,
        "payload_size": 0,
        "payload_sha256": b"",
        "owner": "",
        "lease_until": 0,
        "attempt": 0,
        "bound": False,
        "reason": "",
        "detail": "",
        "text": "",
        "accepted": 0,
        "updated": microseconds_of(day),
        "hub_receipt": delivery.hub_receipt_digest,
        "receiver_receipt": delivery.receiver_receipt_digest,
    }


def known_of(row: Mapping[str, Any]) -> Known:
    """Return what a row of `delivery` holds: a delivery, or what is kept of it for good."""
    return delivery_of(row) if row["accepted"] else _reduced_of(row)


def delivery_of(row: Mapping[str, Any]) -> Delivery:
    """Return the delivery in a row of `delivery` that was not reduced."""
    state = State(row["state"])
    return Delivery(
        order=_order_of(row),
        attempt=row["attempt"],
        state=state,
        accepted=instant_of(row["accepted"]),
        updated=instant_of(row["updated"]),
        result=None if state is State.ACCEPTED else _result_of(state, row),
        bound=bool(row["bound"]),
    )


def _reduced_of(row: Mapping[str, Any]) -> ReducedDelivery:
    return ReducedDelivery(
        sender_oin=Oin(row["sender_oin"]),
        message_id=UUID(row["message_id"]),
        header_digest=bytes(row["header_digest"]),
        state=State(row["state"]),
        day=day_of(instant_of(row["updated"])),
        hub_receipt_digest=bytes(row["hub_receipt"]),
        receiver_receipt_digest=bytes(row["receiver_receipt"]),
    )


def _order_of(row: Mapping[str, Any]) -> Order:
    sender_mandate = row["sender_mandate_id"]
    return Order(
        sender_oin=Oin(row["sender_oin"]),
        message_id=UUID(row["message_id"]),
        header_digest=bytes(row["header_digest"]),
        receiver_oin=Oin(row["receiver_oin"]),
        sender=row["sender"],
        receiver=row["receiver"],
        service=ServiceCode(row["service"]),
        kind=row["kind"],
        routing_key=RoutingKey(row["routing_key"]),
        endpoint_id=UUID(row["endpoint_id"]),
        sender_mandate_id=UUID(sender_mandate) if sender_mandate else None,
        receiver_mandate_id=UUID(row["receiver_mandate_id"]),
        registry_revision=row["registry_revision"],
        payload_size=row["payload_size"],
        payload_sha256=bytes(row["payload_sha256"]),
        owner=row["owner"],
        lease_until=instant_of(row["lease_until"]),
    )


def _result_of(state: State, row: Mapping[str, Any]) -> Result:
    return Result(
        state=state,
        reason=Reason(row["reason"]) if row["reason"] else None,
        detail=row["detail"],
        text=row["text"],
        hub_receipt=bytes(row["hub_receipt"]),
        receiver_receipt=bytes(row["receiver_receipt"]),
    )
