"""When something that failed is tried again."""

from typing import Final

import pytest

from wissel.server.courier.settle.backoff import Backoff

FIRST: Final = 2.0
MOST: Final = 60.0


def backoff(chance: float = 1.0) -> Backoff[str]:
    """Return a backoff whose waits are the longest; a `chance` of 0 halves them."""
    return Backoff(FIRST, MOST, lambda: chance)


def test_what_never_failed_is_due() -> None:
    assert backoff().due("a", 0.0)
    assert not backoff().known("a")


@pytest.mark.parametrize(
    ("failures", "wait"), [(1, 2.0), (2, 4.0), (5, 32.0), (6, 60.0), (99, 60.0)]
)
def test_each_failure_doubles_the_wait_up_to_the_longest(failures: int, wait: float) -> None:
    tried = backoff()
    for _ in range(failures):
        tried.failed("a", 100.0)

    assert not tried.due("a", 100.0 + wait - 0.01)
    assert tried.due("a", 100.0 + wait)
    assert tried.due("b", 100.0)


def test_chance_takes_off_at_most_half_of_the_wait() -> None:
    tried = backoff(chance=0.0)
    tried.failed("a", 0.0)

    assert not tried.due("a", FIRST / 2 - 0.01)
    assert tried.due("a", FIRST / 2)


def test_a_success_forgets_the_failures() -> None:
    tried = backoff()
    tried.failed("a", 0.0)

    tried.succeeded("a")

    assert tried.due("a", 0.0)
    assert len(tried) == 0


def test_what_nothing_tries_any_more_is_forgotten() -> None:
    tried = backoff()
    tried.failed("a", 0.0)

    tried.forget(FIRST + 2 * MOST)
    assert tried.known("a")

    tried.forget(FIRST + 2 * MOST + 0.01)
    assert not tried.known("a")
