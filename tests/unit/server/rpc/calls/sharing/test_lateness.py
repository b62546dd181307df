"""Refusals that come late: only to who is refused all the time, and to nobody else."""

from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.sharing.lateness import LATE_SECONDS, LateRefusals
from wissel.server.rpc.calls.sharing.quota import Buckets, Quota


class Held:
    """Refusals of a hub that gives so many a minute, and for how long each was held."""

    def __init__(self, per_minute: int) -> None:
        self.now = 0.0
        self._slept: list[float] = []
        bucket = Buckets(Quota.REFUSAL, per_minute, lambda: self.now)
        self._late = LateRefusals(bucket, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self._slept.append(seconds)

    async def seconds(self, oin: Oin) -> float:
        self._slept.clear()
        await self._late.hold(oin)
        return sum(self._slept)


async def test_a_refusal_is_late_only_above_the_bucket() -> None:
    held = Held(3)

    assert [await held.seconds(NOORD.oin) for _ in range(5)] == [0, 0, 0, *[LATE_SECONDS] * 2]


async def test_one_who_is_refused_all_the_time_makes_no_other_wait() -> None:
    held = Held(1)
    for _ in range(5):
        await held.seconds(NOORD.oin)

    assert await held.seconds(ZUID.oin) == 0


async def test_who_waits_is_told_at_once_again() -> None:
    held = Held(6)
    for _ in range(7):
        await held.seconds(NOORD.oin)

    held.now = 10.0

    assert [await held.seconds(NOORD.oin) for _ in range(2)] == [0, LATE_SECONDS]
