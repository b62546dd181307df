"""What points change, as a function of values."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from support.builders.duo_files import po_file, po_line
from support.builders.school_imports import SEPTEMBER, imported
from wissel.routing.facts import School
from wissel.routing.values.identifiers import Brin, Vestiging
from wissel.routing.values.points import Point
from wissel.server.registry.schools.locating import located
from wissel.server.registry.schools.plan import Known

HERE, THERE = Point(52066957, 4332230), Point(51889937, 5300523)
A0, A1, B0, C0 = map(Vestiging, ("99XA00", "99XA01", "99XB00", "99XC00"))
KNOWN = imported(po_file(*map(po_line, (A0, A1, B0))))


def schools(known: Known = KNOWN) -> list[School]:
    return sorted(known.schools.values(), key=lambda school: school.brin)


def placed(known: Known, *points: tuple[Vestiging, Point]) -> Known:
    return Known.of(known.boards.values(), merged(known, located(schools(known), points).schools))


def merged(known: Known, changed: Iterable[School]) -> Iterable[School]:
    return ({**known.schools} | {school.brin: school for school in changed}).values()


def points_of(known: Known) -> dict[str, Point | None]:
    return {each.vestiging: each.point for school in schools(known) for each in school.locations}


def test_only_schools_with_another_point_change() -> None:
    found = located(schools(), [(A1, HERE), (C0, THERE)])

    (school,) = found.schools
    assert ("99XA", (None, HERE)) == (school.brin, tuple(each.point for each in school.locations))
    assert (1, [C0], [], [A0, B0]) == (
        found.changed,
        found.unknown,
        found.doubled,
        found.unlocated,
    )


def test_of_two_points_the_first_counts() -> None:
    found = located(schools(), [(A0, HERE), (A0, THERE), (A0, HERE)])

    assert HERE == found.schools[0].locations[0].point
    assert (1, [A0]) == (found.changed, found.doubled)


def test_a_closed_location_lacks_no_point() -> None:
    closed = imported(po_file(po_line(A0)), known=KNOWN, as_of=SEPTEMBER)

    assert [A0] == located(schools(closed), []).unlocated


def test_an_import_keeps_the_point_of_an_address_that_stays() -> None:
    known = placed(KNOWN, (A0, HERE), (A1, HERE), (B0, THERE))

    moved = imported(
        po_file(po_line(A0, vestigingsnaam="Other"), po_line(A1), po_line(B0, postcode="4321 ZZ")),
        known=known,
        as_of=SEPTEMBER,
    )

    assert {A0: HERE, A1: HERE, B0: None} == points_of(moved)


PLACES = st.tuples(st.sampled_from([A0, A1, B0, C0]), st.sampled_from([HERE, THERE]))


@given(st.lists(PLACES), st.lists(PLACES))
def test_points_are_applied_once_and_the_last_file_stands(
    first: list[tuple[Vestiging, Point]], second: list[tuple[Vestiging, Point]]
) -> None:
    known = placed(placed(KNOWN, *first), *second)

    again = located(schools(known), second)

    expected = dict(reversed(first)) | dict(reversed(second))
    assert (0, ()) == (again.changed, again.schools)
    assert {each: expected.get(each) for each in (A0, A1, B0)} == points_of(known)
    assert sorted(again.unlocated) == sorted({A0, A1, B0} - expected.keys())


def test_a_school_that_points_do_not_name_is_the_very_same() -> None:
    school = KNOWN.schools[Brin("99XB")]

    assert () == located([replace(school)], [(A0, HERE)]).schools
