"""From the bytes of a table of text to its lines and cells: encoding, delimiter, quotes (R1).

DUO's site writes Windows-1252 with `;`, its portal UTF-8 with a byte order mark
and `,`; people who open a file in a spreadsheet and save it write either.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_LINE_BYTES: Final = 16 * 1024
"""Longest line that is read; DUO's are under 1 KiB."""
DELIMITERS: Final = (";", ",", "\t")
BOM: Final = b"\xef\xbb\xbf"

_SEPARATOR_LINE: Final = re.compile(rb"sep=.", re.IGNORECASE)  # what Excel writes above a header
_LATIN_IN_UTF8: Final = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")
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


class BrokenLine(Exception):
    """A line cannot be read; the message says why, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file become text."""

    codec: str
    name: str


UTF_8: Final = Encoding("utf-8", "UTF-8")
WINDOWS_1252: Final = Encoding("cp1252", "Windows-1252")


def encoding_of(data: bytes) -> Encoding:
    """Return UTF-8 for bytes with its mark or that are UTF-8 throughout, else Windows-1252."""
    if data.startswith(BOM):
        return UTF_8
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return WINDOWS_1252
    return UTF_8


def lines_of(data: bytes) -> Iterator[bytes]:
    """Yield the lines one by one, without their ends: a file may hold millions of nothing."""
    for line in io.BytesIO(data.removeprefix(BOM)):
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def first_line(data: bytes, encoding: Encoding, lines: Iterator[bytes]) -> tuple[int, str]:
    """Take the header from the lines; return its number, from 1, and its text.

    Raises `BrokenLine` for data that is no text, such as a workbook, and for a line that
    is empty, too long, or not in the encoding.
    """
    for mark, problem in _FOREIGN:
        if data.lstrip().startswith(mark):
            raise BrokenLine(problem)
    number, line = 1, next(lines, b"")
    if _SEPARATOR_LINE.fullmatch(line):
        number, line = 2, next(lines, b"")
    if not line.strip():
        raise BrokenLine("its first line is empty")
    if len(line) > MAX_LINE_BYTES:
        message = f"its first line is longer than {MAX_LINE_BYTES} bytes"
        raise BrokenLine(message)
    try:
        return number, line.decode(encoding.codec)
    except UnicodeDecodeError:
        message = f"its first line is no {encoding.name}"
        raise BrokenLine(message) from None


def names_in(header: str, delimiter: str) -> list[str]:
    """Return the names of columns that a header has with a delimiter, none if it is unreadable."""
    try:
        return _split(header, delimiter)
    except csv.Error:
        return []


def cells_of(line: bytes, encoding: Encoding, delimiter: str) -> list[str]:
    """Return the cells of a line, without the blanks around them and without quotes.

    Raises `BrokenLine`: it is too long, not in the encoding of the file, holds a control
    character, or has a quote that is not closed.
    """
    if len(line) > MAX_LINE_BYTES:
        message = f"it is longer than {MAX_LINE_BYTES} bytes"
        raise BrokenLine(message)
    try:
        text = line.decode(encoding.codec)
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} is no {encoding.name}"
        raise BrokenLine(message) from None
    # Two files that were put together, or one edited with the wrong program, would
    # otherwise rename every school with an accent.
    if encoding is WINDOWS_1252 and _LATIN_IN_UTF8.search(line):
        raise BrokenLine("it is UTF-8, and the file as a whole is not")
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    if not text.replace("\t", " ").isprintable():
        raise BrokenLine("it holds a control character")
    try:
        return _split(text, delimiter)
    except csv.Error:
        raise BrokenLine("a quote is not closed, or closed in the middle of a cell") from None


def _split(text: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    return [cell.strip() for cell in cells]
