"""A point is in the Netherlands, in degrees."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.points import Point


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [
        (52.066957459650574, 4.332230129796609, Point(52066957, 4332230)),
        (50.7, 7.3, Point(50700000, 7300000)),
        (12.15, -68.27, Point(12150000, -68270000)),
    ],
)
def test_degrees_become_millionths(latitude: float, longitude: float, point: Point) -> None:
    assert point == Point.parse(latitude, longitude, "point")


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (4.33, 52.07),
        (0, 0),
        (52.07, math.nan),
        (math.nan, 4.33),
        (math.inf, 4.33),
        (455000, 81000),
        (48.86, 2.35),
        (52.07, -68.27),
    ],
)
def test_what_is_elsewhere_is_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(Refused) as caught:
        Point.parse(latitude, longitude, "points[3]")

    assert (Reason.FIELD_INVALID, "points[3]") == (caught.value.reason, caught.value.field)


@given(st.floats(50.7, 53.7), st.floats(3.2, 7.3))
def test_what_is_shown_is_read_as_the_same(latitude: float, longitude: float) -> None:
    point = Point.parse(latitude, longitude, "point")

    assert point.degrees == (round(latitude, 6), round(longitude, 6))
    assert point == Point.parse(*point.degrees, "point")
