"""The files of DUO that the register reads: their headers and their columns (R1).

A file is recognised by its whole header line. DUO writes Windows-1252 with `;`
and CRLF, a single blank for an empty cell, a postcode with a blank in it, and a
gemeentenummer with or without leading zeros (design.md#sources).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from sys import intern
from typing import Final

from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.routing.values.person_numbers import holds_person_number
from wissel.routing.values.texts import NAME_LIMIT

POSTCODE: Final = re.compile(r"[1-9][0-9]{3} ?[A-Z]{2}")
"""A postcode as people write it; kept without the blank."""
MUNICIPALITY: Final = re.compile(r"[0-9]{1,4}")
"""A gemeentenummer; kept with four digits."""
_KVK: Final = re.compile(r"[0-9]{8}")

Cells = Mapping[str, str]
"""The cells of one line by the name of their column, without the blanks around them."""


@unique
class Source(StrEnum):
    """Which of DUO's files something comes from; recorded as `School.source`."""

    PO_LOCATIONS = "DUO_PO_LOCATIONS"
    VO_BOARDS = "DUO_VO_BOARDS"
    VO_LOCATIONS = "DUO_VO_LOCATIONS"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationRow:
    """A vestiging as a file has it; `postcode` is None if the file has no such column.

    A file may hold hundreds of thousands of them in a few thousand towns: each
    name of a town is kept once in memory.
    """

    board: BoardNumber
    vestiging: Vestiging
    name: str
    city: str
    municipality: str
    postcode: str | None = None

    @property
    def key(self) -> str:
        """The key of the row: two rows with the same key must be equal."""
        return self.vestiging


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A board as a file has it."""

    number: BoardNumber
    name: str
    kvk: str

    @property
    def key(self) -> str:
        """The key of the row: two rows with the same key must be equal."""
        return self.number


Row = LocationRow | BoardRow


class BrokenCell(Exception):
    """A cell does not hold what its column asks for; the text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of file: its source, its columns, and how a line becomes a row."""

    source: Source
    header: Sequence[str]
    read: Callable[[Cells], Row]


def _po_location(cells: Cells) -> LocationRow:
    return LocationRow(
        board=BoardNumber.parse(cells["BEVOEGD GEZAG NUMMER"]),
        vestiging=_vestiging(cells["INSTELLINGSCODE"], cells["VESTIGINGSCODE"]),
        name=_name(cells["VESTIGINGSNAAM"]),
        postcode=_matching(POSTCODE, cells["POSTCODE"], "postcode").replace(" ", ""),
        city=intern(_words(cells["PLAATSNAAM"], "place")),
        municipality=_municipality(cells["GEMEENTENUMMER"]),
    )


def _vo_location(cells: Cells) -> LocationRow:
    return LocationRow(
        board=BoardNumber.parse(cells["BEVOEGD GEZAG NUMMER"]),
        vestiging=_vestiging(cells["BRIN NUMMER"], cells["VESTIGINGSNUMMER"]),
        name=_name(cells["INSTELLINGSNAAM VESTIGING"]),
        city=intern(_words(cells["PLAATSNAAM"], "place")),
        municipality=_municipality(cells["GEMEENTENUMMER"]),
    )


def _vo_board(cells: Cells) -> BoardRow:
    return BoardRow(
        number=BoardNumber.parse(cells["BEVOEGD GEZAG NUMMER"]),
        name=_name(cells["BEVOEGD GEZAG NAAM"]),
        kvk=_matching(_KVK, cells["KVK-NUMMER"], "KvK number"),
    )


def _vestiging(brin: str, vestiging: str) -> Vestiging:
    """Return the vestiging; DUO writes it with its BRIN, which must be that of the line."""
    school = Brin.parse(brin)
    whole = Vestiging.parse(vestiging)
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


def _municipality(cell: str) -> str:
    found = _matching(MUNICIPALITY, cell, "gemeentenummer")
    return intern(found.zfill(4)) if found else ""


def _matching(pattern: re.Pattern[str], cell: str, kind: str) -> str:
    """Return a cell that is empty or matches; the message does not repeat a wrong one."""
    if cell and not pattern.fullmatch(cell):
        message = f"the {kind} is malformed"
        raise BrokenCell(message)
    return cell


_ADDRESS: Final = ("STRAATNAAM", "HUISNUMMER-TOEVOEGING", "POSTCODE", "PLAATSNAAM")
_POSTAL: Final = tuple(f"{column} CORRESPONDENTIEADRES" for column in _ADDRESS)
_MUNICIPAL: Final = ("GEMEENTENUMMER", "GEMEENTENAAM")
_CONTACT: Final = ("DENOMINATIE", "TELEFOONNUMMER", "INTERNETADRES")
_AREAS: Final = tuple(
    f"{area} {part}"
    for area in (
        "NODAAL GEBIED",
        "RPA-GEBIED",
        "WGR-GEBIED",
        "COROPGEBIED",
        "ONDERWIJSGEBIED",
        "RMC-REGIO",
    )
    for part in ("CODE", "NAAM")
)

FORMATS: Final = (
    Format(
        source=Source.PO_LOCATIONS,
        header=(
            "PROVINCIE",
            "BEVOEGD GEZAG NUMMER",
            "INSTELLINGSCODE",
            "VESTIGINGSCODE",
            "VESTIGINGSNAAM",
            *_ADDRESS,
            *_MUNICIPAL,
            *_CONTACT,
            *_POSTAL,
            *_AREAS,
            "VAKANTIEREGIO",
        ),
        read=_po_location,
    ),
    Format(
        source=Source.VO_BOARDS,
        header=(
            "BEVOEGD GEZAG NUMMER",
            "BEVOEGD GEZAG NAAM",
            *_ADDRESS,
            *_MUNICIPAL,
            *_CONTACT,
            *_POSTAL,
            "ADMINISTRATIEKANTOORNUMMER",
            "KVK-NUMMER",
        ),
        read=_vo_board,
    ),
    Format(
        source=Source.VO_LOCATIONS,
        header=(
            "BEVOEGD GEZAG NUMMER",
            "BRIN NUMMER",
            "VESTIGINGSNUMMER",
            "INSTELLINGSNAAM VESTIGING",
            "PLAATSNAAM",
            *_MUNICIPAL,
            "PROVINCIE",
            "AANTAL LEERLINGEN",
            "AANTAL VO LEERLINGEN UITBESTEED AAN VAVO",
            "TOTAAL AANTAL LEERLINGEN",
        ),
        read=_vo_location,
    ),
)
"""Every file that can be read."""
