"""Facts about schools and boards, and about the files that they were read from (R1)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from wissel.routing.values.identifiers import (
    BoardNumber,
    Brin,
    Oin,
    Postcode4,
    RoutingKey,
    Swv,
    Vestiging,
)
from wissel.routing.values.points import Point

OPERATOR_SOURCE = "OPERATOR"
"""Source of a school that an operator registered; imports never close it."""


TEST_SCHOOL: Final = Brin("00YY")
"""The test school of Kennisnet, which no sector keeps from a service (R11)."""
TEST_ROUTING_KEY: Final = RoutingKey(f"{TEST_SCHOOL.stem}99999")
"""Where the test LAS receives for the test school (R7)."""


@unique
class Sector(StrEnum):
    """A part of education (R11). Sbo is of primary education; (v)so is one of its own."""

    PO = "PO"
    SO = "SO"
    VO = "VO"
    MBO = "MBO"


@unique
class HolidayRegion(StrEnum):
    """A part of the country with holidays of its own, as DUO names it."""

    NOORD = "NOORD"
    MIDDEN = "MIDDEN"
    ZUID = "ZUID"


Successor = Brin | Vestiging
"""The school or location at which a closed location goes on (R1)."""


EVERY_SECTOR: Final = frozenset(Sector)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A bevoegd gezag; `name` is empty if only its number is known."""

    number: BoardNumber
    name: str = ""
    kvk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A vestiging, as its source last reported it; `closed` is its last day.

    `sector`, `point` and `holiday_region` are None where nobody has told them, and so is
    the `successor`, which only a closed location has.
    """

    vestiging: Vestiging
    name: str
    source: str
    postcode: str = ""
    city: str = ""
    municipality: str = ""
    closed: dt.date | None = None
    sector: Sector | None = None
    point: Point | None = None
    holiday_region: HolidayRegion | None = None
    successor: Successor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school with its locations in order of vestiging."""

    brin: Brin
    board: BoardNumber
    source: str
    locations: tuple[Location, ...]

    @property
    def name(self) -> str:
        """The name of location 00, else of the lowest (R1)."""
        return self.locations[0].name if self.locations else ""

    @property
    def closed(self) -> dt.date | None:
        """The last day of the last location, None while any location has none."""
        days = [location.closed for location in self.locations]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None

    @property
    def successor(self) -> Successor | None:
        """Where it goes on if it is closed: see `common_successor`."""
        if self.closed is None:
            return None
        return common_successor(each.successor for each in self.locations if each.successor)

    @property
    def sectors(self) -> frozenset[Sector]:
        """The sectors of its open locations, of all of them if none is open (R11).

        Empty where one of them is not known, and for the test school.
        """
        if self.brin == TEST_SCHOOL:
            return frozenset()
        still = [each for each in self.locations if each.closed is None] or self.locations
        known = [each.sector for each in still if each.sector is not None]
        return frozenset(known) if len(known) == len(still) else frozenset()

    @property
    def possible_sectors(self) -> frozenset[Sector]:
        """The sectors that it may be of: all where they are not known."""
        return self.sectors or EVERY_SECTOR


def common_successor(successors: Iterable[Successor]) -> Successor | None:
    """Return the successor that all have, or the school of which all are; None if they differ."""
    found = set(successors)
    if len(found) > 1:
        found = {each if isinstance(each, Brin) else each.brin for each in found}
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Samenwerkingsverband:
    """A samenwerkingsverband: it gives mandates and receives messages, and has no BRIN."""

    code: Swv
    name: str
    oin: Oin
    kvk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostcodeArea:
    """The samenwerkingsverbanden of primary and of secondary education of a postcode.

    Either is None where it is not known.
    """

    postcode: Postcode4
    swv_po: Swv | None = None
    swv_vo: Swv | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """The last file of a source of schools; an older one of the same source is refused (R1).

    `source` is as in `School.source`, `as_of` the day that the file describes,
    `sha256` the lower-case hex digest of its bytes.
    """

    source: str
    as_of: dt.date
    sha256: str
