"""`wissel connection`: whether schools are connected, and what is missing."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated, Final

import typer

from wissel.clients.addressing import organisation as named
from wissel.clients.cli.gaps import show_gaps
from wissel.clients.cli.output import (
    Column,
    as_data,
    note,
    organisation,
    print_json,
    reach,
    say,
    show_all,
)
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import Session, session_of
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub

_CONNECTED: Final[list[Column]] = [
    ("ORGANISATION", organisation),
    ("BOARD", "board_number"),
    ("SERVICE", "service"),
    ("SYSTEM", "system_ids"),
]
app = typer.Typer(help="Connections: can a school receive?", no_args_is_help=True)


@app.command()
def check(
    context: typer.Context,
    organisation: Annotated[str, typer.Argument(help="BRIN or samenwerkingsverband")] = "",
    every: Annotated[
        bool, typer.Option("--all", help="all of your own that are not connected")
    ] = False,
    service: Annotated[
        str, typer.Option(help="only for this service; by default those that it has mandates for")
    ] = "",
    board: Annotated[str, typer.Option(help="with --all: only of this board")] = "",
    on: Annotated[str, typer.Option(help="day; by default today")] = "",
    limit: Limit = 1000,
) -> None:
    """Tell whether schools are connected, or all that is missing (exit 1)."""
    if bool(organisation) == every:
        raise typer.BadParameter("say an organisation, or --all")
    session = session_of(context)
    if every:
        asked = pb.ListConnectionsRequest(service=service, board_number=board, on_date=on)
        found = _every(session, asked, limit)
    else:
        request = pb.CheckConnectionRequest(service=service, on_date=on, **named(organisation))
        answer = session.call(lambda c: SchoolServiceStub(c).CheckConnection, request)
        found = list(answer.connections)
    missing = [each for each in found if not each.connected]
    if session.json:
        print_json([as_data(each) for each in found])
    else:
        for each in found:
            _tell(each)
        note(f"{len(missing)} not connected" if missing else "all connected")
    if missing:
        raise typer.Exit(1)


@app.command("list")
def list_connected(
    context: typer.Context,
    service: Annotated[str, typer.Option(help="only for this service")] = "",
    board: Annotated[str, typer.Option(help="only of this board")] = "",
    on: Annotated[str, typer.Option(help="day; by default today")] = "",
    limit: Limit = 1000,
) -> None:
    """List which organisations are connected, anybody's, for which service.

    The system is told to the organisation's own board, that vendor, the owner of the service
    and operators.
    """
    session = session_of(context)
    asked = pb.ListConnectionsRequest(
        everyone=True, service=service, board_number=board, on_date=on
    )
    show_all(session, _every(session, asked, limit), _CONNECTED)


def _every(session: Session, request: pb.ListConnectionsRequest, limit: int) -> list[pb.Connection]:
    return collect(
        session,
        lambda c: SchoolServiceStub(c).ListConnections,
        request,
        lambda page: page.connections,
        limit,
    )


def _tell(each: pb.Connection) -> None:
    whose = f"{organisation(each)} {each.service}"
    if each.connected:
        say(f"{whose}: connected by {', '.join(each.system_ids)}")
        for silent in each.silent_endpoints:
            say(f"   {silent.url} of {silent.system_id}: {reach(silent)}")
    else:
        say(f"{whose}: not connected", style="bold")
        show_gaps(each.gaps)
    if each.kinds_to_sign:
        kinds = ", ".join(each.kinds_to_sign)
        say(f"   {kinds} counts by what came from Mijn OSO, and is still to be signed")
