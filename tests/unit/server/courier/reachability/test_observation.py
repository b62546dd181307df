"""Silence is counted as it was seen: whatever the clock does, and however long nobody looked."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.routing.values.identifiers import Oin
from wissel.server.courier.reachability.observation import (
    COUNTED_ROUNDS,
    UNREACHABLE_DAYS,
    WARNED_DAYS,
    Observation,
    Pinged,
    ReachState,
    Receiver,
    Silence,
    first_of,
    then,
    warned_of,
)
from wissel.server.courier.receivers.causes import Cause

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
WHERE = Receiver("las.example", 8443, Oin("00000003990000040000"))
DEAD = Pinged(Silence(cause=Cause.TCP, detail="it takes no connections"))
ANSWERS = Pinged(None, NOW + 90 * DAY)


def after(*hours: float, pinged: Pinged = DEAD) -> Observation:
    """What is known after pings so many hours after the first, all with the same outcome."""
    found = first_of(WHERE, pinged, NOW)
    for each in hours:
        found = warned_of(then(found, pinged, NOW + each * HOUR, HOUR))
    return found


def test_what_answers_has_no_silence() -> None:
    found = after(1, 2, pinged=ANSWERS)

    assert (ReachState.ANSWERS, None, 0) == (found.state, found.since, found.warning)


def test_silence_is_since_the_first_ping_without_an_answer_and_why_is_the_last() -> None:
    moved = Pinged(Silence(cause=Cause.DNS))

    found = then(after(*range(1, 30)), moved, NOW + 30 * HOUR, HOUR)

    assert (ReachState.SILENT, 1) == (found.state, found.days)
    assert (NOW, moved.silent) == (found.since, found.silent)


def test_an_answer_ends_it_and_the_next_silence_begins_anew() -> None:
    answered = then(after(*range(1, 200)), ANSWERS, NOW + 200 * HOUR, HOUR)
    again = then(answered, DEAD, NOW + 201 * HOUR, HOUR)

    assert ReachState.ANSWERS is answered.state
    assert ANSWERS.certificate_ends == answered.certificate_ends == again.certificate_ends
    assert (NOW + 201 * HOUR, 0, 0) == (again.since, again.days, again.warned)


def test_there_is_one_warning_for_each_day_that_has_one() -> None:
    found, warned = first_of(WHERE, DEAD, NOW), []
    for hour in range(1, 24 * 20):
        found = then(found, DEAD, NOW + hour * HOUR, HOUR)
        if found.warning:
            warned.append((found.warning, hour))
        found = warned_of(found)

    days = (*WARNED_DAYS, UNREACHABLE_DAYS)
    assert [(day, day * 24) for day in days] == warned
    assert ReachState.UNREACHABLE is found.state


def test_days_that_nobody_looked_are_not_counted() -> None:
    found = after(24 * 30)

    assert (ReachState.SILENT, 0) == (found.state, found.days)


@pytest.mark.parametrize("ahead", [DAY * 400, -DAY * 400], ids=["ahead", "back"])
def test_a_clock_that_jumps_and_comes_back_makes_nothing_unreachable(ahead: dt.timedelta) -> None:
    found = first_of(WHERE, DEAD, NOW)
    for moment in (NOW + ahead, NOW + HOUR, NOW + ahead, NOW + 2 * HOUR):
        found = then(found, DEAD, moment, HOUR)

    assert ReachState.SILENT is found.state


YEARS = st.timedeltas(-1000 * DAY, 1000 * DAY)


@given(st.lists(YEARS, max_size=40), st.timedeltas(dt.timedelta(seconds=1), DAY))
def test_whatever_the_clock_says_silence_only_grows_and_no_faster_than_was_looked(
    moments: list[dt.timedelta], every: dt.timedelta
) -> None:
    known = [first_of(WHERE, DEAD, NOW)]
    for moment in moments:
        known.append(warned_of(then(known[-1], DEAD, NOW + moment, every)))

    steps = [later.counted - earlier.counted for earlier, later in pairwise(known)]
    assert all(dt.timedelta() <= step <= COUNTED_ROUNDS * every for step in steps)
    assert all(earlier.warned <= later.warned for earlier, later in pairwise(known))
    assert not any(each.warning for each in known)
