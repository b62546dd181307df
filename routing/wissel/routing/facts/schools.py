"""Facts about schools and boards, and about the files that tell of them (R1)."""

import datetime as dt
from dataclasses import dataclass

from wissel.routing.values.identifiers import BoardNumber, Brin, Oin, Swv, Vestiging

OPERATOR_SOURCE = "OPERATOR"
"""Source of a school that an operator registered; imports never close it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A bevoegd gezag; one known by number only has an empty name."""

    number: BoardNumber
    name: str = ""
    kvk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A vestiging, as its source last reported it; `closed` is its last day."""

    vestiging: Vestiging
    name: str
    source: str
    postcode: str = ""
    city: str = ""
    municipality: str = ""
    closed: dt.date | None = None


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
        """The last day of a school of which every location has closed."""
        days = [location.closed for location in self.locations]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Samenwerkingsverband:
    """A samenwerkingsverband: gives mandates and receives, without a BRIN."""

    code: Swv
    name: str
    oin: Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What a source of schools last reported (R1): an older file of it is refused.

    `source` is as in `School.source`, `as_of` the day that the file describes,
    `sha256` the lower-case hex digest of its bytes.
    """

    source: str
    as_of: dt.date
    sha256: str
