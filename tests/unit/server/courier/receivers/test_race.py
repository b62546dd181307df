"""Several attempts side by side: the first that works counts (RFC 8305)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.receivers.race import first_of

Attempt = Callable[[], Coroutine[Any, Any, str]]
SOON = 0.01
NEVER = 60.0


class Attempts:
    """Attempts that note when they began and whether they were cancelled."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.dropped: list[str] = []

    def that(self, name: str, ends: Callable[[], str] | None) -> Attempt:
        """Return an attempt that ends so, or never."""

        async def attempt() -> str:
            self.begun.append(name)
            try:
                if ends is None:
                    await asyncio.Event().wait()
                    raise AssertionError
                return ends()
            except asyncio.CancelledError:
                self.cancelled.append(name)
                raise

        return attempt

    async def drop(self, result: str) -> None:
        """Note a result that came too late."""
        self.dropped.append(result)


def failing(reason: Reason) -> Callable[[], str]:
    def fail() -> str:
        raise Refused(reason)

    return fail


async def test_one_that_never_answers_is_overtaken_and_cancelled() -> None:
    made = Attempts()

    result = await first_of(
        [made.that("dead", None), made.that("good", lambda: "line")], SOON, made.drop
    )

    assert result == "line"
    assert (made.begun, made.cancelled) == (["dead", "good"], ["dead"])


async def test_one_that_answers_in_time_is_the_only_one() -> None:
    made = Attempts()

    result = await first_of(
        [made.that("good", lambda: "line"), made.that("other", lambda: "late")], NEVER, made.drop
    )

    assert (result, made.begun) == ("line", ["good"])


async def test_a_failure_begins_the_next_at_once() -> None:
    made = Attempts()
    down = failing(Reason.RECEIVER_UNREACHABLE)

    async with asyncio.timeout(NEVER / 2):
        result = await first_of(
            [made.that("down", down), made.that("good", lambda: "line")], NEVER, made.drop
        )

    assert result == "line"


@pytest.mark.parametrize(
    "reasons",
    [
        (Reason.RECEIVER_UNTRUSTED, Reason.RECEIVER_UNREACHABLE),
        (Reason.RECEIVER_UNREACHABLE, Reason.RECEIVER_UNTRUSTED),
    ],
)
async def test_of_all_that_failed_the_most_telling_is_raised(reasons: tuple[Reason, ...]) -> None:
    made = Attempts()
    attempts = [made.that(reason, failing(reason)) for reason in reasons]

    with pytest.raises(Refused, match="RECEIVER_UNTRUSTED"):
        await first_of(attempts, NEVER, made.drop)


async def test_a_result_that_comes_too_late_is_dropped() -> None:
    made, both = Attempts(), asyncio.Barrier(2)

    async def attempt() -> str:
        await both.wait()
        return "line"

    result = await first_of([attempt, attempt], SOON, made.drop)

    assert (result, made.dropped) == ("line", ["line"])


async def test_who_is_cancelled_cancels_all() -> None:
    made = Attempts()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SOON * 5):
            await first_of([made.that("one", None), made.that("two", None)], SOON, made.drop)

    assert sorted(made.cancelled) == ["one", "two"]
