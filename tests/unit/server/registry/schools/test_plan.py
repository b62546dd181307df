"""What a school file changes: a source speaks only of what it reported before (R1)."""

import datetime as dt
from dataclasses import replace

import pytest

from support.builders.duo_files import (
    board_file,
    board_line,
    file_of,
    po_file,
    po_line,
    so_line,
    vo_file,
    vo_line,
    vo_location_line,
)
from support.builders.school_imports import AUGUST, EMPTY, OCTOBER, SEPTEMBER, applied, imported
from wissel.routing.facts import OPERATOR_SOURCE, Board, Location, School
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.server.registry.schools.differences import ChangeKind
from wissel.server.registry.schools.duo.formats import Source
from wissel.server.registry.schools.duo.parsing import parse
from wissel.server.registry.schools.plan import Known, Plan, plan

LAST_OF_AUGUST = dt.date(2026, 8, 31)


def differences(planned: Plan) -> list[tuple[str, str, str, str]]:
    """Return the changes as plain tuples."""
    return [(each.kind, each.subject, each.before, each.after) for each in planned.changes]


def test_everything_in_a_first_file_is_new() -> None:
    planned = plan(EMPTY, parse(po_file(po_line("99XA00"), po_line("99XA02"))), AUGUST)

    assert differences(planned) == [
        ("BOARD_NEW", "99001", "", ""),
        ("SCHOOL_NEW", "99XA", "", "School 99XA00"),
        ("LOCATION_NEW", "99XA00", "", "School 99XA00"),
        ("LOCATION_NEW", "99XA02", "", "School 99XA02"),
    ]
    assert planned.open_locations == 0


def test_a_second_import_changes_nothing() -> None:
    files = [po_file(po_line()), board_file(board_line()), vo_file(vo_line())]
    known = imported(*files)

    plans = [plan(known, parse(data), SEPTEMBER) for data in files]

    assert [(each.changes, each.facts) for each in plans] == [((), ())] * 3


def test_a_board_that_was_known_by_number_gets_its_name() -> None:
    known = imported(po_file(po_line(board="99001")))

    planned = plan(known, parse(board_file(board_line(kvk_nummer="99000001"))), AUGUST)

    assert differences(planned) == [
        ("BOARD_RENAMED", "99001", "", "Stichting Wissel"),
        ("BOARD_CHANGED", "99001", "", "99000001"),
    ]


def test_a_school_has_the_name_of_its_lowest_location() -> None:
    known = imported(po_file(po_line("99XA05", vestigingsnaam="Five"), po_line("99XA03")))

    assert known.schools[Brin("99XA")].name == "School 99XA03"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            po_line(vestigingsnaam="New name"),
            [
                ("SCHOOL_RENAMED", "99XA", "School 99XA00", "New name"),
                ("LOCATION_RENAMED", "99XA00", "School 99XA00", "New name"),
            ],
        ),
        (
            po_line(board="99007"),
            [("BOARD_NEW", "99007", "", ""), ("SCHOOL_MOVED", "99XA", "99001", "99007")],
        ),
        (
            po_line(postcode="1234 CD"),
            [
                (
                    "LOCATION_CHANGED",
                    "99XA00",
                    "1234AB WISSELDORP 0099",
                    "1234CD WISSELDORP 0099",
                )
            ],
        ),
        (
            po_line("99XC00"),
            [
                ("SCHOOL_CLOSED", "99XA", "School 99XA00", ""),
                ("LOCATION_CLOSED", "99XA00", "School 99XA00", ""),
                ("SCHOOL_NEW", "99XC", "", "School 99XC00"),
                ("LOCATION_NEW", "99XC00", "", "School 99XC00"),
            ],
        ),
    ],
)
def test_every_difference_is_told(line: str, expected: list[tuple[str, ...]]) -> None:
    known = imported(po_file(po_line()))

    planned = plan(known, parse(po_file(line)), SEPTEMBER)

    assert differences(planned) == expected


