"""The lowest rate of a transfer, and who is at fault when it is not reached."""

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits


class MinRate:
    """Measures the rate of one transfer; instants and durations are in seconds."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._since = now
        self._bytes = 0
        self._receiving = 0.0

    def count(self, size: int, receiving: float, now: float) -> None:
        """Count a chunk of `size` bytes, for which the receiver was waited for `receiving` seconds.

        Raises `Refused` if the rate over a whole window is too low: with
        RECEIVER_TIMEOUT if most of the time went into waiting for the receiver,
        else with SENDER_TOO_SLOW.
        """
        self._bytes += size
        self._receiving += receiving
        took = now - self._since
        if took < self._limits.rate_window:
            return
        if self._bytes < self._limits.rate * took:
            waited_for_receiver = self._receiving > took / 2
            raise Refused(
                Reason.RECEIVER_TIMEOUT if waited_for_receiver else Reason.SENDER_TOO_SLOW
            )
        self._since, self._bytes, self._receiving = now, 0, 0.0
