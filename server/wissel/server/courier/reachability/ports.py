"""What pinging needs of the store, and who leads a round (design.md#living-endpoints)."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from wissel.server.courier.reachability.observation import Observation, Receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The last round of pings, which one process of all hubs leads.

    `holder` leads it until `lease`, unless it says that it goes on. `ended` says that
    all were pinged. `version` grows with each observation.
    """

    holder: str
    lease: dt.datetime
    started: dt.datetime
    ended: bool
    version: int

    def due(self, now: dt.datetime, lease: dt.timedelta, every: dt.timedelta) -> bool:
        """Whether somebody is to lead a round now.

        One that has not ended is led on once its lease has run out. What lies further in
        the future than it can was written by a clock that was wrong, and is not believed.
        """
        if self.ended:
            return not self.started <= now < self.started + every
        return not now < self.lease <= now + lease

    def led_by(self, holder: str, now: dt.datetime, lease: dt.timedelta) -> "Round":
        """Return the round as a process begins to lead it: a new one, or one that was left."""
        started = now if self.ended or self.started > now else self.started
        return replace(self, holder=holder, lease=now + lease, started=started, ended=False)


class Observations(Protocol):
    """What is known of receivers, for all hubs on a database.

    It is no part of the register's log. Each method raises `Refused(DATABASE_UNAVAILABLE)`
    or, if it writes, `Refused(CONTENTION)`.
    """

    async def last_round(self) -> Round | None:
        """Return the last round, None if there was none yet."""
        ...

    async def lead(
        self, holder: str, now: dt.datetime, lease: dt.timedelta, every: dt.timedelta
    ) -> Round | None:
        """Lead the round that is due; None if none is, or if another process was first."""
        ...

    async def record(
        self,
        round_: Round,
        found: Sequence[Observation],
        *,
        lease: dt.datetime,
        gone: Collection[Receiver] = (),
        ended: bool = False,
    ) -> bool:
        """Keep what was found, forget who is gone, and lead on until `lease`, in one write.

        False, and nothing is kept, if another process leads the round meanwhile.
        """
        ...

    async def all(self) -> Sequence[Observation]:
        """Return what is known of every receiver, in order of receiver."""
        ...
