"""Chores that end, fail and go on: what they do is theirs, when they do it is `Retention`'s."""

import asyncio
from collections.abc import Iterator
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.retention import Progress, Retention, RetentionSchedule, Step

AT_ONCE: Final = RetentionSchedule(every=0.001, pause=0.0, chance=lambda: 0.0)
NOTHING: Final = Progress(0, more=False)


def scripted(*outcomes: Progress | Exception) -> Step:
    """Return a chore whose steps have these outcomes, and then nothing to do."""
    script: Iterator[Progress | Exception] = iter(outcomes)

    async def step() -> Progress:
        outcome = next(script, NOTHING)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return step


async def observed(chores: dict[str, Step], count: int) -> list[tuple[str, int, str]]:
    """Return the first observations of these chores."""
    seen: list[tuple[str, int, str]] = []
    enough = asyncio.Event()

    def observe(chore: str, done: int, failure: str) -> None:
        seen.append((chore, done, failure))
        if len(seen) == count:
            enough.set()

    running = asyncio.create_task(Retention(AT_ONCE, chores, observe).run())
    await asyncio.wait_for(enough.wait(), 60)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return seen[:count]


async def test_a_chore_goes_on_until_it_has_nothing_to_do_and_then_comes_the_next() -> None:
    chores = {
        "answers": scripted(Progress(64, more=True), Progress(3, more=True)),
        "deliveries": scripted(Progress(0, more=True), Progress(1, more=True)),
    }

    assert [
        ("answers", 64, ""),
        ("answers", 3, ""),
        ("answers", 0, ""),
        ("deliveries", 0, ""),
        ("deliveries", 1, ""),
        ("deliveries", 0, ""),
        ("answers", 0, ""),
    ] == await observed(chores, 7)


async def test_a_chore_that_fails_holds_up_no_other_and_is_tried_again() -> None:
    chores = {
        "answers": scripted(Refused(Reason.CONTENTION), ValueError(), Progress(2, more=True)),
        "deliveries": scripted(),
    }

    assert [
        ("answers", 0, "CONTENTION"),
        ("deliveries", 0, ""),
        ("answers", 0, "INTERNAL_ERROR"),
        ("deliveries", 0, ""),
        ("answers", 2, ""),
    ] == await observed(chores, 5)
