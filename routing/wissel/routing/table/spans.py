"""Spans of days: on which days one agreement holds, or several hold together (R2)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from wissel.routing.values.days import FOREVER, ONE_DAY

Span = tuple[dt.date, dt.date]
"""A first and a last day, both included; the last day may be FOREVER."""

Spans = tuple[Span, ...]
"""Spans in order, neither overlapping nor adjacent."""

ALWAYS: Final[Spans] = ((dt.date.min, FOREVER),)


def union(periods: Iterable[Span]) -> Spans:
    """Return the days that lie in any of the periods; one that ends before it starts has none."""
    spans: list[Span] = []
    for start, end in sorted(periods):
        if spans and _adjoins(spans[-1], start):
            spans[-1] = spans[-1][0], max(spans[-1][1], end)
        else:
            spans.append((start, end))
    return tuple(spans)


def _adjoins(span: Span, start: dt.date) -> bool:
    """Whether a later span that begins on `start` overlaps this one or follows the day after."""
    return span[1] == FOREVER or start <= span[1] + ONE_DAY


def intersection(sets: Sequence[Spans]) -> Spans:
    """Return the days that lie in all of the sets; all days if there is no set."""
    together = ALWAYS
    for spans in sets:
        together = tuple(
            (max(start, first), min(end, last))
            for start, end in together
            for first, last in spans
            if max(start, first) <= min(end, last)
        )
    return together


@lru_cache(maxsize=4096)
def shared(spans: Spans) -> Spans:
    """Return one copy of spans that are equal: most signatories have the same."""
    return spans


def days_of_change(spans: Sequence[Span]) -> set[dt.date]:
    """Return the days on which spans begin, or no longer hold."""
    ends = {end + ONE_DAY for _, end in spans if end != FOREVER}
    return ends | {start for start, _ in spans}


def difference(one: Spans, other: Spans) -> Spans:
    """Return the days that lie in one of both and not in the other."""
    days = sorted({dt.date.min, *days_of_change(one), *days_of_change(other)})
    lasts = [day - ONE_DAY for day in days[1:]] + [FOREVER]
    return union(
        (first, last)
        for first, last in zip(days, lasts, strict=True)
        if (last_day(one, first) is None) is not (last_day(other, first) is None)
    )


def last_day(spans: Spans, day: dt.date) -> dt.date | None:
    """Return the last day of the span that a day lies in, or None if it lies in none."""
    for start, end in spans:
        if start <= day <= end:
            return end
    return None
