"""Spans of days, and on which days several agreements hold together (R2)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from wissel.routing.table.compact import FOREVER

Spans = tuple[tuple[int, int], ...]
"""Periods as (first day, last day), in order, neither overlapping nor adjacent."""

ALWAYS: Final[Spans] = ((0, FOREVER),)


def union(periods: Iterable[tuple[int, int]]) -> Spans:
    """Return the days that lie in any of the periods."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(periods):
        if spans and start <= spans[-1][1] + 1:
            spans[-1] = spans[-1][0], max(spans[-1][1], end)
        else:
            spans.append((start, end))
    return tuple(spans)


def common(sets: Sequence[Spans]) -> Spans:
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


def last_day(spans: Spans, day: int) -> int:
    """Return the end of the span that a day lies in, 0 if it lies in none."""
    for start, end in spans:
        if start <= day <= end:
            return end
    return 0