def test_a_location_that_is_no_longer_reported_closes_the_day_before() -> None:
    known = imported(po_file(po_line("99XA00"), po_line("99XA02")))

    planned = plan(known, parse(po_file(po_line("99XA00"))), SEPTEMBER)

    (school,) = applied(known, planned).schools.values()
    assert [each.closed for each in school.locations] == [None, LAST_OF_AUGUST]
    assert school.closed is None
    assert (planned.closing, planned.open_locations, planned.closed_share) == (1, 2, 0.5)


def test_what_closed_keeps_its_last_day_and_is_told_once() -> None:
    known = imported(po_file(po_line("99XA00"), po_line("99XC00")))
    known = imported(po_file(po_line("99XA00")), known=known, as_of=SEPTEMBER)

    planned = plan(known, parse(po_file(po_line("99XA00"))), OCTOBER)

    assert planned.changes == ()
    assert known.schools[Brin("99XC")].closed == LAST_OF_AUGUST


def test_a_school_that_is_reported_again_opens_again() -> None:
    both = po_file(po_line("99XA00"), po_line("99XC00"))
    known = imported(both)
    known = imported(po_file(po_line("99XA00")), known=known, as_of=SEPTEMBER)

    planned = plan(known, parse(both), OCTOBER)

    assert differences(planned) == [
        ("SCHOOL_REOPENED", "99XC", "", "School 99XC00"),
        ("LOCATION_REOPENED", "99XC00", "", "School 99XC00"),
    ]
    assert applied(known, planned).schools[Brin("99XC")].closed is None


def test_a_file_without_lines_closes_everything_of_its_source() -> None:
    known = imported(po_file(po_line()), vo_file(vo_line()))

    planned = plan(known, parse(po_file()), SEPTEMBER)

    assert planned.closed_share == 1
    assert planned.closing == 1


def test_another_source_closes_nothing() -> None:
    known = imported(po_file(po_line("99XA00")), board_file(board_line()))

    planned = plan(known, parse(vo_file(vo_line("99XB00"))), SEPTEMBER)

    assert planned.counts == {
        ChangeKind.BOARD_NEW: 1,
        ChangeKind.SCHOOL_NEW: 1,
        ChangeKind.LOCATION_NEW: 1,
    }


def test_an_import_never_closes_what_an_operator_registered() -> None:
    known = Known.of([Board(number=BoardNumber("99001"))], [_by_operator("99XA", "99XA00")])

    planned = plan(known, parse(po_file(po_line("99XC00"))), SEPTEMBER)

    assert planned.closing == 0
    assert applied(known, planned).schools[Brin("99XA")] == known.schools[Brin("99XA")]


def test_a_file_takes_over_what_an_operator_registered() -> None:
    school = _by_operator("99XA", "99XA00", "99XA01")
    known = Known.of([Board(number=BoardNumber("99001"))], [school])

    planned = plan(known, parse(vo_file(vo_line("99XA00", board="99001"))), SEPTEMBER)

    assert differences(planned) == [
        ("SCHOOL_TAKEN_OVER", "99XA", "OPERATOR", "DUO_VO_LOCATIONS"),
        ("SCHOOL_RENAMED", "99XA", "By hand", "School 99XA00"),
        ("LOCATION_TAKEN_OVER", "99XA00", "OPERATOR", "DUO_VO_LOCATIONS"),
        ("LOCATION_RENAMED", "99XA00", "By hand", "School 99XA00"),
        ("LOCATION_CHANGED", "99XA00", "1111AA", "1111AA SPOORBRUG 0098"),
        ("LOCATION_SECTOR", "99XA00", "", "VO"),
    ]
    assert [each.source for each in applied(known, planned).schools[Brin("99XA")].locations] == [
        "DUO_VO_LOCATIONS",
        OPERATOR_SOURCE,
    ]


