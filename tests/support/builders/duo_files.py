"""School files as DUO writes them, for tests: made up line by line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from support.paths import ROOT, SHARED
from wissel.server.registry.schools.duo.formats import Source

REAL_FILES: Final = SHARED / "data" / "duo"
"""Where DUO's own files lie, if they are here."""
FIXTURES: Final = ROOT / "clients" / "wissel" / "clients" / "fixtures" / "schools"
"""The made-up files that ship with the clients."""

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
_SCHOOL: Final = (
    "PROVINCIE",
    "BEVOEGD GEZAG NUMMER",
    "INSTELLINGSCODE",
    "VESTIGINGSCODE",
    "VESTIGINGSNAAM",
    *_ADDRESS,
    *_MUNICIPAL,
    *_CONTACT,
)

HEADERS: Final[Mapping[Source, Sequence[str]]] = {
    Source.PO_LOCATIONS: (*_SCHOOL, *_POSTAL, *_AREAS, "VAKANTIEREGIO"),
    Source.SO_LOCATIONS: (
        "SOORT PRIMAIR ONDERWIJS",
        *_SCHOOL,
        "CLUSTER",
        "ONDERWIJS",
        *_POSTAL,
        *_AREAS,
        "VAKANTIEREGIO",
    ),
    Source.VO_LOCATIONS: (*_SCHOOL, "ONDERWIJSSTRUCTUUR", *_POSTAL, *_AREAS, "VAKANTIEREGIO"),
    Source.VO_PUPILS: (
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
    Source.VO_BOARDS: (
        "BEVOEGD GEZAG NUMMER",
        "BEVOEGD GEZAG NAAM",
        *_ADDRESS,
        *_MUNICIPAL,
        *_CONTACT,
        *_POSTAL,
        "ADMINISTRATIEKANTOORNUMMER",
        "KVK-NUMMER",
    ),
    Source.BOARDS: ("BEVOEGD GEZAG NUMMER", "BEVOEGD GEZAG NAAM", "PLAATSNAAM", "KVK-NUMMER"),
}
"""The columns of each kind of file, as DUO names them."""


def line(source: Source, **cells: str) -> str:
    """Return a line of a file; a cell is named by its column in lower case with `_`."""
    named = {column.lower().translate(_NAMES): " " for column in HEADERS[source]}
    unknown = cells.keys() - named
    assert not unknown, unknown
    return ";".join((named | cells).values())


def po_line(vestiging: str = "99XA00", board: str = "99001", **cells: str) -> str:
    """Return a line of the file of primary locations."""
    return line(Source.PO_LOCATIONS, **(_school(vestiging, board) | cells))


def _school(vestiging: str, board: str) -> dict[str, str]:
    return {
        "bevoegd_gezag_nummer": board,
        "instellingscode": vestiging[:4],
        "vestigingscode": vestiging,
        "vestigingsnaam": f"School {vestiging}",
        "postcode": "1234 AB",
        "plaatsnaam": "WISSELDORP",
        "gemeentenummer": "0099",
    }


def so_line(vestiging: str = "99XS00", board: str = "99003", **cells: str) -> str:
    """Return a line of the file of (v)so and sbo."""
    return line(Source.SO_LOCATIONS, **(_school(vestiging, board) | cells))


def vo_location_line(vestiging: str = "99XB00", board: str = "99002", **cells: str) -> str:
    """Return a line of the file of secondary locations."""
    return line(Source.VO_LOCATIONS, **(_school(vestiging, board) | cells))


def vo_line(vestiging: str = "99XB00", board: str = "99002", **cells: str) -> str:
    """Return a line of the file of pupils per secondary location."""
    return line(
        Source.VO_PUPILS,
        **{
            "bevoegd_gezag_nummer": board,
            "brin_nummer": vestiging[:4],
            "vestigingsnummer": vestiging,
            "instellingsnaam_vestiging": f"School {vestiging}",
            "plaatsnaam": "SPOORBRUG",
            "gemeentenummer": "98",
            **cells,
        },
    )


def board_line(number: str = "99001", name: str = "Stichting Wissel", **cells: str) -> str:
    """Return a line of the file of secondary boards."""
    return line(Source.VO_BOARDS, bevoegd_gezag_nummer=number, bevoegd_gezag_naam=name, **cells)


def file_of(source: Source, lines: Iterable[str]) -> bytes:
    """Return the bytes of a file with these lines under the header."""
    return "".join(f"{each}\r\n" for each in (header(source), *lines)).encode("cp1252")


def po_file(*lines: str) -> bytes:
    """Return a file of primary locations."""
    return file_of(Source.PO_LOCATIONS, lines)


def vo_file(*lines: str) -> bytes:
    """Return a file of pupils per secondary location."""
    return file_of(Source.VO_PUPILS, lines)


def board_file(*lines: str) -> bytes:
    """Return a file of secondary boards."""
    return file_of(Source.VO_BOARDS, lines)


def header(source: Source) -> str:
    """Return the header line of a file."""
    return ";".join(_columns(source))


def _columns(source: Source) -> Sequence[str]:
    return HEADERS[source]


_NAMES: Final = str.maketrans(" -", "__")
