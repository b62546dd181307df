"""The columns of DUO's school files, by every name that DUO gives them.

DUO renames columns from year to year (`BRIN NUMMER` became `INSTELLINGSCODE`)
and writes them differently on its site and on its open-data portal
(design.md#sources). So a column is known by its meaning, and a file by the
columns that it has.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, unique
from typing import Final

from wissel.routing.values.person_numbers import holds_person_number

_NAME_LIMIT: Final = 40
_LIKE: Final = 0.6  # how much alike two names of a column are that may mean the same


@unique
class Column(Enum):
    """What a column holds; its names, the one that DUO uses today first."""

    BOARD = ("BEVOEGD GEZAG NUMMER", "BEVOEGDGEZAGNUMMER", "BEVOEGD GEZAG CODE")
    BOARD_NAME = ("BEVOEGD GEZAG NAAM", "NAAM BEVOEGD GEZAG", "BEVOEGDGEZAGNAAM")
    KVK = ("KVK-NUMMER", "KVKNUMMER", "KVK")
    OFFICE = ("ADMINISTRATIEKANTOORNUMMER",)
    BRIN = ("INSTELLINGSCODE", "BRIN NUMMER", "BRINNUMMER", "BRIN")
    VESTIGING = ("VESTIGINGSCODE", "VESTIGINGSNUMMER", "VESTIGING NUMMER", "VESTIGING CODE")
    NAME = ("VESTIGINGSNAAM", "INSTELLINGSNAAM VESTIGING", "NAAM VESTIGING")
    POSTCODE = ("POSTCODE", "POSTCODE VESTIGING")
    CITY = ("PLAATSNAAM", "PLAATSNAAM VESTIGING", "PLAATS")
    MUNICIPALITY = ("GEMEENTENUMMER", "GEMEENTENUMMER VESTIGING", "GEMEENTECODE")
    PRIMARY_KIND = ("SOORT PRIMAIR ONDERWIJS", "SOORT PO")
    CLUSTER = ("CLUSTER",)
    STRUCTURE = ("ONDERWIJSSTRUCTUUR", "ONDERWIJSSTRUCTUUR VESTIGING")
    HOLIDAYS = ("VAKANTIEREGIO",)
    PUPILS = ("AANTAL LEERLINGEN", "TOTAAL AANTAL LEERLINGEN")


def normal(name: str) -> str:
    """Return the name of a column in capitals, with one blank for blanks, `_` and `-`."""
    return " ".join(name.upper().replace("_", " ").replace("-", " ").split())


_BY_NAME: Final[Mapping[str, Column]] = {
    normal(name): column for column in reversed(Column) for name in reversed(column.value)
}


def columns_of(names: Iterable[str]) -> Sequence[Column | None]:
    """Return what each column of a header holds; None where the hub does not read it.

    Where two names of one meaning stand side by side, as with `AANTAL LEERLINGEN`
    and `TOTAAL AANTAL LEERLINGEN`, the first column counts.
    """
    seen: set[Column] = set()
    found: list[Column | None] = []
    for name in names:
        column = _BY_NAME.get(normal(name))
        if column in seen:
            column = None
        if column is not None:
            seen.add(column)
        found.append(column)
    return found


def lacking(columns: Iterable[Column], others: Iterable[str]) -> str:
    """Return the columns that a file lacks, each with what the file may have instead.

    `others` are the names of its columns whose meaning is not known; each is
    offered once, as `VESTIGINGSCODE (it has VESTIGING NR)`.
    """
    left = [name for name in others if name.strip()]
    wanted = list(columns)
    pairs = sorted(
        ((_likeness(column.value[0], name), column, name) for column in wanted for name in left),
        key=lambda pair: -pair[0],
    )
    instead: dict[Column, str] = {}
    for likeness, column, name in pairs:
        if likeness >= _LIKE and column not in instead and name in left:
            instead[column] = f"{column.value[0]} (it has {harmless(name)})"
            left.remove(name)
    return "; ".join(instead.get(column, column.value[0]) for column in wanted)


def _likeness(one: str, other: str) -> float:
    """Return which share of the shorter name both have in one piece, 0 to 1."""
    one, other = normal(one), normal(other)
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.find_longest_match().size / min(len(one), len(other))


def harmless(name: str) -> str:
    """Return the name of a column as a message may show it: short, printable, of no person."""
    cut = name.strip()[:_NAME_LIMIT]
    return cut if cut.isprintable() and not holds_person_number(cut) else "(not shown)"
