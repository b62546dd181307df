"""Reads and writes tables as CSV, as spreadsheets in Dutch write and read them.

What is read is UTF-8 or Windows-1252, with `;`, `,` or tabs; what is written is UTF-8 with
its mark, `;` and CRLF, so that a double click opens it with its accents. A spreadsheet
takes a cell that begins with one of `= + - @` for a formula and runs it, so such a cell is
written with an apostrophe before it, and read without it: whatever is written is read
back as it was.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wissel.clients.cli.harmless import harmless
from wissel.clients.errors import FileUnusable
from wissel.routing.values.csv_text import (
    BOM,
    DELIMITERS,
    BrokenLine,
    cells_of,
    encoding_of,
    first_line,
    lines_of,
    names_in,
)

MAX_FILE_BYTES: Final = 32 * 1024 * 1024
"""Largest file that is read."""
_SHOWN: Final = 20  # problems that an error names
_NAME_SHOWN: Final = 40  # characters of a column's name that an error repeats
# Full-width forms count too: spreadsheets in some languages take them for formulas.
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_DUTCH_DAY: Final = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})")
_GUARDED: Final = re.compile(f"'{_FORMULA.pattern}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file, and its cells by the names of their columns.

    A column that the file does not have is an empty cell.
    """

    line: int
    cells: Mapping[str, str]


class Problems:
    """What is wrong with the lines of one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[str] = []

    def add(self, line: int, text: str) -> None:
        """Note what is wrong with a line."""
        self._found.append(f"line {line}: {text}")

    def refuse(self) -> None:
        """Raise `FileUnusable` with the first lines that are wrong, if any is."""
        if self._found:
            more = len(self._found) - _SHOWN
            rest = [f"and {more} more"] if more > 0 else []
            message = f"{self._file} cannot be read, and nothing of it was used"
            raise FileUnusable(message, [*self._found[:_SHOWN], *rest])


def read_csv(
    path: Path, columns: Mapping[str, Sequence[str]], needed: Collection[str] = ()
) -> list[Row]:
    """Return the rows of a file, without empty lines.

    `columns` are the names by which the caller knows them, each with other names that a
    file may give it; capitals, blanks, `_` and `-` make no difference. Other columns are
    not read. Raises `FileUnusable` with every line that is wrong, and for a file that
    lacks one of the `needed` columns or has one twice; OSError for one that is not there.
    """
    with path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        message = f"{path}: it is larger than {MAX_FILE_BYTES // 2**20} MiB"
        raise FileUnusable(message)
    lines, encoding = lines_of(data), encoding_of(data)
    try:
        number, header = first_line(data, encoding, lines)
    except BrokenLine as broken:
        message = f"{path}: {broken}"
        raise FileUnusable(message) from None
    known = {_normal(name): to for to, names in columns.items() for name in (to, *names)}
    named, delimiter = max(
        ((names_in(header, each), each) for each in DELIMITERS),
        key=lambda split: sum(_normal(name) in known for name in split[0]),
    )
    places = _places([known.get(_normal(name)) for name in named], path, needed, named)
    problems, rows = Problems(str(path)), []
    for line_number, line in enumerate(lines, number + 1):
        if not line or line.isspace():
            continue
        try:
            cells = cells_of(line, encoding, delimiter)
        except BrokenLine as broken:
            problems.add(line_number, str(broken))
            continue
        if len(cells) < len(named) or any(cells[len(named) :]):
            problems.add(line_number, f"{len(cells)} columns instead of {len(named)}")
            continue
        found = {name: unguarded(cells[place]) for name, place in places.items()}
        if any(cells):  # a spreadsheet writes lines of delimiters alone
            rows.append(Row(line_number, dict.fromkeys(columns, "") | found))
    problems.refuse()
    return rows


def _places(
    found: Sequence[str | None], path: Path, needed: Collection[str], named: Sequence[str]
) -> dict[str, int]:
    """Return where each known column stands in a line."""
    places: dict[str, int] = {}
    for place, column in enumerate(found):
        if column is None:
            continue
        if column in places:
            message = f"{path}: it has the column {column} twice"
            raise FileUnusable(message)
        places[column] = place
    lacking = [name for name in needed if name not in places]
    if lacking:
        shown = ", ".join(harmless(name[:_NAME_SHOWN]) for name in named[:_SHOWN])
        message = f"{path}: its first line lacks {', '.join(lacking)}; it has {shown}"
        raise FileUnusable(message)
    return places


def csv_lines(titles: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """Yield a table line by line: UTF-8 with its mark, `;`, CRLF, and no cell a formula."""
    yield BOM + _line(titles)
    for row in rows:
        yield _line(row)


def csv_bytes(titles: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a table as the bytes of a CSV file."""
    return b"".join(csv_lines(titles, rows))


def guarded(text: str) -> str:
    """Return a cell as one that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def iso_day(text: str) -> str:
    """Return a day as `yyyy-mm-dd`, also one that a Dutch spreadsheet wrote as `1-8-2027`."""
    dutch = _DUTCH_DAY.fullmatch(text)
    return f"{dutch[3]}-{int(dutch[2]):02}-{int(dutch[1]):02}" if dutch else text


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=";").writerow([guarded(harmless(cell)) for cell in cells])
    return line.getvalue().encode()


def _normal(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
