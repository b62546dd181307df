"""What the log tells of a message, in lines that are not those of a call."""

from wissel.routing.exchange.delivery import Delivery


def told(delivery: Delivery, seconds: float | None = None, reason: str = "") -> dict[str, object]:
    """Return which message it is and where it stands, under the names that a call's line has too.

    `seconds` is what took so long, shown as `ms`; `reason` is shown instead of
    the one that is recorded.
    """
    order, result = delivery.order, delivery.result
    shown: dict[str, object] = {
        "message_id": str(order.message_id),
        "sender_oin": order.sender_oin,
        "receiver_oin": order.receiver_oin,
        "attempt": delivery.attempt,
        "state": delivery.state.value,
    }
    why = reason or (result and result.reason)
    if why:
        shown["reason"] = why
    if seconds is not None:
        shown["ms"] = round(seconds * 1000, 3)
    return shown
