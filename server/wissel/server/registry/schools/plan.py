"""What a school file changes in the register, as a function of values (R1).

Pure. A file tells of one source only, so "closed" compares with what that
source reported before; what another source or an operator reported stays.

Where two sources tell of one location, the better one counts: a register of
locations before a count of pupils, and any file before an operator. What comes
from a worse source stays out of the register, and the report says so; what
comes from one that is as good or better takes the location over.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wissel.routing.facts import OPERATOR_SOURCE, Board, Fact, Location, School
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.server.registry.schools.differences import (
    ChangeKind,
    SchoolChange,
    board_changes,
    kept_changes,
    school_changes,
)
from wissel.server.registry.schools.duo.formats import BoardRow, LocationRow, Source
from wissel.server.registry.schools.duo.parsing import ParsedFile
from wissel.server.registry.schools.successors import with_successors

_REGISTERS: Final = frozenset({Source.PO_LOCATIONS, Source.SO_LOCATIONS, Source.VO_LOCATIONS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The schools and boards of the register."""

    boards: Mapping[BoardNumber, Board]
    schools: Mapping[Brin, School]

    @classmethod
    def of(cls, boards: Iterable[Board], schools: Iterable[School]) -> "Known":
        """Return them, by number and BRIN."""
        return cls(
            boards={board.number: board for board in boards},
            schools={school.brin: school for school in schools},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file changes: the differences in order, and the facts to record.

    `open_locations` is the number of open locations that the source reported
    before, `closing` how many of them close.
    """

    changes: tuple[SchoolChange, ...]
    facts: tuple[Fact, ...]
    open_locations: int
    closing: int

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """The number of differences of each kind."""
        return Counter(change.kind for change in self.changes)

    @property
    def closed_share(self) -> float:
        """The share of the source's open locations that close, 0 to 1."""
        return self.closing / self.open_locations if self.open_locations else 0.0


def plan(known: Known, file: ParsedFile, as_of: dt.date) -> Plan:
    """Return what `file`, which describes the day `as_of`, changes.

    The last day of a location that closes is the one before `as_of`.
    """
    changes: list[SchoolChange] = []
    facts: list[Fact] = []
    for board in _boards(known, file):
        changes += board_changes(known.boards.get(board.number), board)
        facts.append(board)
    told, last_day = _told(file), as_of - ONE_DAY
    schools = {
        brin: _school(known.schools.get(brin), told[brin], file.source, last_day)
        for brin in sorted({*told, *_reported(known, file.source)})
    }
    for brin, after in with_successors(known.schools, schools).items():
        before = known.schools.get(brin)
        if after != before:
            changes += school_changes(before, after)
            facts.append(after)
        changes += kept_changes(after, told[brin], file.source)
    return Plan(
        changes=tuple(changes),
        facts=tuple(facts),
        open_locations=_open_locations(known, file.source),
        closing=sum(change.kind is ChangeKind.LOCATION_CLOSED for change in changes),
    )


def _boards(known: Known, file: ParsedFile) -> Iterator[Board]:
    """Yield the boards that are new or different, by number; one of a school may lack a name."""
    told = {row.number: row for row in file.boards}
    for number in sorted({*told, *(row.board for row in file.locations)}):
        before = known.boards.get(number)
        after = _board(before or Board(number=number), told.get(number))
        if after != before:
            yield after


def _board(board: Board, row: BoardRow | None) -> Board:
    """Return the board as a row tells it.

    What its file has no column for stays, and so does a KvK number where the cell is
    empty: an operator may have found it elsewhere.
    """
    if row is None:
        return board
    return replace(board, name=row.name, kvk=row.kvk or board.kvk)


def _told(file: ParsedFile) -> Mapping[Brin, list[LocationRow]]:
    told: dict[Brin, list[LocationRow]] = defaultdict(list)
    for row in file.locations:
        told[row.vestiging.brin].append(row)
    return told


def _reported(known: Known, source: str) -> Iterator[Brin]:
    """Yield the schools of which this source reported a location before."""
    for brin, school in known.schools.items():
        if any(location.source == source for location in school.locations):
            yield brin


def _rank(source: str) -> int:
    """Return how good a source is: a higher one counts where two tell of one location."""
    if source == OPERATOR_SOURCE:
        return 0
    return 2 if source in _REGISTERS else 1


def _school(
    before: School | None, rows: Sequence[LocationRow], source: str, last_day: dt.date
) -> School:
    """Return the school with these rows of a source; without rows it must have been known.

    1. a row is the location's new content, unless a better source reported it
    2. a location that this source reported, and that has no row now, closes
    3. the board is that of the rows, unless a better source reported the school
    """
    old = {each.vestiging: each for each in before.locations} if before else {}
    locations = dict(old)
    for row in rows:
        known = old.get(row.vestiging)
        if known is None or _rank(known.source) <= _rank(source):
            locations[row.vestiging] = _location(known, row, source)
    for vestiging in old.keys() - {row.vestiging for row in rows}:
        if old[vestiging].source == source and old[vestiging].closed is None:
            locations[vestiging] = replace(old[vestiging], closed=last_day)
    ordered = tuple(sorted(locations.values(), key=_by_vestiging))
    if before is not None and (not rows or _rank(before.source) > _rank(source)):
        return replace(before, locations=ordered)
    return School(
        brin=rows[0].vestiging.brin, board=rows[0].board, source=source, locations=ordered
    )


def _by_vestiging(location: Location) -> Vestiging:
    return location.vestiging


def _location(old: Location | None, row: LocationRow, source: str) -> Location:
    """Return the location as a row tells it; what its file has no column for stays.

    Its point is that of its address, and goes with a postcode that changes.
    """
    postcode = _told_or(row.postcode, old.postcode if old else "")
    return Location(
        vestiging=row.vestiging,
        name=row.name,
        source=source,
        postcode=postcode,
        city=_told_or(row.city, old.city if old else ""),
        municipality=_told_or(row.municipality, old.municipality if old else ""),
        sector=row.sector or (old.sector if old else None),
        point=old.point if old and old.postcode == postcode else None,
        holiday_region=row.holiday_region or (old.holiday_region if old else None),
    )


def _told_or(told: str | None, known: str) -> str:
    return known if told is None else told


def _open_locations(known: Known, source: str) -> int:
    return sum(
        location.source == source and location.closed is None
        for school in known.schools.values()
        for location in school.locations
    )
