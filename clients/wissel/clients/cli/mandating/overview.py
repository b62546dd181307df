"""`wissel board overview`: all schools of a board, and who acts for each, for which service."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from wissel.clients.cli.mandating.holdings import Holdings, holdings, state_of
from wissel.clients.cli.output import note, print_json, print_rows
from wissel.clients.cli.session import session_of
from wissel.clients.cli.tables.workbook import Sheet, workbook_bytes
from wissel.clients.storage.atomic_write import write_atomically
from wissel.mandate.v1 import mandate_service_pb2 as pb

_MANDATES: Final = ("SCHOOL", "SERVICE", "SYSTEM", "STATE", "FROM", "UNTIL", "MANDATE")

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
        write_atomically(xlsx, _workbook(held, cells, services))
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


def _workbook(held: Holdings, cells: Cells, services: Sequence[str]) -> bytes:
    """Return a workbook: schools against services, and a sheet with each mandate on a line."""
    titles, rows = _table(held, cells, services)
    mandates = [
        (
            each.brin,
            each.service,
            each.system_id,
            state_of(each),
            _day(each.start_date),
            _day(each.end_date),
            each.mandate_id,
        )
        for each in held.mandates
    ]
    sheets = (
        Sheet(name="Overview", titles=titles, rows=rows, frozen=2),
        Sheet(name="Mandates", titles=_MANDATES, rows=mandates),
    )
    return workbook_bytes(sheets, "Mandates")


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
