"""What a forward leaves behind: fields of its log line, and what its observer records."""

from typing import Protocol

from wissel.server.courier.timeline import Timeline
from wissel.server.rpc.calls.call import Call


class ForwardObserver(Protocol):
    """Observes forwards, for metrics and traces."""

    def timeline(self) -> Timeline:
        """Return the timeline that a new forward fills in."""
        ...

    def ended(self, timeline: Timeline) -> None:
        """Record a forward that has been answered."""
        ...


def note(call: Call, timeline: Timeline) -> None:
    """Put a message, the state of its delivery and the time of each step on the log line.

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
    if timeline.receiver_said:
        notes["receiver_said"] = dict(timeline.receiver_said)
    call.notes = notes


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
