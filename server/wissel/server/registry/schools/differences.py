"""The differences that an import reports: of boards, schools and their locations (R1)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Final

from wissel.routing.facts import Board, Location, School, Successor
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.server.registry.schools.duo.formats import LocationRow


@unique
class ChangeKind(StrEnum):
    """What is different."""

    BOARD_NEW = "BOARD_NEW"
    BOARD_RENAMED = "BOARD_RENAMED"
    BOARD_CHANGED = "BOARD_CHANGED"
    SCHOOL_NEW = "SCHOOL_NEW"
    SCHOOL_RENAMED = "SCHOOL_RENAMED"
    SCHOOL_MOVED = "SCHOOL_MOVED"
    SCHOOL_CLOSED = "SCHOOL_CLOSED"
    SCHOOL_REOPENED = "SCHOOL_REOPENED"
    SCHOOL_MERGED = "SCHOOL_MERGED"
    SCHOOL_TAKEN_OVER = "SCHOOL_TAKEN_OVER"
    SCHOOL_KEPT = "SCHOOL_KEPT"
    LOCATION_NEW = "LOCATION_NEW"
    LOCATION_RENAMED = "LOCATION_RENAMED"
    LOCATION_CHANGED = "LOCATION_CHANGED"
    LOCATION_SECTOR = "LOCATION_SECTOR"
    LOCATION_HOLIDAYS = "LOCATION_HOLIDAYS"
    LOCATION_CLOSED = "LOCATION_CLOSED"
    LOCATION_REOPENED = "LOCATION_REOPENED"
    LOCATION_MERGED = "LOCATION_MERGED"
    LOCATION_TAKEN_OVER = "LOCATION_TAKEN_OVER"
    LOCATION_KEPT = "LOCATION_KEPT"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolChange:
    """One difference: `subject` is a board number, BRIN or vestiging.

    `before` is empty for what is new, `after` for what closes. What is merged goes on as
    `after`, another BRIN or vestiging. What is kept has
    the content of the better source before, and what the file tells after.
    """

    kind: ChangeKind
    subject: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardMove:
    """The schools, in order, that move from one board to another."""

    old: BoardNumber
    new: BoardNumber
    schools: tuple[Brin, ...]


def moves_in(changes: Iterable[SchoolChange]) -> list[BoardMove]:
    """Return which schools move between boards, the most first."""
    moved: dict[tuple[str, str], list[str]] = defaultdict(list)
    for change in changes:
        if change.kind is ChangeKind.SCHOOL_MOVED:
            moved[change.before, change.after].append(change.subject)
    moves = [
        BoardMove(
            old=BoardNumber(old), new=BoardNumber(new), schools=tuple(map(Brin, sorted(brins)))
        )
        for (old, new), brins in moved.items()
    ]
    return sorted(moves, key=lambda move: (-len(move.schools), move.old, move.new))


def board_changes(before: Board | None, after: Board) -> Iterator[SchoolChange]:
    """Yield the differences of a board; `before` is None if it is new."""
    if before is None:
        yield SchoolChange(kind=ChangeKind.BOARD_NEW, subject=after.number, after=after.name)
        return
    yield from _difference(ChangeKind.BOARD_RENAMED, after.number, before.name, after.name)
    yield from _difference(ChangeKind.BOARD_CHANGED, after.number, before.kvk, after.kvk)


def school_changes(before: School | None, after: School) -> Iterator[SchoolChange]:
    """Yield the differences of a school, then those of its locations in order."""
    old: Mapping[Vestiging, Location] = {}
    if before is None:
        yield SchoolChange(kind=ChangeKind.SCHOOL_NEW, subject=after.brin, after=after.name)
    else:
        old = {location.vestiging: location for location in before.locations}
        brin = after.brin
        yield from _difference(ChangeKind.SCHOOL_TAKEN_OVER, brin, before.source, after.source)
        yield from _difference(ChangeKind.SCHOOL_MOVED, brin, before.board, after.board)
        yield from _difference(ChangeKind.SCHOOL_RENAMED, brin, before.name, after.name)
        yield from _opening(_SCHOOL, brin, after.name, before.closed, after.closed)
        yield from _merger(ChangeKind.SCHOOL_MERGED, brin, before.successor, after.successor)
    for location in after.locations:
        yield from _location_changes(old.get(location.vestiging), location)


def kept_changes(
    school: School, rows: Iterable[LocationRow], source: str
) -> Iterator[SchoolChange]:
    """Yield where rows of a source differ from what a better one told, which stays.

    `school` is the school after the file. Its board is compared once, and each
    location with what its row tells.
    """
    held = {location.vestiging: location for location in school.locations}
    boards = set()
    for row in rows:
        boards.add(row.board)
        location = held[row.vestiging]
        if location.source != source:
            yield from _difference(
                ChangeKind.LOCATION_KEPT,
                row.vestiging,
                _content(location),
                _content_told(location, row),
            )
    for board in boards - {school.board}:
        yield from _difference(ChangeKind.SCHOOL_KEPT, school.brin, school.board, board)


def _content(location: Location) -> str:
    """Return all that a file may tell of a location."""
    closed = f"closed on {location.closed}" if location.closed else ""
    return ", ".join(filter(None, (location.name, _address(location), closed)))


def _content_told(location: Location, row: LocationRow) -> str:
    """Return the same as a row tells it; what its file has no column for is as it is held."""
    told = replace(
        location,
        name=row.name,
        closed=None,
        **{
            field: getattr(row, field)
            for field in ("postcode", "city", "municipality")
            if getattr(row, field) is not None
        },
    )
    return _content(told)


def _location_changes(before: Location | None, after: Location) -> Iterator[SchoolChange]:
    key = after.vestiging
    if before is None:
        yield SchoolChange(kind=ChangeKind.LOCATION_NEW, subject=key, after=after.name)
        return
    yield from _difference(ChangeKind.LOCATION_TAKEN_OVER, key, before.source, after.source)
    yield from _difference(ChangeKind.LOCATION_RENAMED, key, before.name, after.name)
    yield from _difference(ChangeKind.LOCATION_CHANGED, key, _address(before), _address(after))
    yield from _difference(ChangeKind.LOCATION_SECTOR, key, before.sector or "", after.sector or "")
    yield from _difference(
        ChangeKind.LOCATION_HOLIDAYS, key, before.holiday_region or "", after.holiday_region or ""
    )
    yield from _opening(_LOCATION, key, after.name, before.closed, after.closed)
    yield from _merger(ChangeKind.LOCATION_MERGED, key, before.successor, after.successor)


_SCHOOL: Final = (ChangeKind.SCHOOL_CLOSED, ChangeKind.SCHOOL_REOPENED)
_LOCATION: Final = (ChangeKind.LOCATION_CLOSED, ChangeKind.LOCATION_REOPENED)


def _opening(
    kinds: tuple[ChangeKind, ChangeKind],
    subject: str,
    name: str,
    before: dt.date | None,
    after: dt.date | None,
) -> Iterator[SchoolChange]:
    """Yield whether something closed or reopened; `before` and `after` are its last days."""
    closed, reopened = kinds
    if before is None and after is not None:
        yield SchoolChange(kind=closed, subject=subject, before=name)
    elif before is not None and after is None:
        yield SchoolChange(kind=reopened, subject=subject, after=name)


def _merger(
    kind: ChangeKind, subject: str, before: Successor | None, after: Successor | None
) -> Iterator[SchoolChange]:
    """Yield where something goes on; what has a successor no longer was opened again."""
    if after is not None:
        yield from _difference(kind, subject, before or "", after)


def _difference(kind: ChangeKind, subject: str, before: str, after: str) -> Iterator[SchoolChange]:
    if before != after:
        yield SchoolChange(kind=kind, subject=subject, before=before, after=after)


def _address(location: Location) -> str:
    parts = (location.postcode, location.city, location.municipality)
    return " ".join(part for part in parts if part)
