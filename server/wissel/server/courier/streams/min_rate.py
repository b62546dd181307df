"""How fast a transfer goes, and whose fault it is if that is too slow."""

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits


class MinRate:
    """Counts the bytes of one transfer; instants and durations are in seconds."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._since = now
        self._bytes = 0
        self._receiving = 0.0

    def count(self, size: int, receiving: float, now: float) -> None:
        """Count a chunk of which the receiver took `receiving` seconds to take it.

        Raises `Refused` with SENDER_TOO_SLOW or RECEIVER_TIMEOUT, by who took
        most of the time, if less than the least rate passed in a whole window.
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
