"""Quotas: token buckets per caller, so that nobody reads out the register.

Each process has its own buckets, sized quota / workers; with callers spread
over the workers by connection the sum is approximate (design.md#bounds).
"""

from collections.abc import Callable
from enum import StrEnum

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

_SECONDS_PER_MINUTE = 60
_ROUNDING = 1e-6  # seconds: a sum of floats may end just above the minute that it is


class Quota(StrEnum):
    """The kinds of items of which a caller gets so many a minute."""

    RESOLVE = "RESOLVE"
    LOOKUP = "LOOKUP"
    WATCH = "WATCH"  # watches that are begun: each may have much to catch up with
    TOKEN = "TOKEN"  # noqa: S105 - tokens of persons, which cost their verification
    REFUSAL = "REFUSAL"  # of transfers: further ones are given late, never in this one's place


class Buckets:
    """A token bucket for each OIN: it holds a minute's quota and refills evenly.

    All that is stored of a bucket is the time at which it will be full again
    (the generic cell rate algorithm). `monotonic` gives seconds. Only registered
    callers get a bucket, so there are no more than parties and systems.
    """

    def __init__(self, quota: Quota, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._quota = quota
        self._capacity = per_minute
        self._seconds_each = _SECONDS_PER_MINUTE / per_minute
        self._monotonic = monotonic
        self._full_at: dict[Oin, float] = {}

    def spend(self, oin: Oin, items: int) -> None:
        """Take `items` from a caller's bucket, or raise `Refused(QUOTA_EXCEEDED)` and take none.

        More items than a bucket holds need a full one: a small quota delays a
        large batch and never refuses it for good.
        """
        now = self._monotonic()
        full_at = max(self._full_at.get(oin, now), now)
        full_at += min(items, self._capacity) * self._seconds_each
        missing = full_at - now - _SECONDS_PER_MINUTE
        if missing > _ROUNDING:
            raise Refused(
                Reason.QUOTA_EXCEEDED,
                retry_after=missing,
                quota=self._quota.value,
                per_minute=str(self._capacity),
            )
        self._full_at[oin] = full_at
