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
_LIKE: Final = 0.5  # how much alike two names of a column are that may mean the same, 0 to 1


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
    PUPILS = ("AANTAL LEERLINGEN", "TOTAAL AANTAL LEERLINGEN")

    @property
    def told(self) -> str:
        """How a message names it: `INSTELLINGSCODE (or BRIN NUMMER)`."""
        first, *others = self.value
        return f"{first} (or {others[0]})" if others else first


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


def instead_of(column: Column, names: Iterable[str]) -> str:
    """Return the column of a file that may be meant, as a message shows it; else empty.

    `names` are the columns of the file whose meaning is not known.
    """
    shown = {normal(name): harmless(name) for name in names}
    like = difflib.get_close_matches(normal(column.value[0]), shown, n=1, cutoff=_LIKE)
    return shown[like[0]] if like else ""


def harmless(name: str) -> str:
    """Return the name of a column as a message may show it: short, printable, of no person."""
    cut = name.strip()[:_NAME_LIMIT]
    return cut if cut.isprintable() and not holds_person_number(cut) else "(not shown)"
