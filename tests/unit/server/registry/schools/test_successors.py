"""A closed location's successor is told where a file leaves no doubt (R1)."""

from collections.abc import Iterable

import pytest

from support.builders.duo_files import po_file, po_line
from support.builders.school_imports import AUGUST, OCTOBER, SEPTEMBER, applied, imported
from wissel.routing.facts import School, Successor, common_successor
from wissel.routing.values.identifiers import Brin, Vestiging
from wissel.server.registry.schools.differences import ChangeKind
from wissel.server.registry.schools.duo.parsing import parse
from wissel.server.registry.schools.plan import Known, plan

MERGED = {ChangeKind.SCHOOL_MERGED, ChangeKind.LOCATION_MERGED}


def at(vestiging: str, name: str = "De Brug", postcode: str = "1111 AA") -> str:
    return po_line(vestiging, vestigingsnaam=name, postcode=postcode)


def mergers(known: Known, *lines: str) -> list[tuple[str, str, str]]:
    planned = plan(known, parse(po_file(*lines)), SEPTEMBER)
    return [
        (each.kind, each.subject, each.after) for each in planned.changes if each.kind in MERGED
    ]


def successors(known: Known, brin: str) -> list[Successor | None]:
    return [each.successor for each in known.schools[Brin(brin)].locations]


def test_a_location_goes_on_under_another_brin() -> None:
    known = imported(po_file(at("99XA00"), at("99XB00", "Elders", "2222 BB")))
    after = [at("99XB00", "Elders", "2222 BB"), at("99XB01", "de brug")]

    assert [
        ("SCHOOL_MERGED", "99XA", "99XB01"),
        ("LOCATION_MERGED", "99XA00", "99XB01"),
    ] == mergers(known, *after)
    closed = imported(po_file(*after), known=known, as_of=SEPTEMBER)
    assert "99XB01" == closed.schools[Brin("99XA")].successor
    again = imported(po_file(*after), known=closed, as_of=OCTOBER)
    assert again == closed


def test_the_other_may_have_been_there_before() -> None:
    known = imported(po_file(at("99XA02"), at("99XA00", "Anders"), at("99XB00")))

    assert [("LOCATION_MERGED", "99XA02", "99XB00")] == mergers(
        known, at("99XA00", "Anders"), at("99XB00")
    )


@pytest.mark.parametrize(
    "after",
    [
        [],
        [at("99XC00", postcode="2222 BB")],
        [at("99XC00", "De Nieuwe Brug")],
        [at("99XC00"), at("99XD00")],
    ],
)
def test_what_leaves_a_doubt_tells_nothing(after: Iterable[str]) -> None:
    known = imported(po_file(at("99XA00"), at("99XB00", "Elders")))

    assert [] == mergers(known, at("99XB00", "Elders"), *after)


def test_two_that_close_at_once_have_none() -> None:
    known = imported(po_file(at("99XA00"), at("99XA01"), at("99XB00", "Elders")))

    assert [] == mergers(known, at("99XB00", "Elders"), at("99XC00"))


def test_a_file_without_postcodes_tells_nothing() -> None:
    known = imported(po_file(at("99XA00", postcode=" "), at("99XB00", "Elders")))

    assert [] == mergers(known, at("99XB00", "Elders"), at("99XC00", postcode=" "))


def test_what_opens_again_has_no_successor_any_more() -> None:
    known = imported(po_file(at("99XA00"), at("99XB00", "Elders")))
    moved = imported(po_file(at("99XB00", "Elders"), at("99XC00")), known=known, as_of=SEPTEMBER)
    planned = plan(moved, parse(po_file(at("99XA00"), at("99XB00", "Elders"))), OCTOBER)

    assert ["99XC00"] == successors(moved, "99XA")
    assert [None] == successors(applied(moved, planned), "99XA")
    assert {("LOCATION_REOPENED", "99XA00"), ("LOCATION_MERGED", "99XC00")} <= {
        (each.kind, each.subject) for each in planned.changes
    }


@pytest.mark.parametrize(
    ("each", "common"),
    [
        ([], None),
        (["99XB01"], "99XB01"),
        (["99XB01", "99XB01"], "99XB01"),
        (["99XB01", "99XB02"], "99XB"),
        (["99XB01", "99XB"], "99XB"),
        (["99XB01", "99XC01"], None),
    ],
)
def test_a_school_goes_on_where_all_of_it_does(each: list[str], common: str | None) -> None:
    found = [Vestiging(text) if len(text) == len("99XB01") else Brin(text) for text in each]

    assert common == common_successor(found)


def test_an_open_school_goes_on_nowhere() -> None:
    known = imported(po_file(at("99XA00"), at("99XA02", "Twee"), at("99XB00", "Elders")))
    partly = imported(
        po_file(at("99XA02", "Twee"), at("99XB00", "Elders"), at("99XC00")),
        known=known,
        as_of=SEPTEMBER,
    )

    school: School = partly.schools[Brin("99XA")]
    assert (["99XC00", None], None) == (successors(partly, "99XA"), school.successor)
    assert AUGUST < (school.locations[0].closed or AUGUST)
