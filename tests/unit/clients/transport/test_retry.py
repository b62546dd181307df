"""Waiting grows, is shared out by chance, and ends."""

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.clients import Patience, Refused, Unreachable
from wissel.clients.errors import WisselError


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(0, 0.25), (1, 0.5), (2, 1.0), (3, 2.0), (6, 10.0), (99, 10.0)]
)
def test_waits_double_up_to_the_longest(attempt: int, seconds: float) -> None:
    assert Patience(chance=lambda: 1.0).wait(attempt) == seconds
    assert Patience(chance=lambda: 0.0).wait(attempt) == seconds / 2


@given(attempt=st.integers(0, 10_000), offered=st.floats(0, 3600))
def test_a_wait_is_never_shorter_than_what_was_offered(attempt: int, offered: float) -> None:
    assert Patience().wait(attempt, offered) >= offered


class Failing:
    """Fails with each of its errors in turn, then succeeds."""

    def __init__(self, *errors: WisselError) -> None:
        self.errors = list(errors)
        self.waits: list[float] = []

    async def attempt(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def patience(self, total: float = 60) -> Patience:
        return Patience(
            total=total, sleep=self.sleep, now=lambda: sum(self.waits), chance=lambda: 1.0
        )


def busy(retry_after: float | None = None) -> Refused:
    return Refused("X", "", code=grpc.StatusCode.UNAVAILABLE, retry_after=retry_after)


async def test_what_may_pass_is_tried_again() -> None:
    failing = Failing(Unreachable("hub", "down"), busy(), busy(5.0))

    assert await failing.patience().insist(failing.attempt) == "done"
    assert failing.waits == [0.25, 0.5, 5.0]


async def test_patience_ends_before_it_would_wait_too_long() -> None:
    failing = Failing(*[busy() for _ in range(99)])

    with pytest.raises(Refused):
        await failing.patience(total=2).insist(failing.attempt)

    assert failing.waits == [0.25, 0.5, 1.0]


async def test_a_final_no_is_not_tried_again() -> None:
    no = Refused("X", "", code=grpc.StatusCode.FAILED_PRECONDITION)
    failing = Failing(no)

    with pytest.raises(Refused):
        await failing.patience().insist(failing.attempt)

    assert failing.waits == []
