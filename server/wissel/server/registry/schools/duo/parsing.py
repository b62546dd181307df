"""Parsing a school file of DUO (R1).

A file is accepted whole or refused: `parse` reads every line, and its refusal
names the first problems by their line numbers.
"""

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.csv_text import (
    BrokenLine,
    Encoding,
    cells_of,
    encoding_of,
    lines_of,
)
from wissel.routing.values.identifiers import BoardNumber, Brin
from wissel.server.registry.schools.broken_lines import BrokenLines, harmless_name
from wissel.server.registry.schools.duo.formats import (
    BoardRow,
    BrokenCell,
    LocationRow,
    Row,
    Source,
)
from wissel.server.registry.schools.duo.header import Header, UnknownFile, read_header

MAX_FILE_BYTES: Final = 32 * 1024 * 1024
"""Largest file that is read; DUO's are about 2 MB."""


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


def parse(data: bytes, file_name: str = "") -> ParsedFile:
    """Return what the file says, or refuse it.

    1. It is at most MAX_FILE_BYTES long: FILE_TOO_LARGE.
    2. It has the columns of one of FORMATS, in any order and among others:
       FILE_UNKNOWN with `problem`, or with the nearest `kind` and what it is
       `lacking`.
    3. Each line is in the encoding of the file and has the columns of the header
       with readable cells; two lines with the same key say the same; no BRIN has
       two boards: FILE_LINE_INVALID. Empty lines are passed over.
    """
    name = harmless_name(file_name)
    # 1.
    if len(data) > MAX_FILE_BYTES:
        raise Refused(Reason.FILE_TOO_LARGE, file=name, limit=str(MAX_FILE_BYTES))
    # 2.
    lines, encoding = lines_of(data), encoding_of(data)
    try:
        header = read_header(data, encoding, lines)
    except UnknownFile as unknown:
        raise _unknown(name, unknown) from None
    # 3.
    read = _Lines(header, encoding)
    broken = BrokenLines(name)
    rows = read.read(lines, broken)
    broken.refuse()
    return ParsedFile(
        source=header.kind.source,
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        line_count=read.count,
        locations=tuple(row for row in rows if isinstance(row, LocationRow)),
        boards=tuple(row for row in rows if isinstance(row, BoardRow)),
    )


class _Lines:
    """The lines of one file. `count` is the number of those with data that were read.

    It remembers the earlier lines, as two lines must not contradict each other.
    """

    def __init__(self, header: Header, encoding: Encoding) -> None:
        self.count = 0
        self._header = header
        self._encoding = encoding
        self._rows: list[Row] = []
        # The line number of each row: in a list they would take four times as much.
        self._numbers = array("L")
        self._index_of: dict[str, int] = {}  # of a row in both, by its key
        self._boards: dict[Brin, tuple[int, BoardNumber]] = {}

    def read(self, lines: Iterator[bytes], broken: BrokenLines) -> list[Row]:
        """Return the rows, equal ones once, and note which lines after the header are broken."""
        for number, line in enumerate(lines, start=self._header.line + 1):
            if broken.full:
                break
            if not line or line.isspace():
                continue
            self.count += 1
            try:
                self._take(number, self._row(line))
            except (BrokenLine, BrokenCell) as problem:
                broken.add(number, str(problem))
            except Refused as refused:
                broken.add_refused(number, refused)
        return self._rows

    def _row(self, line: bytes) -> Row:
        cells = cells_of(line, self._encoding, self._header.delimiter)
        columns = self._header.columns
        if len(cells) < len(columns) or any(cells[len(columns) :]):
            message = f"{len(cells)} columns instead of {len(columns)}"
            raise BrokenCell(message)
        named = zip(columns, cells, strict=False)
        return self._header.kind.read(
            {column: cell for column, cell in named if column is not None}
        )

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


def _unknown(name: str, unknown: UnknownFile) -> Refused:
    if unknown.problem:
        return Refused(Reason.FILE_UNKNOWN, file=name, problem=unknown.problem)
    return Refused(Reason.FILE_UNKNOWN, file=name, kind=unknown.kind, lacking=unknown.lacking)