def test_a_file_brings_the_sector_that_an_earlier_version_did_not_keep() -> None:
    known = imported(po_file(po_line("99XA00"), po_line("99XA02")))
    school = known.schools[Brin("99XA")]
    bare = tuple(replace(each, sector=None) for each in school.locations)
    earlier = Known.of(known.boards.values(), [replace(school, locations=bare)])

    planned = plan(earlier, parse(po_file(po_line("99XA00"), po_line("99XA02"))), AUGUST)

    assert differences(planned) == [
        ("LOCATION_SECTOR", "99XA00", "", "PO"),
        ("LOCATION_SECTOR", "99XA02", "", "PO"),
    ]
    assert list(planned.facts) == [school]


def test_a_file_that_does_not_tell_a_sector_leaves_it() -> None:
    known = imported(file_of(Source.SO_LOCATIONS, [so_line(soort_primair_onderwijs="SBO")]))
    untold = file_of(Source.SO_LOCATIONS, [so_line(soort_primair_onderwijs=" ")])

    assert plan(known, parse(untold), AUGUST).changes == ()


def _by_operator(brin: str, *vestigingen: str) -> School:
    return School(
        brin=Brin(brin),
        board=BoardNumber("99001"),
        source=OPERATOR_SOURCE,
        locations=tuple(
            Location(
                vestiging=Vestiging(each),
                name="By hand",
                source=OPERATOR_SOURCE,
                postcode="1111AA",
            )
            for each in vestigingen
        ),
    )


def test_a_count_of_pupils_does_not_overrule_a_register_of_locations() -> None:
    register = file_of(Source.VO_LOCATIONS, [vo_location_line("99XB00", vestigingsnaam="Register")])
    known = imported(register)

    pupils = vo_file(vo_line("99XB00", "99009", instellingsnaam_vestiging="Count"))
    planned = plan(known, parse(pupils), SEPTEMBER)

    assert [each for each in planned.facts if isinstance(each, School)] == []
    assert differences(planned)[1:] == [
        (
            "LOCATION_KEPT",
            "99XB00",
            "Register, 1234AB WISSELDORP 0099",
            "Count, 1234AB SPOORBRUG 0098",
        ),
        ("SCHOOL_KEPT", "99XB", "99002", "99009"),
    ]


def test_two_sources_that_agree_are_not_mentioned() -> None:
    register = file_of(Source.VO_LOCATIONS, [vo_location_line("99XB00")])
    known = imported(register)

    agreeing = vo_line("99XB00", plaatsnaam="WISSELDORP", gemeentenummer="99")
    planned = plan(known, parse(vo_file(agreeing)), SEPTEMBER)

    assert (planned.changes, planned.facts) == ((), ())


def test_a_register_of_locations_takes_over_what_a_count_of_pupils_told() -> None:
    known = imported(vo_file(vo_line("99XB00"), vo_line("99XB01")))

    register = file_of(Source.VO_LOCATIONS, [vo_location_line("99XB00", plaatsnaam="SPOORBRUG")])
    planned = plan(known, parse(register), SEPTEMBER)

    assert differences(planned) == [
        ("SCHOOL_TAKEN_OVER", "99XB", "DUO_VO_LOCATIONS", "DUO_VO_REGISTER"),
        ("LOCATION_TAKEN_OVER", "99XB00", "DUO_VO_LOCATIONS", "DUO_VO_REGISTER"),
        ("LOCATION_CHANGED", "99XB00", "SPOORBRUG 0098", "1234AB SPOORBRUG 0099"),
    ]


def test_what_a_register_closed_stays_closed_for_a_count_of_pupils() -> None:
    both = [vo_location_line("99XB00"), vo_location_line("99XB01")]
    known = imported(file_of(Source.VO_LOCATIONS, both))
    known = applied(known, plan(known, parse(file_of(Source.VO_LOCATIONS, both[:1])), SEPTEMBER))

    planned = plan(known, parse(vo_file(vo_line("99XB00"), vo_line("99XB01"))), OCTOBER)

    assert [each for each in planned.facts if isinstance(each, School)] == []
    assert ("LOCATION_KEPT", "99XB01") in [each[:2] for each in differences(planned)]
