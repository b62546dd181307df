"""Forwards as they are seen from outside: for the log line, and for who else looks."""

from typing import Protocol

from wissel.server.courier.timeline import Timeline
from wissel.server.rpc.calls.call import Call


class Watcher(Protocol):
    """Who looks at forwards from outside."""

    def timeline(self) -> Timeline:
        """Return what a forward that begins fills in."""
        ...

    def ended(self, timeline: Timeline) -> None:
        """Take note of a forward that has been answered."""
        ...


def note(call: Call, timeline: Timeline) -> None:
    """Put on the log line what the message was, where it stands, and where the time went.

    `steps` and `receiving` are in milliseconds.
    """
    header, delivery = timeline.header, timeline.delivery
    if header is None:
        return
    call.message_id = str(header.context.message_id)
    notes: dict[str, object] = {"bytes": header.payload_size}
    if delivery is not None:
        notes["state"] = delivery.state.value
        notes["attempt"] = delivery.attempt
        notes["receiver_oin"] = delivery.order.receiver_oin
    if timeline.replayed:
        notes["replayed"] = True
    notes["steps"] = {step.value: _ms(took) for step, took in timeline.seconds.items()}
    notes["receiving"] = _ms(timeline.receiving)
    call.notes = notes


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
