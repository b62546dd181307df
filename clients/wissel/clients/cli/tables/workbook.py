"""Writes tables as a workbook of Excel, in which nothing that somebody registered is a formula."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import xlsxwriter

from wissel.clients.errors import FileUnusable

Cell = str | int | float | dt.date | None
"""A text stays a text whatever is in it; a number can be summed, a day sorted; None is empty."""

MAX_ROWS: Final = 1_048_575
"""Most rows of a sheet, below its titles."""
_MAX_TEXT: Final = 32_767  # characters of a cell
_NARROWEST: Final = 6  # characters of a column
_WIDEST: Final = 60
_ARROW: Final = 3  # characters that the button of a filter takes
_DAY: Final = "yyyy-mm-dd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with a title for each column; the first `frozen` columns stay in sight."""

    name: str
    titles: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    frozen: int = 1


def workbook_bytes(sheets: Sequence[Sheet], title: str, made: dt.date | None = None) -> bytes:
    """Return a workbook: each sheet with filters, its titles frozen, columns as wide as needed.

    `title` stands below each printed page. A workbook that was `made` on a day is the same
    bytes whenever it is written. Raises `FileUnusable` for a sheet of more than MAX_ROWS.
    """
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True}) as book:
        created = {} if made is None else {"created": dt.datetime.combine(made, dt.time())}
        book.set_properties({"title": title, **created})
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": _DAY, "align": "left"})
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, title, bold, day)
    return whole.getvalue()


def _write(page: Any, sheet: Sheet, title: str, bold: object, day: object) -> None:
    if len(sheet.rows) > MAX_ROWS:
        message = f"a sheet of Excel has at most {MAX_ROWS:,} rows, and {sheet.name} has more"
        raise FileUnusable(message)
    page.freeze_panes(1, sheet.frozen)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_footer(f"&L{title.replace('&', '&&')}&R&P / &N")
    page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.titles) - 1)
    for column, name in enumerate(sheet.titles):
        longest = max((len(str(row[column])) for row in sheet.rows if row[column]), default=0)
        page.set_column(column, column, _width(len(name) + _ARROW, longest))
        page.write_string(0, column, name, bold)
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(number, column, value[:_MAX_TEXT])
            elif isinstance(value, dt.date):
                page.write_datetime(number, column, value, day)
            elif value is not None:
                page.write_number(number, column, value)


def _width(*characters: int) -> int:
    return min(_WIDEST, max(_NARROWEST, *characters) + 1)
