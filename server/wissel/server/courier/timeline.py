"""What the log, the metrics and the traces show of one delivery, and where its time goes."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol, TypeAlias

from wissel.routing.exchange.delivery import Delivery
from wissel.routing.exchange.envelope import EnvelopeHeader

Metadata: TypeAlias = tuple[tuple[str, str], ...]
"""The metadata of a gRPC call: names and values."""


class Step(StrEnum):
    """What of a delivery is timed; the numbers are those of `forward`'s nine steps.

    A forward has them in this order. A fetch begins with DIAL and HEADER, and ends
    without RECEIPT: that comes in another call.
    """

    HEADER = "header"
    """1: waiting for the header; in a fetch, for what the source begins with."""
    VERIFY = "verify"
    """2 to 4: the signature, the rules and the decision."""
    CLAIM = "claim"
    """5: the claim, until its commit."""
    DIAL = "dial"
    """6: finding or opening a channel to the receiver, in a fetch to the source."""
    TRANSFER = "transfer"
    """7: the payload, up to its final chunk; sender and receiver may both be slow."""
    RECEIPT = "receipt"
    """8: the receiver stores and signs; the hub verifies, and signs its own receipt."""
    RECORD = "record"
    """9: the journal records how it ended."""


class Timeline:
    """What an observer may know of one delivery; the courier fills it in.

    `header` is None until it has been verified, `delivery` until it is in the
    journal. `seconds` holds how long each step took that has ended, `receiving`
    how many seconds of the transfer were spent waiting for who receives it.
    `receiver_said` is what the status of its failed call said (`refusal_of_call`).
    `clock` is monotonic, in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.header: EnvelopeHeader | None = None
        self.delivery: Delivery | None = None
        self.replayed = False
        self.seconds: dict[Step, float] = {}
        self.receiving = 0.0
        self.receiver_said: Mapping[str, str] = {}
        self._clock = clock
        self._step: Step | None = None
        self._since = 0.0

    def begin(self, step: Step) -> None:
        """End the current step, if there is one, and begin another."""
        self.end()
        self._step, self._since = step, self._clock()

    def end(self) -> None:
        """End the current step, if there is one; calling this again does nothing."""
        if self._step is not None:
            took = self._clock() - self._since
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + took
            self._step = None

    def fields(self) -> dict[str, object]:
        """Return what the line of its call says, once there is a header.

        `steps` and `receiving` are in milliseconds.
        """
        if self.header is None:
            return {}
        fields: dict[str, object] = {"bytes": self.header.payload_size}
        if self.delivery is not None:
            fields["state"] = self.delivery.state.value
            fields["attempt"] = self.delivery.attempt
            fields["receiver_oin"] = self.delivery.order.receiver_oin
        if self.replayed:
            fields["replayed"] = True
        fields["steps"] = {step.value: _ms(took) for step, took in self.seconds.items()}
        fields["receiving"] = _ms(self.receiving)
        if self.receiver_said:
            fields["receiver_said"] = dict(self.receiver_said)
        return fields

    def call_metadata(self) -> Metadata:
        """Return the metadata of the call that is made now, such as a trace's `traceparent`."""
        return ()


class DeliveryObserver(Protocol):
    """Observes forwards or fetches, for metrics and traces."""

    def timeline(self) -> Timeline:
        """Return the timeline that a new one fills in."""
        ...

    def ended(self, timeline: Timeline) -> None:
        """Record one that has been answered."""
        ...


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
