"""What holds for the plan of any school file, and for DUO's own (R1)."""

import datetime as dt
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.builders.duo_files import REAL_FILES, po_file, po_line, vo_file, vo_line
from support.builders.school_imports import AUGUST, EMPTY, SEPTEMBER, applied
from wissel.routing.facts import Location, School
from wissel.routing.values.identifiers import Brin
from wissel.server.registry.schools.differences import ChangeKind, SchoolChange
from wissel.server.registry.schools.duo.formats import Source
from wissel.server.registry.schools.duo.parsing import ParsedFile, parse
from wissel.server.registry.schools.plan import Known, plan


def test_the_real_files_give_the_known_numbers() -> None:
    files = _real_files()

    known = EMPTY
    for file in files:
        planned = plan(known, file, AUGUST)
        assert planned.closing == 0
        known = applied(known, planned)

    schools, boards = known.schools.values(), known.boards
    assert sum(len(school.locations) for school in schools) == 7572
    assert len(schools) == 6652
    assert len(boards) == 1010
    assert sum(not board.name for board in boards.values()) == 727
    assert len(boards.keys() - {school.board for school in schools}) == 2
    without_00 = [school for school in schools if school.locations[0].vestiging.number != 0]
    assert len(without_00) == 12
    assert {school.source for school in without_00} == {"DUO_VO_LOCATIONS"}


def test_the_real_files_change_nothing_the_second_time() -> None:
    files = _real_files()
    known = EMPTY
    for file in files:
        known = applied(known, plan(known, file, AUGUST))

    again = [plan(known, file, SEPTEMBER) for file in files]

    assert [(each.changes, each.facts) for each in again] == [((), ())] * 3


BRINS = ("99XA", "99XB", "99XC")
VESTIGINGEN = st.sampled_from([f"{brin}{number:02}" for brin in BRINS for number in range(3)])
NAMES = st.sampled_from(["One", "Two", "Three"])
BOARDS = st.sampled_from(["99001", "99002"])


@st.composite
def school_files(draw: st.DrawFn) -> ParsedFile:
    """Draw a small file of one of the two sources of locations."""
    board_of = {brin: draw(BOARDS) for brin in BRINS}
    named = draw(st.dictionaries(VESTIGINGEN, NAMES))
    if draw(st.booleans()):
        return parse(po_file(*(_po(each, board_of, name) for each, name in named.items())))
    return parse(vo_file(*(_vo(each, board_of, name) for each, name in named.items())))


@given(st.lists(school_files(), min_size=1, max_size=6))
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(files: list[ParsedFile]) -> None:
    known = _after(files)

    again = plan(known, files[-1], _day(len(files)))

    assert again.facts == ()
    assert [each for each in again.changes if not _kept(each)] == []


@given(st.lists(school_files(), min_size=1, max_size=6))
def test_what_is_open_of_a_source_is_what_it_last_reported(files: list[ParsedFile]) -> None:
    known = _after(files)

    last = files[-1]
    reported = {row.vestiging for row in last.locations}
    still_open = {
        location.vestiging
        for school in known.schools.values()
        for location in school.locations
        if location.source == last.source and location.closed is None
    }
    assert still_open <= reported
    better = reported - still_open
    told = {each.subject for each in plan(known, last, _day(len(files))).changes}
    assert all(_source_of(known, vestiging) == Source.PO_LOCATIONS for vestiging in better)
    assert {each for each in better if _differs(known, last, each)} <= told


@given(st.lists(school_files(), min_size=1, max_size=6), school_files())
def test_a_change_is_told_exactly_when_a_fact_changes(
    files: list[ParsedFile], last: ParsedFile
) -> None:
    planned = plan(_after(files), last, _day(len(files)))

    changes = [each for each in planned.changes if not _kept(each)]
    told = {change.subject[:4] for change in changes if "BOARD" not in change.kind}
    assert told == {fact.brin for fact in planned.facts if isinstance(fact, School)}


@given(st.lists(school_files(), min_size=1, max_size=6))
def test_nothing_is_ever_deleted(files: list[ParsedFile]) -> None:
    known = _after(files)

    ever = {row.vestiging for file in files for row in file.locations}
    kept = [each.vestiging for school in known.schools.values() for each in school.locations]
    assert sorted(kept) == sorted(ever)


def _kept(change: SchoolChange) -> bool:
    return change.kind in {ChangeKind.LOCATION_KEPT, ChangeKind.SCHOOL_KEPT}


def _location(known: Known, vestiging: str) -> Location:
    school = known.schools[Brin(vestiging[:4])]
    return next(each for each in school.locations if each.vestiging == vestiging)


def _source_of(known: Known, vestiging: str) -> str:
    return _location(known, vestiging).source


def _differs(known: Known, file: ParsedFile, vestiging: str) -> bool:
    row = next(each for each in file.locations if each.vestiging == vestiging)
    held = _location(known, vestiging)
    return (row.name, row.city) != (held.name, held.city) or held.closed is not None


def _after(files: Iterable[ParsedFile]) -> Known:
    known = EMPTY
    for number, file in enumerate(files):
        known = applied(known, plan(known, file, _day(number)))
    return known


def _day(number: int) -> dt.date:
    return AUGUST + dt.timedelta(days=number)


def _po(vestiging: str, board_of: dict[str, str], name: str) -> str:
    return po_line(vestiging, board_of[vestiging[:4]], vestigingsnaam=name)


def _vo(vestiging: str, board_of: dict[str, str], name: str) -> str:
    return vo_line(vestiging, board_of[vestiging[:4]], instellingsnaam_vestiging=name)


def _real_files() -> list[ParsedFile]:
    if not REAL_FILES.is_dir():
        pytest.skip("DUO's own files are not here")
    return [parse(path.read_bytes(), path.name) for path in sorted(REAL_FILES.glob("*.csv"))]
