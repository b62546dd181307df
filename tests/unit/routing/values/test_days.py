"""Days in Amsterdam and periods with both ends inclusive."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import (
    AMSTERDAM,
    ONE_DAY,
    Period,
    day_of,
    parse_day,
    parse_optional_day,
)

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2020, 2, 1))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    return Period(start, draw(st.none() | DAYS.filter(lambda day: day >= start)))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-07-31T21:59:59+00:00", "2026-07-31"),
        ("2026-07-31T22:00:00+00:00", "2026-08-01"),
        ("2026-01-31T22:59:59+00:00", "2026-01-31"),
        ("2026-01-31T23:00:00+00:00", "2026-02-01"),
    ],
)
def test_a_day_is_a_day_in_amsterdam(instant: str, day: str) -> None:
    assert dt.date.fromisoformat(day) == day_of(dt.datetime.fromisoformat(instant))


@given(st.datetimes(timezones=st.just(dt.UTC)))
@example(dt.datetime(1937, 6, 30, 23, 40, 28, tzinfo=dt.UTC))  # Amsterdam was 0:19:32 ahead
@example(dt.datetime(9998, 7, 31, 21, 59, 59, 999_999, tzinfo=dt.UTC))
@example(dt.datetime.max.replace(tzinfo=dt.UTC))
def test_every_instant_has_the_day_of_its_local_time(instant: dt.datetime) -> None:
    if instant < dt.datetime.max.replace(tzinfo=dt.UTC) - ONE_DAY:
        assert instant.astimezone(AMSTERDAM).date() == day_of(instant)
    else:
        assert dt.date.max == day_of(instant)


@pytest.mark.parametrize(
    "text", ["", "2026-1-1", "20260101", "2026-02-30", "2026-01-01 ", "01-01-2026", "2026-W01-1"]
)
def test_malformed_day(text: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_day(text, "start_date")

    assert (Reason.DATE_MALFORMED, "start_date") == (caught.value.reason, caught.value.field)


def test_an_empty_day_may_be_no_day() -> None:
    assert parse_optional_day("", "end_date") is None


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(Refused) as caught:
        Period.parse(dt.date(2026, 8, 2), dt.date(2026, 8, 1))

    assert Reason.PERIOD_INVALID == caught.value.reason


@given(periods(), periods())
def test_periods_overlap_exactly_if_they_share_a_day(a: Period, b: Period) -> None:
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=n) for n in range(400)]
    shared = any(a.contains(day) and b.contains(day) for day in days)

    assert shared is a.overlaps(b) is b.overlaps(a)


@given(periods(), st.none() | DAYS, DAYS)
def test_a_clipped_period_holds_the_days_of_both(
    period: Period, end: dt.date | None, day: dt.date
) -> None:
    expected = period.contains(day) and (end is None or day <= end)

    assert expected is period.until(end).contains(day)
