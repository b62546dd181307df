"""Parsing a school file of DUO (R1).

A file is accepted whole or refused: `parse` reads every line, and its refusal
names the first problems by their line numbers.
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

    1. It is at most MAX_FILE_BYTES long: FILE_TOO_LARGE.
    2. Its first line is one of the headers of FORMATS: FILE_UNKNOWN.
    3. Each line is Windows-1252 and has the columns of the header with readable
       cells; two lines with the same key say the same; no BRIN has two boards:
       FILE_LINE_INVALID with `line`, `problem`, the `count` of broken lines and
       the first of them in `problems`. The count ends with `+` if the rest was
       not read.
    """
    name = harmless_name(file_name)
    # 1.
    if len(data) > MAX_FILE_BYTES:
        raise Refused(Reason.FILE_TOO_LARGE, file=name, limit=str(MAX_FILE_BYTES))
    # 2.
    lines = _lines(data)
    found = _FORMATS.get(next(lines, b""))
    if found is None:
        raise Refused(Reason.FILE_UNKNOWN, file=name)
    # 3.
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
    """Yield the lines without their ends, one by one: a file may hold millions of empty ones."""
    for line in io.BytesIO(data):
        yield line.removesuffix(b"\n").removesuffix(b"\r")


class _Lines:
    """The lines of one file. `count` is the number of those with data that were read.

    It remembers the earlier lines, as two lines must not contradict each other.
    """

    def __init__(self, file_format: Format) -> None:
        self.count = 0
        self._format = file_format
        self._rows: list[Row] = []
        # The line number of each row: in a list they would take four times as much.
        self._numbers = array("L")
        self._index_of: dict[str, int] = {}  # of a row in both, by its key
        self._boards: dict[Brin, tuple[int, BoardNumber]] = {}

    def read(self, lines: Iterator[bytes], problems: list[_Problem]) -> list[Row]:
        """Return the rows, equal ones once; add what is wrong with the lines to `problems`."""
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
        index = self._index_of.setdefault(row.key, len(self._rows))
        if index == len(self._rows):
            self._rows.append(row)
            self._numbers.append(number)
        elif self._rows[index] != row:
            earlier = self._numbers[index]
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
    """Yield a problem with the first line that is not ASCII, if the file is UTF-8.

    Almost any bytes decode as Windows-1252, so a file that was converted would
    be accepted and rename every school with an accent.
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
    """Return the name of a file as a message may show it: without folders, at most 100 characters.

    `the file` if that is empty, not printable, or may hold the number of a person.
    """
    name = PurePath(file_name.replace("\\", "/")).name[:_NAME_LIMIT]
    return name if name and name.isprintable() and not holds_person_number(name) else _UNNAMED
