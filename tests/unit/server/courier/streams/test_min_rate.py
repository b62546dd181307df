"""How slow a transfer may be, and who is told that it was."""

import pytest

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits
from wissel.server.courier.streams.min_rate import MinRate

LIMITS = Limits()
LEAST = LIMITS.rate * int(LIMITS.rate_window)
"""Bytes that must pass in one window."""


def test_the_least_rate_is_fast_enough_for_ever() -> None:
    rate = MinRate(LIMITS, 0.0)

    for window in range(1, 10):
        rate.count(LEAST, 0.0, window * LIMITS.rate_window)


@pytest.mark.parametrize(
    ("receiving", "reason"),
    [(1.0, Reason.SENDER_TOO_SLOW), (59.0, Reason.RECEIVER_TIMEOUT)],
)
def test_less_is_the_fault_of_who_took_most_of_the_time(receiving: float, reason: Reason) -> None:
    rate = MinRate(LIMITS, 0.0)

    with pytest.raises(Refused) as refused:
        rate.count(LEAST - 1, receiving, LIMITS.rate_window)

    assert refused.value.reason is reason


def test_a_fast_window_buys_no_slow_one() -> None:
    rate = MinRate(LIMITS, 0.0)
    rate.count(100 * LEAST, 0.0, LIMITS.rate_window)

    with pytest.raises(Refused):
        rate.count(LEAST - 1, 0.0, 2 * LIMITS.rate_window)


def test_nobody_is_judged_before_a_window_is_over() -> None:
    rate = MinRate(LIMITS, 0.0)

    rate.count(1, 0.0, LIMITS.rate_window - 0.001)
