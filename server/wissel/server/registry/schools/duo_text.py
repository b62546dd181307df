"""From the bytes of a school file to its lines: encoding, delimiter and header (R1).

DUO's site writes Windows-1252 with `;`, its portal UTF-8 with a byte order mark
and `,`; people who open a file in a spreadsheet and save it write either.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from wissel.server.registry.schools.duo_columns import Column, columns_of, harmless, lacking
from wissel.server.registry.schools.duo_formats import FORMATS, Format

MAX_LINE_BYTES: Final = 16 * 1024
"""Longest line that is read; DUO's are under 1 KiB."""

_BOM: Final = b"\xef\xbb\xbf"
_DELIMITERS: Final = (";", ",", "\t")
_SEPARATOR_LINE: Final = re.compile(rb"sep=.", re.IGNORECASE)  # what Excel writes above a header
_LATIN_IN_UTF8: Final = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")
_MOST_SHOWN: Final = 6
_FOREIGN: Final = (
    (b"PK\x03\x04", "it is an Excel workbook (.xlsx) or another zip file; save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "it is an Excel workbook (.xls); save it as CSV"),
    (b"\x1f\x8b", "it is compressed with gzip; unpack it"),
    (b"%PDF", "it is a PDF document; fetch the file in CSV"),
    (b"\xff\xfe", "it is UTF-16; save it as CSV in UTF-8"),
    (b"\xfe\xff", "it is UTF-16; save it as CSV in UTF-8"),
    (b"<", "it is a web page or XML; fetch the file in CSV"),
    (b"{", "it is JSON; fetch the file in CSV"),
    (b"[", "it is JSON; fetch the file in CSV"),
)


class UnknownFile(Exception):
    """The file is of no kind that the hub reads.

    `problem` says what it is instead, or is empty; `kind` is the nearest kind and
    `lacking` what it would need, column by column; both are empty where it has
    no column that the hub knows.
    """

    def __init__(self, problem: str = "", *, kind: str = "", lacking: str = "") -> None:
        super().__init__(problem or f"{kind} lacks {lacking}")
        self.problem = problem
        self.kind = kind
        self.lacking = lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line of a file: its kind, and what each of its columns holds."""

    kind: Format
    columns: Sequence[Column | None]
    delimiter: str
    line: int
    """The number of the line, from 1."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file become text."""

    codec: str
    name: str

    def decode(self, line: bytes) -> str:
        """Return the text of a line; raises `UnicodeDecodeError`."""
        return line.decode(self.codec)


UTF_8: Final = Encoding("utf-8", "UTF-8")
WINDOWS_1252: Final = Encoding("cp1252", "Windows-1252")


def encoding_of(data: bytes) -> Encoding:
    """Return UTF-8 for bytes with its mark or that are UTF-8 throughout, else Windows-1252."""
    if data.startswith(_BOM):
        return UTF_8
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return WINDOWS_1252
    return UTF_8


def mixed_line(line: bytes, encoding: Encoding) -> bool:
    """Whether a line of a file in Windows-1252 is UTF-8, by its accented letters.

    Two files that were put together, or one edited with the wrong program, would
    otherwise rename every school with an accent.
    """
    return encoding is WINDOWS_1252 and _LATIN_IN_UTF8.search(line) is not None


def lines_of(data: bytes) -> Iterator[bytes]:
    """Yield the lines one by one, without their ends: a file may hold millions of nothing."""
    for line in io.BytesIO(data.removeprefix(_BOM)):
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def cells_of(text: str, delimiter: str) -> list[str]:
    """Return the cells of a line, without the blanks around them and without quotes.

    Raises `csv.Error` for a quote that is not closed, or closed within a cell.
    """
    cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    return [cell.strip() for cell in cells]


def read_header(data: bytes, encoding: Encoding, lines: Iterator[bytes]) -> Header:
    """Take the header from the lines, or raise `UnknownFile`."""
    for mark, problem in _FOREIGN:
        if data.lstrip().startswith(mark):
            raise UnknownFile(problem)
    number, line = 1, next(lines, b"")
    if _SEPARATOR_LINE.fullmatch(line):
        number, line = 2, next(lines, b"")
    if not line.strip():
        raise UnknownFile("its first line is empty")
    if len(line) > MAX_LINE_BYTES:
        message = f"its first line is longer than {MAX_LINE_BYTES} bytes"
        raise UnknownFile(message)
    try:
        text = encoding.decode(line)
    except UnicodeDecodeError:
        message = f"its first line is no {encoding.name}"
        raise UnknownFile(message) from None
    names, delimiter = max(
        ((_names(text, each), each) for each in _DELIMITERS),
        key=lambda split: sum(column is not None for column in columns_of(split[0])),
    )
    columns = columns_of(names)
    known = {column for column in columns if column is not None}
    for kind in FORMATS:
        if kind.matches(known):
            return Header(kind=kind, columns=columns, delimiter=delimiter, line=number)
    raise _unknown(names, columns)


def _names(text: str, delimiter: str) -> list[str]:
    try:
        return cells_of(text, delimiter)
    except csv.Error:
        return []


def _unknown(names: Sequence[str], columns: Sequence[Column | None]) -> UnknownFile:
    """Return what the nearest kind lacks, column by column, with what the file may have for it."""
    known = {column for column in columns if column is not None}
    others = [name for name, column in zip(names, columns, strict=True) if column is None and name]
    if not known:
        shown = ", ".join(map(harmless, others[:_MOST_SHOWN]))
        return UnknownFile(f"its first line names no column that the hub knows: {shown}")
    kind = min(FORMATS, key=lambda each: len(each.missing(known)) / len(each.needs))
    return UnknownFile(kind=kind.title, lacking=lacking(kind.missing(known), others))
