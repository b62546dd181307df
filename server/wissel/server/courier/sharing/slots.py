"""How many transfers a process has at once, and how many may wait for a receiver.

What is taken by transfers that wait is bounded apart (design.md#bounds), so that
receivers which do not answer leave room for the others.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.bounds import Limits
from wissel.server.courier.receivers.line import Key
from wissel.server.courier.sharing.slot import Slot

_RETRY_SECONDS: Final = 1.0
_UNDER_WAY: Final = 2
"""So many times as many as there are slots may be under way, with those that go on without one."""


class Slots:
    """The transfers of this process that are under way; `clock` is the event loop's, in seconds.

    Of all slots, and of those of one sender, the transfers that wait for one
    receiver take a quarter at most, and all that wait together half of them. What
    waits above that goes on without a slot.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._under_way: dict[Slot, None] = {}

    @contextmanager
    def taken(self, sender: Oin) -> Iterator[Slot]:
        """Hold a slot inside the block, or raise `Refused(TRANSFER_LIMIT)`."""
        self._require_slot(self._of(sender), self._limits.transfers_per_oin)
        self._require_slot(self._of(), self._limits.transfers)
        self._cut_above(self._of(sender), self._limits.transfers_per_oin)
        self._cut_above(self._of(), self._limits.transfers)
        slot = Slot(sender)
        self._under_way[slot] = None
        try:
            yield slot
        finally:
            self._under_way.pop(slot, None)

    def require_room(self, slot: Slot, receiver: Key) -> None:
        """Refuse a transfer to a receiver that too many wait for already.

        1. Those that wait for it take a quarter of all slots, or of the sender's.
        2. All that wait take half of the slots, and those for the receiver's OIN,
           at whichever address, a quarter.

        Raises `Refused(RECEIVER_UNAVAILABLE)`.
        """
        limits, waiting = self._limits, self._waiting(self._under_way)
        # 1.
        here = [each for each in waiting if each.receiver == receiver]
        own = sum(each.sender == slot.sender for each in here)
        # 2.
        party = sum(each.party == receiver[1] for each in waiting)
        crowded = len(waiting) >= half(limits.transfers)
        if (
            len(here) >= quarter(limits.transfers)
            or own >= quarter(limits.transfers_per_oin)
            or (crowded and party >= quarter(limits.transfers))
        ):
            raise unavailable(receiver, limits.waiting)

    @property
    def waiting(self) -> int:
        """How many transfers wait for their receiver."""
        return len(self._waiting(self._under_way))

    def _of(self, sender: Oin | None = None) -> list[Slot]:
        """Return the transfers of a sender, or of all of them."""
        return [each for each in self._under_way if sender in (None, each.sender)]

    def _require_slot(self, slots: Sequence[Slot], limit: int) -> None:
        """Raise `Refused(TRANSFER_LIMIT)` if `slots` take all of so many slots."""
        if len(slots) >= limit and self._counted(slots, limit) >= limit:
            raise Refused(Reason.TRANSFER_LIMIT, retry_after=_RETRY_SECONDS, limit=str(limit))

    def _cut_above(self, slots: Sequence[Slot], limit: int) -> None:
        """Cut one off if `slots`, which have room for one more, are too many in another way.

        1. What has not been sent as a whole holds memory: there are never more of
           those than slots.
        2. Nor are more than twice as many under way, whatever they wait for.
        """
        # 1.
        unsent = [each for each in slots if each.sent is None]
        if len(unsent) >= limit:
            self._cut(unsent)
        # 2.
        elif len(slots) >= _UNDER_WAY * limit:
            self._cut(slots)

    def _cut(self, slots: Sequence[Slot]) -> None:
        """Cut off the one that waits longest for the receiver that most wait for."""
        now, waiting = self._clock(), self._waiting(slots)
        (most, _), *_ = Counter(each.receiver for each in waiting).most_common(1)
        longest = max(
            (each for each in waiting if each.receiver == most), key=lambda each: each.waited(now)
        )
        self._under_way.pop(longest, None)
        longest.cut(now)

    def _counted(self, slots: Sequence[Slot], limit: int) -> int:
        """Return how many slots are taken, those of transfers that wait only up to their share."""
        waiting = Counter(each.receiver for each in self._waiting(slots))
        shares = sum(min(count, quarter(limit)) for count in waiting.values())
        return len(slots) - waiting.total() + min(shares, half(limit))

    def _waiting(self, slots: Iterable[Slot]) -> list[Slot]:
        """Return those that have waited for their receiver for longer than `Limits.waiting`."""
        now = self._clock()
        return [each for each in slots if each.waited(now) > self._limits.waiting]


def quarter(limit: int) -> int:
    """Return how many of so many slots are for transfers that wait for one receiver."""
    return max(limit // 4, 1)


def half(limit: int) -> int:
    """Return how many of so many slots are for transfers that wait for any receiver."""
    return max(limit // 2, 1)


def unavailable(receiver: Key, seconds: float) -> Refused:
    """Return the refusal of a transfer to a receiver that does not answer."""
    host_port, oin = receiver
    return Refused(
        Reason.RECEIVER_UNAVAILABLE,
        retry_after=seconds,
        host=host_port.host,
        receiver_oin=oin,
    )
