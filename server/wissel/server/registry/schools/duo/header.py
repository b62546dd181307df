"""From the bytes of a school file to its header: which kind it is (R1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from wissel.routing.values.csv_text import (
    DELIMITERS,
    BrokenLine,
    Encoding,
    first_line,
    names_in,
)
from wissel.server.registry.schools.duo.columns import Column, columns_of, harmless, lacking
from wissel.server.registry.schools.duo.formats import FORMATS, Format

_MOST_SHOWN: Final = 6


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


def read_header(data: bytes, encoding: Encoding, lines: Iterator[bytes]) -> Header:
    """Take the header from the lines, or raise `UnknownFile`."""
    try:
        number, text = first_line(data, encoding, lines)
    except BrokenLine as broken:
        raise UnknownFile(str(broken)) from None
    names, delimiter = max(
        ((names_in(text, each), each) for each in DELIMITERS),
        key=lambda split: sum(column is not None for column in columns_of(split[0])),
    )
    columns = columns_of(names)
    known = {column for column in columns if column is not None}
    for kind in FORMATS:
        if kind.matches(known):
            return Header(kind=kind, columns=columns, delimiter=delimiter, line=number)
    raise _unknown(names, columns)


def _unknown(names: Sequence[str], columns: Sequence[Column | None]) -> UnknownFile:
    """Return what the nearest kind lacks, column by column, with what the file may have for it."""
    known = {column for column in columns if column is not None}
    others = [name for name, column in zip(names, columns, strict=True) if column is None and name]
    if not known:
        shown = ", ".join(map(harmless, others[:_MOST_SHOWN]))
        return UnknownFile(f"its first line names no column that the hub knows: {shown}")
    kind = min(FORMATS, key=lambda each: len(each.missing(known)) / len(each.needs))
    return UnknownFile(kind=kind.title, lacking=lacking(kind.missing(known), others))
