"""The fields that the log shows of a delivery, in lines other than those of calls."""

from wissel.routing.exchange.delivery import Delivery


def delivery_fields(
    delivery: Delivery, seconds: float | None = None, reason: str = ""
) -> dict[str, object]:
    """Return which message it is and where it stands, under the names that a call's line uses.

    `seconds` is a duration, shown in milliseconds as `ms`; `reason` is shown
    instead of the recorded one.
    """
    order, result = delivery.order, delivery.result
    fields: dict[str, object] = {
        "message_id": str(order.message_id),
        "sender_oin": order.sender_oin,
        "receiver_oin": order.receiver_oin,
        "attempt": delivery.attempt,
        "state": delivery.state.value,
    }
    why = reason or (result and result.reason)
    if why:
        fields["reason"] = why
    if seconds is not None:
        fields["ms"] = round(seconds * 1000, 3)
    return fields
