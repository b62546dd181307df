"""A switch of systems as a function of values (R3)."""

import datetime as dt
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from support.worlds.register_world import DAY, LAS_NOORD, NOBODY, SCHOOL
from wissel.routing.facts import Mandate, Processing, Switch
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import ServiceCode
from wissel.server.registry.rules.switching import made_way, restored

days = st.integers(0, 700).map(lambda offset: dt.date(2027, 6, 1) + dt.timedelta(days=offset))
"""Over a leap day and four changes of the clock."""


@given(days, st.none() | st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_a_switch_leaves_no_day_between_both_and_is_undone_exactly(
    first: dt.date, length: int | None, into: int, ago: int
) -> None:
    end = None if length is None else first + dt.timedelta(days=length)
    start = first + dt.timedelta(days=into if length is None else min(into, length))
    old = _mandate(Period(first, end))
    switch = Switch(to=uuid4(), former=old.period)

    done = made_way(old, switch, start, start - dt.timedelta(days=ago))

    assert restored(done) == old
    assert done.stopped or (done.period.start, done.period.end) == (first, start - DAY)
    assert done.stopped is (start == first)


def _mandate(period: Period) -> Mandate:
    return Mandate(
        mandate_id=NOBODY,
        organisation=SCHOOL,
        service=ServiceCode("OSO_OV"),
        system_id=LAS_NOORD,
        period=period,
        processing=Processing.NOT_REQUIRED,
        created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
