"""`wissel board overview`: all schools of a board, and who acts for each, for which service."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from wissel.clients.cli.mandating.holdings import Holdings, holdings, state_of
from wissel.clients.cli.output import note, print_json, print_rows
from wissel.clients.cli.session import session_of
from wissel.clients.errors import WisselError
from wissel.mandate.v1 import mandate_service_pb2 as pb

_NARROW: Final = 8  # characters of a column with codes
_WIDE: Final = 36

Cells = Mapping[tuple[str, str], Sequence[pb.Mandate]]
"""The mandates by school and service."""


def overview(
    context: typer.Context,
    board: str,
    on: Annotated[str, typer.Option(help="day; by default today")] = "",
    xlsx: Annotated[
        Path | None, typer.Option(dir_okay=False, help="write a workbook to this file")
    ] = None,
) -> None:
    """Show schools against services: which system has the mandate, its state, until when."""
    session = session_of(context)
    held = holdings(session, board, on)
    cells, services = _cells(held), sorted({each.service for each in held.mandates})
    if xlsx is not None:
        _write(xlsx, held, cells, services)
        note(f"{len(held.schools)} schools and {len(held.mandates)} mandates are in {xlsx}")
    elif session.json:
        print_json([_school_data(school, cells, services) for school in held.schools])
    else:
        titles, rows = _table(held, cells, services)
        print_rows(titles, rows)


def _cells(held: Holdings) -> Cells:
    cells: dict[tuple[str, str], list[pb.Mandate]] = defaultdict(list)
    for mandate in held.mandates:
        cells[mandate.brin, mandate.service].append(mandate)
    return cells


def _table(
    held: Holdings, cells: Cells, services: Sequence[str]
) -> tuple[list[str], list[list[str]]]:
    """Return the titles and rows of schools against services."""
    rows = [
        [
            school.brin,
            school.name,
            *("; ".join(map(_told, cells.get((school.brin, code), ()))) for code in services),
        ]
        for school in held.schools
    ]
    return ["SCHOOL", "NAME", *services], rows


def _told(mandate: pb.Mandate) -> str:
    """Return a mandate in a cell: its system, its state, and its first or last day."""
    days = f" from {mandate.start_date}" if mandate.status == "PLANNED" else ""
    days += f" until {mandate.end_date}" if mandate.end_date else ""
    return f"{mandate.system_id} {state_of(mandate)}{days}"


def _school_data(school: Any, cells: Cells, services: Sequence[str]) -> dict[str, object]:
    return {
        "brin": school.brin,
        "name": school.name,
        "services": {
            code: [
                {
                    "mandate_id": each.mandate_id,
                    "system_id": each.system_id,
                    "state": state_of(each),
                    "start_date": each.start_date,
                    "end_date": each.end_date,
                }
                for each in cells.get((school.brin, code), ())
            ]
            for code in services
        },
    }


def _write(path: Path, held: Holdings, cells: Cells, services: Sequence[str]) -> None:
    """Write a workbook: schools against services, and a sheet with each mandate on a line.

    Everything is written as text, so that nothing that somebody registered is a formula.
    """
    lists = {
        "Overview": _table(held, cells, services),
        "Mandates": (
            ["SCHOOL", "SERVICE", "SYSTEM", "STATE", "FROM", "UNTIL", "MANDATE"],
            [
                [
                    each.brin,
                    each.service,
                    each.system_id,
                    state_of(each),
                    each.start_date,
                    each.end_date,
                    each.mandate_id,
                ]
                for each in held.mandates
            ],
        ),
    }
    try:
        with xlsxwriter.Workbook(str(path)) as book:
            bold = book.add_format({"bold": True})
            for name, (titles, rows) in lists.items():
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 2)
                sheet.set_column(0, 0, _NARROW)
                sheet.set_column(1, len(titles) - 1, _WIDE)
                for column, title in enumerate(titles):
                    sheet.write_string(0, column, title, bold)
                for number, row in enumerate(rows, 1):
                    for column, text in enumerate(row):
                        sheet.write_string(number, column, text)
    except XlsxWriterException as error:
        message = f"{path}: {error}"
        raise WisselError(message) from None
