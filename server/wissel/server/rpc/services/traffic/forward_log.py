"""Forwards as they are seen from outside: for the log line, and for who else looks."""

from typing import Protocol

from wissel.server.courier.timeline import Journey
from wissel.server.rpc.calls.call import Call


class Watcher(Protocol):
    """Who looks at forwards from outside."""

    def journey(self) -> Journey:
        """Return what a forward that begins fills in."""
        ...

    def ended(self, journey: Journey) -> None:
        """Take note of a forward that has been answered."""
        ...


def note(call: Call, journey: Journey) -> None:
    """Put on the log line what the message was, where it stands, and where the time went.

    `steps` and `receiving` are in milliseconds.
    """
    header, delivery = journey.header, journey.delivery
    if header is None:
        return
    call.message_id = str(header.context.message_id)
    notes: dict[str, object] = {"bytes": header.payload_size}
    if delivery is not None:
        notes["state"] = delivery.state.value
        notes["attempt"] = delivery.attempt
        notes["receiver_oin"] = delivery.order.receiver_oin
    if journey.replayed:
        notes["replayed"] = True
    notes["steps"] = {step.value: _ms(took) for step, took in journey.seconds.items()}
    notes["receiving"] = _ms(journey.receiving)
    call.notes = notes


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
