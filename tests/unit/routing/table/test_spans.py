"""Spans of days: the same days as the sets that they stand for."""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.routing.table.spans import ALWAYS, Span, Spans, intersection, last_day, union
from wissel.routing.values.days import FOREVER, ONE_DAY

FIRST = dt.date(2026, 1, 1)
DAYS = [FIRST + n * ONE_DAY for n in range(40)]
PERIODS = st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from([*DAYS, FOREVER])), max_size=4)


def days_of(periods: Iterable[Span]) -> set[dt.date]:
    return {day for start, end in periods for day in DAYS if start <= day <= end}


@given(PERIODS)
def test_a_union_has_the_days_of_all_periods(periods: list[Span]) -> None:
    """A period that ends before it starts has none."""
    assert days_of(periods) == days_of(union(periods))


@given(PERIODS)
def test_the_spans_of_a_union_are_apart_and_in_order(periods: list[Span]) -> None:
    spans = union([(start, end) for start, end in periods if start <= end])

    assert all(one[1] + ONE_DAY < other[0] for one, other in pairwise(spans))


@given(st.lists(PERIODS, max_size=3))
def test_an_intersection_has_the_days_that_all_have(sets: list[list[Span]]) -> None:
    spans = [union(each) for each in sets]
    common = set(DAYS).intersection(*map(days_of, spans))

    assert common == days_of(intersection(spans))


def test_without_a_set_every_day_is_common() -> None:
    assert ALWAYS == intersection([])


@pytest.mark.parametrize(
    ("periods", "spans"),
    [
        ([(DAYS[0], DAYS[1]), (DAYS[2], DAYS[3])], ((DAYS[0], DAYS[3]),)),
        ([(DAYS[0], DAYS[1]), (DAYS[3], DAYS[4])], ((DAYS[0], DAYS[1]), (DAYS[3], DAYS[4]))),
        ([(DAYS[0], FOREVER), (DAYS[5], DAYS[6])], ((DAYS[0], FOREVER),)),
        ([(DAYS[0], DAYS[4]), (DAYS[1], DAYS[2])], ((DAYS[0], DAYS[4]),)),
    ],
)
def test_periods_that_touch_are_one_span(periods: list[Span], spans: Spans) -> None:
    assert spans == union(periods)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (DAYS[0], DAYS[1]),
        (DAYS[1], DAYS[1]),
        (DAYS[2], None),
        (DAYS[3], FOREVER),
        (FOREVER, FOREVER),
        (dt.date.min, None),
    ],
)
def test_the_last_day_is_that_of_the_span_around_a_day(
    day: dt.date, expected: dt.date | None
) -> None:
    assert expected == last_day(((DAYS[0], DAYS[1]), (DAYS[3], FOREVER)), day)
