"""School files as DUO writes them, for tests: made up line by line."""

from collections.abc import Iterable, Sequence
from typing import Final

from support.paths import ROOT, SHARED
from wissel.server.registry.schools.duo_formats import FORMATS, Source

REAL_FILES: Final = SHARED / "data" / "duo"
"""Where DUO's own files lie, if they are here."""
FIXTURES: Final = ROOT / "clients" / "wissel" / "clients" / "fixtures" / "schools"
"""The made-up files that ship with the clients."""
HEADERS: Final = {known.source: known.header for known in FORMATS}


def line(source: Source, **cells: str) -> str:
    """Return a line of a file; a cell is named by its column in lower case with `_`."""
    named = {column.lower().translate(_NAMES): " " for column in HEADERS[source]}
    unknown = cells.keys() - named
    assert not unknown, unknown
    return ";".join((named | cells).values())


def po_line(vestiging: str = "99XA00", board: str = "99001", **cells: str) -> str:
    """Return a line of the file of primary locations."""
    return line(
        Source.PO_LOCATIONS,
        **{
            "bevoegd_gezag_nummer": board,
            "instellingscode": vestiging[:4],
            "vestigingscode": vestiging,
            "vestigingsnaam": f"School {vestiging}",
            "postcode": "1234 AB",
            "plaatsnaam": "WISSELDORP",
            "gemeentenummer": "0099",
            **cells,
        },
    )


def vo_line(vestiging: str = "99XB00", board: str = "99002", **cells: str) -> str:
    """Return a line of the file of secondary locations."""
    return line(
        Source.VO_LOCATIONS,
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
    """Return a file of secondary locations."""
    return file_of(Source.VO_LOCATIONS, lines)


def board_file(*lines: str) -> bytes:
    """Return a file of secondary boards."""
    return file_of(Source.VO_BOARDS, lines)


def header(source: Source) -> str:
    """Return the header line of a file."""
    return ";".join(_columns(source))


def _columns(source: Source) -> Sequence[str]:
    return HEADERS[source]


_NAMES: Final = str.maketrans(" -", "__")
