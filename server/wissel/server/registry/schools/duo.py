"""Reading a school file of DUO: bytes in, rows out, nothing written (R1).

A file is taken whole or not at all: `parse` looks at every line and refuses
with the first problems, each with its line number.
"""

import csv
import hashlib
import io
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Brin
from wissel.routing.values.person_numbers import holds_person_number
from wissel.server.registry.schools.duo_formats import (
    FORMATS,
    BoardRow,
    BrokenCell,
    Format,
    LocationRow,
    Row,
    Source,
)

MAX_FILE_BYTES: Final = 32 * 1024 * 1024
"""Largest file that is read; DUO's are about 2 MB."""
MAX_LINE_BYTES: Final = 16 * 1024
"""Longest line that is read; DUO's are under 1 KiB."""
MAX_PROBLEMS: Final = 20
"""Most problems that a refusal names."""
MAX_BROKEN_LINES: Final = 1000
"""After so many broken lines the rest of a file is not read."""

_ENCODING: Final = "cp1252"
_FORMATS: Final = {";".join(each.header).encode(_ENCODING): each for each in FORMATS}
_NOT_ASCII: Final = re.compile(rb"[^\x00-\x7f]")
_UNNAMED: Final = "the file"
_NAME_LIMIT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """What a file says, in the order of its lines; one of both tuples is empty.

    `sha256` is the lower-case hex digest of its bytes, `line_count` the number
    of lines with data.
    """

    source: Source
    name: str
    sha256: str
    line_count: int
    locations: tuple[LocationRow, ...] = ()
    boards: tuple[BoardRow, ...] = ()


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is wrong with one line; lines count from 1, the header."""

    line: int
    text: str


def parse(data: bytes, file_name: str = "") -> ParsedFile:
    """Return what the file says, or refuse it.

    1. it is at most MAX_FILE_BYTES long: FILE_TOO_LARGE
    2. its first line is one of the headers of FORMATS: FILE_UNKNOWN
    3. each line is Windows-1252, has the columns of the header and readable
       cells, tells nothing else than an earlier line with the same key, and no
       BRIN has two boards: FILE_LINE_INVALID with `line`, `problem`, the
       `count` of broken lines and the first of them in `problems`; the count
       ends with `+` where the rest was not read
    """
    name = harmless_name(file_name)
    if len(data) > MAX_FILE_BYTES:
        raise Refused(Reason.FILE_TOO_LARGE, file=name, limit=str(MAX_FILE_BYTES))
    lines = _lines(data)
    found = _FORMATS.get(next(lines, b""))
    if found is None:
        raise Refused(Reason.FILE_UNKNOWN, file=name)
    problems = list(_wrong_encoding(data))
    read = _Lines(found)
    rows = read.read(lines, problems)
    if problems:
        raise _broken(name, problems)
    return ParsedFile(
        source=found.source,
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        line_count=read.count,
        locations=tuple(row for row in rows if isinstance(row, LocationRow)),
        boards=tuple(row for row in rows if isinstance(row, BoardRow)),
    )


def _lines(data: bytes) -> Iterator[bytes]:
    """Yield the lines one by one: a file may hold millions of nothing."""
    for line in io.BytesIO(data):
        yield line.removesuffix(b"\n").removesuffix(b"\r")


class _Lines:
    """The lines of one file: remembers what earlier lines said, and counts them in `count`."""

    def __init__(self, file_format: Format) -> None:
        self.count = 0
        self._format = file_format
        self._rows: list[Row] = []
        self._numbers = array("L")  # of the line of each row, in four bytes or eight
        self._places: dict[str, int] = {}  # in both, by the key of a row
        self._boards: dict[Brin, tuple[int, BoardNumber]] = {}

    def read(self, lines: Iterator[bytes], problems: list[_Problem]) -> list[Row]:
        """Return the rows, equal ones once, and add the problems of the lines after the header."""
        most = len(problems) + MAX_BROKEN_LINES
        for number, line in enumerate(lines, start=2):
            if len(problems) == most:
                break
            self.count += 1
            try:
                self._take(number, self._row(line))
            except BrokenCell as broken:
                problems.append(_Problem(number, str(broken)))
            except Refused as refused:
                value = refused.metadata.get("value", "")  # none where the cell is empty
                problems.append(_Problem(number, f"{value!r} is no {refused.field}"))
        return self._rows

    def _row(self, line: bytes) -> Row:
        if len(line) > MAX_LINE_BYTES:
            message = f"it is longer than {MAX_LINE_BYTES} bytes"
            raise BrokenCell(message)
        cells = _cells(line)
        columns = self._format.header
        if len(cells) != len(columns):
            message = f"{len(cells)} columns instead of {len(columns)}"
            raise BrokenCell(message)
        return self._format.read(dict(zip(columns, cells, strict=True)))

    def _take(self, number: int, row: Row) -> None:
        place = self._places.setdefault(row.key, len(self._rows))
        if place == len(self._rows):
            self._rows.append(row)
            self._numbers.append(number)
        elif self._rows[place] != row:
            earlier = self._numbers[place]
            message = f"{row.key} stands with another content on line {earlier}"
            raise BrokenCell(message)
        if isinstance(row, LocationRow):
            brin = row.vestiging.brin
            earlier, board = self._boards.setdefault(brin, (number, row.board))
            if board != row.board:
                message = f"BRIN {brin} has another board on line {earlier}"
                raise BrokenCell(message)


def _cells(line: bytes) -> list[str]:
    """Return the cells of a line, without the blanks around them and without quotes."""
    try:
        text = line.decode(_ENCODING)
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} is no Windows-1252"
        raise BrokenCell(message) from None
    if not text.isprintable():
        raise BrokenCell("it holds a control character")
    try:
        cells = next(csv.reader([text], delimiter=";", strict=True), [])
    except csv.Error:
        raise BrokenCell("a quote is not closed, or closed in the middle of a cell") from None
    return [cell.strip() for cell in cells]


def _wrong_encoding(data: bytes) -> Iterator[_Problem]:
    """Find the first line that only makes sense as UTF-8.

    Almost any bytes decode as Windows-1252, so a converted file would slip
    through and rename every school with an accent.
    """
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if first := _NOT_ASCII.search(data):
        line = data.count(b"\n", 0, first.start()) + 1
        yield _Problem(line, "it is UTF-8 instead of Windows-1252")


def _broken(name: str, problems: list[_Problem]) -> Refused:
    first = problems[0]
    more = "+" if len(problems) >= MAX_BROKEN_LINES else ""
    named = "; ".join(f"line {each.line}: {each.text}" for each in problems[:MAX_PROBLEMS])
    return Refused(
        Reason.FILE_LINE_INVALID,
        file=name,
        line=str(first.line),
        problem=first.text,
        count=f"{len(problems)}{more}",
        problems=named,
    )


def harmless_name(file_name: str) -> str:
    """Return what a message may call the file: its last part, short, printable, of no person."""
    name = PurePath(file_name.replace("\\", "/")).name[:_NAME_LIMIT]
    return name if name and name.isprintable() and not holds_person_number(name) else _UNNAMED
