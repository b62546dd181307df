"""What those who watch are told became of a mandate or a school (R10)."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from support.worlds import small_world as w
from wissel.routing.facts import Mandate, Processing, School
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Brin
from wissel.server.registry.watching import mandate_change, school_changes

LAST = dt.date(2027, 1, 1)
EARLIER = dt.date(2026, 12, 1)
UNTIL = replace(w.A_NOORD, period=Period(w.START, LAST))
SCHOOL = w.school(w.XB, w.BOARD_2, "00", "02")


def until(last: dt.date | None) -> Mandate:
    return replace(UNTIL, period=Period(w.START, last))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, UNTIL, "GIVEN"),
        (until(None), UNTIL, "ENDED"),
        (UNTIL, until(EARLIER), "ENDED"),
        (UNTIL, until(None), "CHANGED"),
        (until(EARLIER), UNTIL, "CHANGED"),
        (UNTIL, replace(UNTIL, stopped=True), "ENDED"),
        (replace(UNTIL, stopped=True), replace(UNTIL, stopped=True, rejection="x"), "CHANGED"),
        (replace(UNTIL, processing=Processing.AWAITING), UNTIL, "PROCESSED"),
        (UNTIL, replace(UNTIL, period=Period(EARLIER, LAST)), "CHANGED"),
    ],
)
def test_what_became_of_a_mandate(before: Mandate | None, after: Mandate, kind: str) -> None:
    assert kind == mandate_change(before, after)


def with_locations(*changes: dict[str, Any]) -> School:
    """The school, whose locations in order are changed."""
    locations = [
        replace(each, **change) for each, change in zip(SCHOOL.locations, changes, strict=True)
    ]
    return replace(SCHOOL, locations=tuple(locations))


CLOSED = with_locations({"closed": LAST}, {"closed": LAST})
GOES_ON = with_locations(*[{"closed": LAST, "successor": Brin("99XA")}] * 2)
ONE_CLOSED = with_locations({}, {"closed": LAST})


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (SCHOOL, SCHOOL, []),
        (SCHOOL, with_locations({"name": "Renamed"}, {}), []),
        (SCHOOL, w.school(w.XB, w.BOARD_2, "00", "02", "03"), []),
        (SCHOOL, replace(SCHOOL, board=w.BOARD_1), ["MOVED"]),
        (SCHOOL, ONE_CLOSED, ["LOCATIONS"]),
        (ONE_CLOSED, SCHOOL, ["LOCATIONS"]),
        (SCHOOL, CLOSED, ["CLOSED", "LOCATIONS"]),
        (CLOSED, SCHOOL, ["REOPENED", "LOCATIONS"]),
        (SCHOOL, GOES_ON, ["CLOSED", "MERGED", "LOCATIONS"]),
        (CLOSED, GOES_ON, ["MERGED"]),
        (
            SCHOOL,
            replace(ONE_CLOSED, board=w.BOARD_1),
            ["MOVED", "LOCATIONS"],
        ),
    ],
)
def test_what_became_of_a_school(before: School, after: School, kinds: list[str]) -> None:
    assert kinds == list(school_changes(before, after))
