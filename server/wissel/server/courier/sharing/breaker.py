"""Leaving a receiver alone that does not answer: a state machine of values (design.md#bounds).

    closed ──> open      time-outs in a row
    open   ──> probing   after a while one transfer may try
    probing ─> open      it timed out too: for twice as long
    any    ──> closed    the receiver answers

All functions are functions of values; instants and durations are in seconds.
"""

from dataclasses import dataclass, replace
from typing import Final

_LONGEST_DOUBLING: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When a breaker opens, and for how long.

    It opens after `timeouts` in a row that are at most `apart` from each other,
    for `first` seconds, and after each probe that times out for twice as long, up to
    `most`. A probe that has told nothing after `probe` seconds makes room for
    another one.
    """

    timeouts: int = 3
    apart: float = 600.0
    first: float = 30.0
    most: float = 300.0
    probe: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """What is known of one receiver.

    `timeouts` is how many there were in a row, the last one at `last`; `answered`
    is when it last gave an answer. It is open if `until` is set: until
    then nobody is let through, and `probing` is since when one is. `openings`
    is how often it opened without an answer in between.
    """

    timeouts: int = 0
    last: float | None = None
    answered: float | None = None
    until: float | None = None
    openings: int = 0
    probing: float | None = None

    @property
    def open(self) -> bool:
        """Whether the receiver is left alone, but for a probe."""
        return self.until is not None


def wait(breaker: Breaker, rules: BreakerRules, now: float) -> float:
    """Return how long a transfer has to wait until it is let through; 0 if it is now."""
    if breaker.until is None:
        return 0.0
    if breaker.probing is not None:
        return max(breaker.probing + rules.probe - now, 0.0)
    return max(breaker.until - now, 0.0)


def let_through(breaker: Breaker, now: float) -> Breaker:
    """Return the breaker once a transfer was let through; of an open one it is the probe."""
    return replace(breaker, probing=now) if breaker.open else breaker


def probe_ended(breaker: Breaker, began: float) -> Breaker:
    """Return the breaker once the probe that `began` then has ended without telling anything."""
    return replace(breaker, probing=None) if breaker.probing == began else breaker


def answered(now: float) -> Breaker:
    """Return the breaker of a receiver that has answered: it is closed."""
    return Breaker(answered=now)


def timed_out(
    breaker: Breaker, rules: BreakerRules, now: float, *, sent: float, probe: bool
) -> Breaker:
    """Return the breaker once a transfer has timed out whose last byte went at `sent`.

    1. If the receiver has answered anyone since `sent`, that says nothing of it.
    2. Of an open one only its probe counts: it opens again, for longer.
    3. A closed one opens after so many in a row.
    """
    # 1.
    if breaker.answered is not None and breaker.answered >= sent:
        return breaker
    # 2.
    if breaker.open:
        return _opened(breaker, rules, now) if probe else breaker
    # 3.
    recent = breaker.last is not None and now - breaker.last <= rules.apart
    count = breaker.timeouts + 1 if recent else 1
    counted = replace(breaker, timeouts=count, last=now)
    return _opened(counted, rules, now) if count >= rules.timeouts else counted


def _opened(breaker: Breaker, rules: BreakerRules, now: float) -> Breaker:
    seconds = min(rules.most, rules.first * 2.0 ** min(breaker.openings, _LONGEST_DOUBLING))
    return replace(
        breaker,
        last=now,
        until=now + seconds,
        openings=breaker.openings + 1,
        probing=None,
    )
