"""Calendar days and periods, as DUO's schemas define them: both ends inclusive.

A day is a day in Europe/Amsterdam (design.md#sources).
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_QUARTER: Final = dt.timedelta(minutes=15)
ONE_DAY: Final = dt.timedelta(days=1)
FOREVER: Final = dt.date.max
"""The last day of what has no end, where None would not compare."""


def day_of(instant: dt.datetime) -> dt.date:
    """Return the day in Amsterdam on which an aware instant falls.

    The last day that Python knows, 31 December 9999, lasts until the last instant.
    """
    quarters = (instant - _EPOCH) // _QUARTER
    return _day_of_quarter(quarters) if quarters > 0 else _day_of(instant)


@lru_cache(maxsize=1024)
def _day_of_quarter(quarters: int) -> dt.date:
    """Return the day of a quarter of an hour since 1970: since then days begin with one.

    Every call asks for today, which takes 0.4 µs instead of 1.6 (timed with `timeit`).
    """
    return _day_of(_EPOCH + quarters * _QUARTER)


def _day_of(instant: dt.datetime) -> dt.date:
    try:
        return instant.astimezone(AMSTERDAM).date()
    except OverflowError:
        return dt.date.max


def begin_of(day: dt.date) -> dt.datetime:
    """Return the first instant of a day in Amsterdam, in UTC."""
    return dt.datetime.combine(day, dt.time(), AMSTERDAM).astimezone(dt.UTC)


def parse_day(text: str, field: str) -> dt.date:
    """Return the day written as `yyyy-mm-dd`, or raise `Refused(DATE_MALFORMED)`."""
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(Reason.DATE_MALFORMED, field=field)


def parse_optional_day(text: str, field: str) -> dt.date | None:
    """Return the day, or None for an empty text."""
    return parse_day(text, field) if text else None


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both included; without `end` until further notice."""

    start: dt.date
    end: dt.date | None = None

    @classmethod
    def parse(cls, start: dt.date, end: dt.date | None) -> Self:
        """Return the period, or raise `Refused(PERIOD_INVALID)` if it ends before it starts."""
        if end is not None and end < start:
            raise Refused(Reason.PERIOD_INVALID, field="end_date", start=str(start), end=str(end))
        return cls(start, end)

    def contains(self, day: dt.date) -> bool:
        """Whether the day lies in it."""
        return self.start <= day and (self.end is None or day <= self.end)

    @property
    def empty(self) -> bool:
        """Whether it has no day: what was withdrawn before its first day ends before it starts."""
        return self.end is not None and self.end < self.start

    def overlaps(self, other: "Period") -> bool:
        """Whether some day lies in both; an empty period shares none."""
        if self.empty or other.empty:
            return False
        return (self.end is None or other.start <= self.end) and (
            other.end is None or self.start <= other.end
        )

    def until(self, end: dt.date | None) -> "Period":
        """Return the part that lies before or on `end`."""
        ends = [day for day in (self.end, end) if day is not None]
        return Period(self.start, min(ends, default=None))
