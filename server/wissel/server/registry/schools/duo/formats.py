"""The kinds of DUO's school files: the columns by which each is known, and what a line says (R1).

DUO writes a single blank for an empty cell, a postcode with a blank in it, a
gemeentenummer with or without leading zeros, and on its portal KvK numbers that
lost one (design.md#sources).
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from sys import intern
from typing import Final

from wissel.routing.facts import HolidayRegion, Sector
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.routing.values.person_numbers import holds_person_number
from wissel.routing.values.texts import NAME_LIMIT
from wissel.server.registry.schools.duo.columns import Column

POSTCODE: Final = re.compile(r"[1-9][0-9]{3} ?[A-Z]{2}")
"""A postcode as people write it; kept without the blank."""
MUNICIPALITY: Final = re.compile(r"[0-9]{1,4}")
"""A gemeentenummer; kept with four digits."""
_KVK: Final = re.compile(r"[0-9]{7,8}")
_KINDS: Final[Mapping[str, Sector]] = {
    **dict.fromkeys(("BAO", "BO", "SBO"), Sector.PO),
    **dict.fromkeys(("SO", "VSO", "(V)SO"), Sector.SO),
}
"""The sector of each kind of primary education: sbo is of primary education itself (R11)."""
_HOLIDAYS: Final[Mapping[str, HolidayRegion]] = {str(region): region for region in HolidayRegion}

Cells = Mapping[Column, str]
"""The cells of one line by column, without the blanks around them."""


@unique
class Source(StrEnum):
    """Which part of the schools a file speaks of; stored as `School.source`.

    VO_PUPILS has the name under which the counts of pupils were stored when DUO
    published no locations of secondary schools.
    """

    PO_LOCATIONS = "DUO_PO_LOCATIONS"
    SO_LOCATIONS = "DUO_SO_LOCATIONS"
    VO_LOCATIONS = "DUO_VO_REGISTER"
    VO_PUPILS = "DUO_VO_LOCATIONS"
    VO_BOARDS = "DUO_VO_BOARDS"
    BOARDS = "DUO_BOARDS"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationRow:
    """A vestiging as a file has it; `postcode` is None if the file has no such column.

    `sector` and `holiday_region` are None where the file does not tell them.

    A file may hold hundreds of thousands of them in a few thousand towns: each
    name of a town is kept once in memory.
    """

    board: BoardNumber
    vestiging: Vestiging
    name: str
    city: str | None = None
    municipality: str | None = None
    postcode: str | None = None
    sector: Sector | None = None
    holiday_region: HolidayRegion | None = None

    @property
    def key(self) -> str:
        """The key of the row: two rows with the same key must be equal."""
        return self.vestiging


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A board as a file tells it; `kvk` is None where the file has no such column."""

    number: BoardNumber
    name: str
    kvk: str | None = None

    @property
    def key(self) -> str:
        """The key of the row: two rows with the same key must be equal."""
        return self.number


Row = LocationRow | BoardRow


class BrokenCell(Exception):
    """A cell does not hold what its column asks for; the text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of file.

    A file is of this kind if it has all of the columns in `needs`, one of those in
    `marks` where there are any, and none of those in `lacks`.
    """

    source: Source
    title: str
    needs: tuple[Column, ...]
    marks: tuple[Column, ...] = ()
    lacks: tuple[Column, ...] = ()
    read: Callable[[Cells], Row]

    def missing(self, columns: Collection[Column]) -> list[Column]:
        """Return the columns that a file would also need to be of this kind, in order."""
        missing = [column for column in self.needs if column not in columns]
        if self.marks and not any(column in columns for column in self.marks):
            missing.append(self.marks[0])
        return missing

    def matches(self, columns: Collection[Column]) -> bool:
        """Whether a file with these columns is of this kind."""
        return not self.missing(columns) and not any(each in columns for each in self.lacks)


def _primary(cells: Cells) -> LocationRow:
    return _location(cells, Sector.PO)


def _secondary(cells: Cells) -> LocationRow:
    return _location(cells, Sector.VO)


def _special(cells: Cells) -> LocationRow:
    """Return a location of (v)so or sbo: the kind tells which, else only (v)so has a cluster."""
    kind = cells.get(Column.PRIMARY_KIND)
    if kind is None:
        return _location(cells, Sector.SO if cells.get(Column.CLUSTER) else None)
    return _location(cells, _KINDS.get(kind.upper()))


