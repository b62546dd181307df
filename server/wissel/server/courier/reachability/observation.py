"""What is known of a receiver: since when and why it does not answer (design.md#living-endpoints).

A receiver is its host, port and OIN, whatever the number of endpoints that lead there.
"""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from wissel.routing.values.identifiers import Oin
from wissel.server.courier.receivers.causes import Cause

WARNED_DAYS: Final = (1, 5)
"""After so many days of silence there is a warning, once each."""
UNREACHABLE_DAYS: Final = 7
"""After so many days it counts as unreachable."""
COUNTED_ROUNDS: Final = 2
"""How many times the time between two rounds one failure counts for, at most."""
MOST_DETAIL: Final = 200


class Receiver(NamedTuple):
    """Where receivers are, and who is to answer there."""

    host: str
    port: int
    oin: Oin


class ReachState(StrEnum):
    """How a receiver stands."""

    ANSWERS = "ANSWERS"
    SILENT = "SILENT"
    UNREACHABLE = "UNREACHABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Why a receiver did not answer: one word, and what more is known of it, maybe nothing."""

    cause: Cause
    detail: str = ""


class Pinged(NamedTuple):
    """What one ping found: why there was no answer, None if there was one.

    `certificate_ends` is when the first of the certificates ends that it showed, None if it
    showed none that count.
    """

    silent: Silence | None
    certificate_ends: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What the last ping of a receiver found, at `checked`.

    `silent` is why it does not answer, None if it does, `since` the moment of the first
    ping without an answer. `counted` is how long it was seen to be silent: unlike
    the time since then, that does not grow while no hub looked, nor when a clock jumps.
    `warned` is the last of the days that there was a warning for, 0 for none.
    `certificate_ends` is when the first of the certificates ends that it showed last.
    """

    receiver: Receiver
    checked: dt.datetime
    silent: Silence | None = None
    since: dt.datetime | None = None
    counted: dt.timedelta = dt.timedelta()
    warned: int = 0
    certificate_ends: dt.datetime | None = None

    @property
    def days(self) -> int:
        """For how many whole days it was seen to be silent."""
        return self.counted.days

    @property
    def state(self) -> ReachState:
        """How it stands."""
        if self.silent is None:
            return ReachState.ANSWERS
        unreachable = self.days >= UNREACHABLE_DAYS
        return ReachState.UNREACHABLE if unreachable else ReachState.SILENT

    @property
    def warning(self) -> int:
        """The day that there is to be a warning for and was none yet, 0 if there is no such day."""
        reached = [day for day in (*WARNED_DAYS, UNREACHABLE_DAYS) if day <= self.days]
        return reached[-1] if reached and reached[-1] > self.warned else 0


def first_of(receiver: Receiver, pinged: Pinged, now: dt.datetime) -> Observation:
    """Return what the first ping of a receiver found."""
    silent, ends = pinged
    since = None if silent is None else now
    return Observation(
        receiver=receiver, checked=now, silent=silent, since=since, certificate_ends=ends
    )


def then(before: Observation, pinged: Pinged, now: dt.datetime, every: dt.timedelta) -> Observation:
    """Return what is known after another ping, at `now`; there is one `every` so often.

    A failure counts for the time since the last ping, but for two rounds at most, and for
    nothing if the clock was set back meanwhile.
    """
    silent, ends = pinged.silent, pinged.certificate_ends or before.certificate_ends
    if silent is None or before.silent is None:
        return first_of(before.receiver, Pinged(silent, ends), now)
    passed = max(dt.timedelta(), min(now - before.checked, COUNTED_ROUNDS * every))
    counted = before.counted + passed
    return replace(before, checked=now, silent=silent, counted=counted, certificate_ends=ends)


def warned_of(observation: Observation) -> Observation:
    """Return an observation of which there was a warning, if one was due."""
    return replace(observation, warned=observation.warning or observation.warned)
