"""Rounds of pings: one process of all hubs leads each (design.md#living-endpoints).

A route is never changed by what they find.
"""

import asyncio
import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn, Protocol

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.routing.values.days import day_of
from wissel.server.courier.ports import STALE_SECONDS, Clock, Tables
from wissel.server.courier.reachability.observation import (
    UNREACHABLE_DAYS,
    Observation,
    Receiver,
    Silence,
    first_of,
    then,
    warned_of,
)
from wissel.server.courier.reachability.ping import Pinger
from wissel.server.courier.reachability.ports import Observations, Round
from wissel.server.courier.reachability.receivers import in_turn, not_yet_pinged, receivers_of

_LOG: Final = structlog.get_logger("wissel.receivers")
LEASE_SECONDS: Final = 300.0
"""How long one leads on after what it last recorded: longer than a batch of pings takes."""
_BATCH: Final = 4  # times as many as are pinged at once are recorded in one write


@dataclass(frozen=True, slots=True, kw_only=True)
class PingSchedule:
    """When receivers are pinged, in seconds; `usual_pings` gives a hub's.

    A round begins `every` so often, and each process looks for one that is due every
    `look`. At most `at_once` receivers are pinged at once, each up to `spread` after its
    turn came. Who leads and is gone leads for `lease` more, which is longer than it takes to
    record a batch. Tests replace `chance` (0 to 1).
    """

    every: float
    look: float
    at_once: int
    lease: float = LEASE_SECONDS
    spread: float = 0.5
    chance: Callable[[], float] = field(default=random.random, repr=False)


def usual_pings(every: float, at_once: int) -> PingSchedule:
    """Return the schedule of a hub that pings `every` so many seconds, so many at once."""
    return PingSchedule(
        every=every, look=min(60.0, every / 10), at_once=at_once, lease=min(LEASE_SECONDS, every)
    )


class PingObserver(Protocol):
    """Is told of each ping, and of each warning."""

    def pinged(self, silent: Silence | None) -> None:
        """Count a ping; `silent` is why there was no answer, None if there was one."""
        ...

    def warned(self, day: int) -> None:
        """Count a warning of a receiver that has been silent for so many days."""
        ...


class Process(Protocol):
    """The process that leads: its facts, its clock, and a name that no other one has."""

    @property
    def tables(self) -> Tables: ...  # noqa: D102 - see above
    @property
    def clock(self) -> Clock: ...  # noqa: D102
    @property
    def owner(self) -> str: ...  # noqa: D102


class Rounds:
    """Leads the rounds that are due."""

    def __init__(
        self,
        schedule: PingSchedule,
        observations: Observations,
        pinger: Pinger,
        process: Process,
        observer: PingObserver,
    ) -> None:
        self._schedule = schedule
        self._observations = observations
        self._pinger = pinger
        self._tables = process.tables
        self._clock = process.clock
        self._holder = process.owner
        self._observer = observer
        self._every = dt.timedelta(seconds=schedule.every)
        self._lease = dt.timedelta(seconds=schedule.lease)
        self._turns = asyncio.Semaphore(schedule.at_once)

    async def run(self) -> NoReturn:
        """Lead rounds until cancelled; an error is logged and does not end it."""
        while True:
            await asyncio.sleep(self._schedule.look * (0.5 + self._schedule.chance()))
            try:
                await self.lead()
            except Refused as refused:
                _LOG.warning("pings_failed", reason=refused.reason)
            except Exception as error:  # noqa: BLE001 - what ends is not started again
                _LOG.error("pings_failed", exc_info=error)

    async def lead(self) -> bool:
        """Lead a round to its end, if one is due; return whether that was so.

        1. Nothing is pinged on facts that may lack a revocation.
        2. A round is due, and no other process leads it.
        3. Receivers that were looked at in this round already are left out.
        4. What is found is recorded some at a time; if another process leads the round
           by then, it goes on and this one does not.
        """
        # 1.
        if self._tables.staleness() > STALE_SECONDS:
            return False
        # 2.
        now = self._clock()
        last = await self._observations.last_round()
        if last is not None and not last.due(now, self._lease, self._every):
            return False
        led = await self._observations.lead(self._holder, now, self._lease, self._every)
        if led is None:
            return False
        # 3.
        found = await asyncio.to_thread(receivers_of, self._tables.table, day_of(now))
        receivers = in_turn(found)
        known = {each.receiver: each for each in await self._observations.all()}
        waiting = not_yet_pinged(receivers, known, led.started, now)
        # 4.
        size = _BATCH * self._schedule.at_once
        for at in range(0, len(waiting), size):
            looking = (self._looked_at(each, known.get(each)) for each in waiting[at : at + size])
            if not await self._record(led, known, await asyncio.gather(*looking)):
                return False
        gone = known.keys() - set(receivers)
        return await self._observations.record(led, (), lease=self._clock(), gone=gone, ended=True)

    async def _looked_at(self, receiver: Receiver, before: Observation | None) -> Observation:
        async with self._turns:
            await asyncio.sleep(self._schedule.spread * self._schedule.chance())
            pinged = await self._pinger.ping(receiver)
        self._observer.pinged(pinged.silent)
        now = self._clock()
        if before is None:
            return first_of(receiver, pinged, now)
        return then(before, pinged, now, self._every)

    async def _record(
        self, led: Round, known: Mapping[Receiver, Observation], found: Sequence[Observation]
    ) -> bool:
        """Keep what was found; tell of it once that is done, so that nobody else does too."""
        kept = await self._observations.record(
            led, [warned_of(each) for each in found], lease=self._clock() + self._lease
        )
        for each in found if kept else ():
            before = known.get(each.receiver)
            if each.warning:
                self._observer.warned(each.warning)
                unreachable = each.warning >= UNREACHABLE_DAYS
                event = "receiver_unreachable" if unreachable else "receiver_silent"
                _LOG.warning(event, **_told(each), days=each.warning)
            elif before is not None and before.warned and each.silent is None:
                _LOG.info("receiver_answers", **_told(before), days=before.days)
        return kept


def _told(observation: Observation) -> dict[str, object]:
    """Return what the log tells of a silence."""
    silent, since = observation.silent, observation.since
    return {
        **observation.receiver._asdict(),
        "since": since.isoformat() if since else "",
        "cause": silent.cause if silent else "",
        "detail": silent.detail if silent else "",
    }
