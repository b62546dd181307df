"""One forward as it is seen from outside: what it is about, and where its time goes."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from wissel.routing.exchange.delivery import Delivery
from wissel.routing.exchange.envelope import EnvelopeHeader

Metadata: TypeAlias = tuple[tuple[str, str], ...]
"""What goes along with a call, beside its messages."""


class Step(StrEnum):
    """The parts of a forward that can take time, in their order; see `forward` for its steps."""

    HEADER = "header"
    """Waiting for the first message of the sender."""
    VERIFY = "verify"
    """Signature, rules and decision."""
    CLAIM = "claim"
    """The journal accepts it; it waits for its commit."""
    DIAL = "dial"
    """Finding or opening the line to the receiver."""
    TRANSFER = "transfer"
    """From sender to receiver, up to the half-close: both may be slow."""
    RECEIPT = "receipt"
    """The receiver stores and signs; the hub verifies, and signs too."""
    RECORD = "record"
    """The journal keeps how it ended."""

    __hash__ = str.__hash__  # an enum's own is slow, and steps are looked up in each forward


class Timeline:
    """What those who watch a forward may know of it; forwarding fills it in.

    `header` is None until it has been verified, `delivery` until it is in the
    journal. `seconds` holds the time of each step that has ended, `receiving`
    the part of the transfer in which the receiver was waited for. `clock` is
    monotonic, in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.header: EnvelopeHeader | None = None
        self.delivery: Delivery | None = None
        self.replayed = False
        self.seconds: dict[Step, float] = {}
        self.receiving = 0.0
        self._clock = clock
        self._step: Step | None = None
        self._since = 0.0

    def begin(self, step: Step) -> None:
        """End the step under way, if there is one, and begin another."""
        self.end()
        self._step, self._since = step, self._clock()

    def end(self) -> None:
        """End the step under way, if there is one; that may be said more than once."""
        if self._step is not None:
            took = self._clock() - self._since
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + took
            self._step = None

    def onward(self) -> Metadata:
        """Return what goes along with the call to the receiver."""
        return ()