def _location(cells: Cells, sector: Sector | None) -> LocationRow:
    city, municipality = cells.get(Column.CITY), cells.get(Column.MUNICIPALITY)
    postcode = cells.get(Column.POSTCODE)
    return LocationRow(
        board=BoardNumber.parse(cells[Column.BOARD]),
        vestiging=_vestiging(cells[Column.BRIN], cells[Column.VESTIGING]),
        name=_name(cells[Column.NAME]),
        postcode=None if postcode is None else _postcode(postcode),
        city=None if city is None else intern(_words(city, "place")),
        municipality=None if municipality is None else _municipality(municipality),
        sector=sector,
        holiday_region=_HOLIDAYS.get(cells.get(Column.HOLIDAYS, "").upper()),
    )


def _board(cells: Cells) -> BoardRow:
    kvk = cells.get(Column.KVK)
    return BoardRow(
        number=BoardNumber.parse(cells[Column.BOARD]),
        name=_name(cells[Column.BOARD_NAME]),
        kvk=None if kvk is None else _kvk(kvk),
    )


def _vestiging(brin: str, vestiging: str) -> Vestiging:
    """Return the vestiging of the line's BRIN, which DUO writes whole; `00` alone is read too."""
    school = Brin.parse(brin)
    number = vestiging if len(vestiging) > len("00") else vestiging.zfill(len("00"))
    whole = Vestiging.parse(f"{school}{number}" if vestiging and number.isdigit() else vestiging)
    if whole.brin != school:
        message = f"vestiging {whole} is not of BRIN {school}"
        raise BrokenCell(message)
    return whole


def _name(cell: str) -> str:
    if not cell:
        raise BrokenCell("the name is empty")
    return _words(cell, "name")


def _words(cell: str, kind: str) -> str:
    """Return a cell that is short enough to record and holds no number of a person."""
    if len(cell) > NAME_LIMIT:
        message = f"the {kind} is longer than {NAME_LIMIT} characters"
        raise BrokenCell(message)
    if holds_person_number(cell):
        message = f"the {kind} holds what may be the number of a person"
        raise BrokenCell(message)
    return cell


def _postcode(cell: str) -> str:
    return _matching(POSTCODE, cell, "postcode").replace(" ", "")


def _municipality(cell: str) -> str:
    found = _matching(MUNICIPALITY, cell, "gemeentenummer")
    return intern(found.zfill(4)) if found else ""


def _kvk(cell: str) -> str:
    """Return the KvK number in eight digits; no number begins with two zeros."""
    found = _matching(_KVK, cell, "KvK number")
    return found.zfill(8) if found else ""


def _matching(pattern: re.Pattern[str], cell: str, kind: str) -> str:
    """Return a cell that is empty or matches; the message does not repeat a wrong one."""
    if cell and not pattern.fullmatch(cell):
        message = f"the {kind} is malformed"
        raise BrokenCell(message)
    return cell


_SCHOOL: Final = (Column.BOARD, Column.BRIN, Column.VESTIGING, Column.NAME)
_SPECIAL: Final = (Column.PRIMARY_KIND, Column.CLUSTER)

FORMATS: Final = (
    Format(
        source=Source.SO_LOCATIONS,
        title="locations of (v)so and sbo",
        needs=_SCHOOL,
        marks=_SPECIAL,
        read=_special,
    ),
    Format(
        source=Source.VO_LOCATIONS,
        title="school locations of secondary education",
        needs=_SCHOOL,
        marks=(Column.STRUCTURE,),
        read=_secondary,
    ),
    Format(
        source=Source.VO_PUPILS,
        title="pupils per location of secondary education",
        needs=_SCHOOL,
        marks=(Column.PUPILS,),
        read=_secondary,
    ),
    Format(
        source=Source.PO_LOCATIONS,
        title="school locations of primary education",
        needs=(*_SCHOOL, Column.POSTCODE),
        lacks=(*_SPECIAL, Column.STRUCTURE, Column.PUPILS),
        read=_primary,
    ),
    Format(
        source=Source.VO_BOARDS,
        title="boards, as on duo.nl",
        needs=(Column.BOARD, Column.BOARD_NAME),
        marks=(Column.OFFICE,),
        lacks=(Column.BRIN, Column.VESTIGING),
        read=_board,
    ),
    Format(
        source=Source.BOARDS,
        title="boards, as on the open-data portal",
        needs=(Column.BOARD, Column.BOARD_NAME),
        lacks=(Column.BRIN, Column.VESTIGING),
        read=_board,
    ),
)
"""Every kind of file that can be read; a file is of the first that matches."""
