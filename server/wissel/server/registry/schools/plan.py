"""What a school file changes in the register, as a function of values (R1).

A file is of one source. A location closes if that source reported it before
and its new file does not; what another source or an operator reported stays. A
location that another source or an operator reported before is taken over by
the source that reports it now.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wissel.routing.facts import Board, Fact, Location, School
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.server.registry.schools.differences import (
    ChangeKind,
    SchoolChange,
    board_changes,
    school_changes,
)
from wissel.server.registry.schools.duo import ParsedFile
from wissel.server.registry.schools.duo_formats import BoardRow, LocationRow


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
    for before, after in _schools(known, file, as_of - ONE_DAY):
        changes += school_changes(before, after)
        facts.append(after)
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
    return board if row is None else replace(board, name=row.name, kvk=row.kvk)


def _schools(
    known: Known, file: ParsedFile, last_day: dt.date
) -> Iterator[tuple[School | None, School]]:
    """Yield the schools that are new or different, by BRIN: what each was (None if new) and is."""
    told: dict[Brin, list[LocationRow]] = defaultdict(list)
    for row in file.locations:
        told[row.vestiging.brin].append(row)
    mine = (brin for brin, school in known.schools.items() if _reported_by(file.source, school))
    for brin in sorted({*told, *mine}):
        before = known.schools.get(brin)
        after = _school(before, told[brin], file.source, last_day)
        if after != before:
            yield before, after


def _reported_by(source: str, school: School) -> bool:
    return any(location.source == source for location in school.locations)


def _school(
    before: School | None, rows: Sequence[LocationRow], source: str, last_day: dt.date
) -> School:
    """Return a school after a file of `source` with these rows of it.

    `before` is None for a school that is new; then there is at least one row.
    Without rows all locations that the source reported close.
    """
    old = {each.vestiging: each for each in before.locations} if before else {}
    new = {row.vestiging: _location(old.get(row.vestiging), row, source) for row in rows}
    rest = {
        vestiging: replace(each, closed=last_day)
        if each.source == source and each.closed is None
        else each
        for vestiging, each in old.items()
        if vestiging not in new
    }
    locations = tuple(sorted((*new.values(), *rest.values()), key=_by_vestiging))
    if before is not None and not rows:
        return replace(before, locations=locations)
    return School(
        brin=rows[0].vestiging.brin, board=rows[0].board, source=source, locations=locations
    )


def _by_vestiging(location: Location) -> Vestiging:
    return location.vestiging


def _location(old: Location | None, row: LocationRow, source: str) -> Location:
    """Return the location as a row has it; a postcode stays if the file has no column for it."""
    postcode = row.postcode
    if postcode is None:
        postcode = old.postcode if old else ""
    return Location(
        vestiging=row.vestiging,
        name=row.name,
        source=source,
        postcode=postcode,
        city=row.city,
        municipality=row.municipality,
    )


def _open_locations(known: Known, source: str) -> int:
    return sum(
        location.source == source and location.closed is None
        for school in known.schools.values()
        for location in school.locations
    )
