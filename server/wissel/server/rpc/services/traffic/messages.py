"""What is known of messages, as TrafficService answers it."""

import datetime as dt

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.delivery import Delivery, ReducedDelivery
from wissel.routing.values.days import AMSTERDAM
from wissel.server.courier.wire import receipt_digest
from wissel.traffic.v1 import traffic_service_pb2 as pb


def receipts_of(delivery: Delivery) -> tuple[dossier_pb2.Signed, dossier_pb2.Signed]:
    """Return the hub's and the receiver's receipt of a delivered message."""
    result = delivery.result
    assert result is not None, "a delivered message has a result"  # noqa: S101
    return (
        dossier_pb2.Signed.FromString(result.hub_receipt),
        dossier_pb2.Signed.FromString(result.receiver_receipt),
    )


def delivery_message(delivery: Delivery) -> pb.Delivery:
    """Return a delivery as it is answered."""
    order, result = delivery.order, delivery.result
    message = pb.Delivery(
        message_id=str(order.message_id),
        sender_oin=order.sender_oin,
        receiver_oin=order.receiver_oin,
        sender=order.sender,
        receiver=order.receiver,
        service=order.service,
        overdrachtsoort=order.kind,
        state=delivery.state,
        reason=result.reason if result and result.reason else "",
        attempts=delivery.attempt,
        routing_key=order.routing_key,
        endpoint_id=str(order.endpoint_id),
        payload_size=order.payload_size,
        header_sha256=order.header_digest.hex(),
        test=order.test,
    )
    message.accepted_time.FromDatetime(delivery.accepted)
    message.updated_time.FromDatetime(delivery.updated)
    return message


def digested(message: pb.Delivery, delivery: Delivery) -> pb.Delivery:
    """Return the message of a delivery with the digests of its receipts."""
    result = delivery.result
    if result is not None:
        message.hub_receipt_sha256 = receipt_digest(result.hub_receipt).hex()
        message.receiver_receipt_sha256 = receipt_digest(result.receiver_receipt).hex()
    return message


def reduced_message(delivery: ReducedDelivery) -> pb.Delivery:
    """Return what is kept of a delivery for good, as it is answered.

    It was accepted at the beginning of its day, as no time is kept.
    """
    message = pb.Delivery(
        message_id=str(delivery.message_id),
        sender_oin=delivery.sender_oin,
        state=delivery.state,
        header_sha256=delivery.header_digest.hex(),
        hub_receipt_sha256=delivery.hub_receipt_digest.hex(),
        receiver_receipt_sha256=delivery.receiver_receipt_digest.hex(),
        reduced=True,
    )
    day = dt.datetime.combine(delivery.day, dt.time(), tzinfo=AMSTERDAM)
    message.accepted_time.FromDatetime(day)
    return message
