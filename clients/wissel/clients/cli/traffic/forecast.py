"""`wissel forecast`: which routes will break, begin or move if nothing is done, and why."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import datetime as dt
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients.addressing import organisation as named
from wissel.clients.cli.failing import EXIT_REFUSED
from wissel.clients.cli.output import as_data, busy, note, organisation, print_json, print_rows
from wissel.clients.cli.session import Session, session_of
from wissel.clients.cli.tables.workbook import Cell, Sheet, workbook_bytes
from wissel.clients.storage.atomic_write import write_atomically
from wissel.clients.transport.pages import Pages
from wissel.traffic.v1 import forecast_pb2
from wissel.traffic.v1 import route_service_pb2 as pb
from wissel.traffic.v1.route_service_pb2_grpc import RouteServiceStub

_PAGE: Final = 1000
_TITLES: Final = (
    "DATE",
    "UNTIL",
    "OF",
    "ROUTES LOST",
    "MOVED",
    "GAINED",
    "SENDERS LOST",
    "GAINED",
    "WHY",
    "FIX",
    "BY",
)
_CERTIFICATES: Final = ("DATE", "URL", "OIN", "SYSTEMS", "ROUTES")


def forecast(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="how many days after today")] = 90,
    service: Annotated[str, typer.Option(help="only this service")] = "",
    school: Annotated[str, typer.Option(help="only this BRIN or samenwerkingsverband")] = "",
    board: Annotated[str, typer.Option(help="only schools of this board")] = "",
    limit: Annotated[int, typer.Option(min=1, help="at most this many events")] = 1000,
    xlsx: Annotated[
        Path | None, typer.Option(dir_okay=False, help="write a workbook to this file")
    ] = None,
    fail_on_break: Annotated[
        bool, typer.Option("--fail-on-break", help="exit code 1 if anything will break")
    ] = False,
) -> None:
    """Tell which routes will break, begin or move if nothing is done, and what keeps them."""
    session = session_of(context)
    request = pb.ForecastRoutesRequest(
        days=days, service=service, board_number=board, **(named(school) if school else {})
    )
    with busy(session, "Deciding day by day"):
        found = _collect(session, request, limit)
    if xlsx is not None:
        write_atomically(xlsx, _workbook(found))
        note(f"{len(found.events)} events are in {xlsx}")
    elif session.json:
        print_json(as_data(found))
    else:
        _show(found)
    total = found.total
    if fail_on_break and (total.routes.lost or total.senders.lost or found.certificates):
        raise typer.Exit(EXIT_REFUSED)


def _collect(
    session: Session, request: pb.ForecastRoutesRequest, limit: int
) -> pb.ForecastRoutesResponse:
    """Return the answer with at most `limit` events; it has a token if there are more."""
    pages, found = Pages(), pb.ForecastRoutesResponse()
    while True:
        request.page_size = min(_PAGE, limit - len(found.events))
        page = session.call(lambda c: RouteServiceStub(c).ForecastRoutes, request)
        if request.page_token:
            found.events.extend(page.events)
        else:
            found.CopyFrom(page)
        found.next_page_token = request.page_token = pages.after(page)
        if not request.page_token or len(found.events) >= limit:
            return found


def _show(found: pb.ForecastRoutesResponse) -> None:
    note(f"From {found.from_date} to {found.to_date}, revision {found.registry_revision}:")
    print_rows(_TITLES, [_row(event) for event in found.events])
    if found.next_page_token:
        note("There are more; see --limit, or ask about fewer days.")
    for each in found.certificates:
        whose = f"{each.receiver_oin} at {each.url} ({', '.join(each.system_ids)})"
        note(f"{each.date}: the certificate of {whose} ends; {each.route_count} routes lead there.")
    every = [*(fix for event in found.events for fix in event.fixes)]
    every += [each.fix for each in found.certificates]
    fixes = {(fix.action, fix.text, fix.owner_text, fix.contact): None for fix in every}
    for action, text, owner, contact in fixes:
        note(f"{action}: {text} By {owner}. Contact: {contact}")


def _workbook(found: pb.ForecastRoutesResponse) -> bytes:
    """Return a workbook: a sheet with each event on a line, and one of certificates."""
    certificates: list[list[Cell]] = [
        [_day(each.date), each.url, each.receiver_oin, ", ".join(each.system_ids), each.route_count]
        for each in found.certificates
    ]
    sheets = (
        Sheet(name="Forecast", titles=_TITLES, rows=[_cells(each) for each in found.events]),
        Sheet(name="Certificates", titles=_CERTIFICATES, rows=certificates),
    )
    return workbook_bytes(sheets, f"Forecast from {found.from_date} to {found.to_date}")


def _row(event: forecast_pb2.ForecastEvent) -> list[str]:
    return ["" if cell is None else str(cell) for cell in _cells(event)]


def _cells(event: forecast_pb2.ForecastEvent) -> list[Cell]:
    routes, senders = event.routes, event.senders
    return [
        _day(event.date),
        _day(_until(event)),
        _whose(event),
        *(routes.lost, routes.moved, routes.gained, senders.lost, senders.gained),
        _why(event),
        ", ".join(dict.fromkeys(fix.action for fix in event.fixes)),
        ", ".join(dict.fromkeys(fix.owner_text for fix in event.fixes)),
    ]


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _until(event: forecast_pb2.ForecastEvent) -> str:
    """Return the day until which all is so that is shown, empty if none is known."""
    lasts = {each.end_date for each in event.examples}
    return lasts.pop() if len(lasts) == 1 else ""


def _whose(event: forecast_pb2.ForecastEvent) -> str:
    """Return the organisation, with `...` if there are more, and the service."""
    whose = list(dict.fromkeys(map(organisation, event.examples)))
    services = sorted({each.service for each in event.examples})
    return f"{whose[0]}{' ...' if len(whose) > 1 else ''} {', '.join(services)}"


def _why(event: forecast_pb2.ForecastEvent) -> str:
    causes = [_cause(each) for each in event.causes]
    return "; ".join([*causes, *["of another vendor"] * event.caused_by_others])


def _cause(cause: forecast_pb2.ForecastCause) -> str:
    """Return a cause, such as `mandate 1f… of las-noord ends 2027-07-31`."""
    what = cause.entity.lower().replace("_", " ")
    of = cause.signatory or cause.system_id
    kind = f"{what} {cause.agreement}".rstrip()
    whose = f" of {of}" if of else ""
    return f"{kind} {cause.entity_id}{whose} {cause.happening.lower()} {cause.date}"
