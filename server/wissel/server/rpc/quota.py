"""Quotas: token buckets per caller, so that nobody reads out the register.

Each process has its own buckets, sized quota / workers; with callers spread
over the workers by connection the sum is approximate (DESIGN section 5).
"""

from collections.abc import Callable
from enum import StrEnum

from wissel.routing.errors import Refused
from wissel.routing.identifiers import Oin
from wissel.routing.reasons import Reason

_SECONDS_PER_MINUTE = 60


class Quota(StrEnum):
    """What is counted."""

    RESOLVE = "RESOLVE"
    LOOKUP = "LOOKUP"


class Buckets:
    """One bucket per OIN: it holds a minute's quota and refills evenly.

    `monotonic` gives seconds. There is a bucket for each registered caller that
    ever asked, so their number is bounded by that of the parties.
    """

    def __init__(self, quota: Quota, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._quota = quota
        self._capacity = float(per_minute)
        self._per_second = per_minute / _SECONDS_PER_MINUTE
        self._monotonic = monotonic
        self._levels: dict[Oin, tuple[float, float]] = {}

    def spend(self, oin: Oin, items: int) -> None:
        """Take `items` at once, or raise `Refused(QUOTA_EXCEEDED)` and take nothing.

        A batch larger than the whole bucket needs a full one, so that a small
        quota delays it and never shuts it out.
        """
        now = self._monotonic()
        level, since = self._levels.get(oin, (self._capacity, now))
        level = min(self._capacity, level + (now - since) * self._per_second)
        cost = min(float(items), self._capacity)
        if cost > level:
            self._levels[oin] = (level, now)
            raise Refused(
                Reason.QUOTA_EXCEEDED,
                retry_after=(cost - level) / self._per_second,
                quota=self._quota.value,
                per_minute=str(int(self._capacity)),
            )
        self._levels[oin] = (level - cost, now)
