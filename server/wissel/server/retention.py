"""What is not kept for ever goes, a little at a time (design.md#retention).

Every process does this for all: what another one has done meanwhile is not done
again. It runs beside the calls and holds none of them up: a step is one short
transaction, and ten times as long as it took nothing follows.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, NoReturn

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

_LOG: Final = structlog.get_logger("wissel.retention")
_REST: Final = 9  # times as long as a step took: a tenth of the time is worked


class Progress(NamedTuple):
    """What one step did: how many records it dealt with, and whether to go on."""

    done: int
    more: bool


Step = Callable[[], Awaitable[Progress]]
"""One short transaction; raises `Refused` if the database does not let it."""

Observer = Callable[[str, int, str], None]
"""Called after each step: the chore, how many records, and why it failed, "" if it did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSchedule:
    """When is looked for what can go, in seconds; tests replace `chance` (0 to 1).

    The first round begins within a second, the next ones `every` so many seconds;
    there is a pause after each step.
    """

    every: float = 60.0
    pause: float = 0.1
    chance: Callable[[], float] = field(default=random.random, repr=False)


class Retention:
    """Runs chores by name, each step after step until it has nothing to do."""

    def __init__(
        self, schedule: RetentionSchedule, chores: Mapping[str, Step], observe: Observer
    ) -> None:
        self._schedule = schedule
        self._chores = chores
        self._observe = observe

    async def run(self) -> NoReturn:
        """Work until cancelled; an error is logged and does not end it."""
        # Processes that start together must not begin at the same moment.
        await asyncio.sleep(self._schedule.chance())
        while True:
            for chore, step in self._chores.items():
                await self._work_off(chore, step)
            await asyncio.sleep(self._schedule.every * (0.5 + self._schedule.chance()))

    async def _work_off(self, chore: str, step: Step) -> None:
        total, more = 0, True
        try:
            while more:
                began = time.perf_counter()
                done, more = await step()
                took = time.perf_counter() - began
                self._observe(chore, done, "")
                total += done
                if more:
                    await asyncio.sleep(max(self._schedule.pause, _REST * took))
        except Refused as refused:
            self._observe(chore, 0, refused.reason)
            _LOG.warning("retention_failed", chore=chore, reason=refused.reason)
        except Exception as error:  # noqa: BLE001 - a chore that ends is not started again
            self._observe(chore, 0, Reason.INTERNAL_ERROR)
            _LOG.error("retention_failed", chore=chore, exc_info=error)
        if total:
            _LOG.info("retention", chore=chore, done=total)
