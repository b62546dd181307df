"""`wissel boards` and `wissel board`: what is known of boards, and correcting it."""

from pathlib import Path
from typing import Annotated, Final

import typer
from google.protobuf.message import Message

from wissel.clients.cli.output import Column, as_data, print_json, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.register.schools import show_report, upload
from wissel.clients.cli.session import session_of
from wissel.clients.errors import WisselError
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub

app = typer.Typer(help="One board.", no_args_is_help=True)
lists = typer.Typer(help="Boards, from DUO's files.", no_args_is_help=True)

_SOURCES: Final = ("DUO_BOARDS", "DUO_VO_BOARDS")
_BOARD: Final[list[Column]] = [
    ("BOARD", "board_number"),
    ("NAME", "name"),
    ("SCHOOLS", "school_count"),
    ("KVK", "kvk_number"),
]


@app.command("import")
def import_boards(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="CSV: BEVOEGD GEZAG NUMMER, its NAAM, KVK-NUMMER"
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only report")] = False,
    changes: Annotated[bool, typer.Option("--changes", help="print each change")] = False,
) -> None:
    """Import names and KvK numbers of boards; whole or not at all. Needs --reason."""
    session = session_of(context)
    report = upload(session, file, pb.ImportSchoolsHeader(validate_only=True))
    if report.source not in _SOURCES:
        message = f"{file}: this is a file of {report.source}, not of boards; see schools import"
        raise WisselError(message)
    if not dry_run:
        report = upload(session, file, pb.ImportSchoolsHeader())
    if session.json:
        print_json(as_data(report))
    else:
        show_report(file, report, changes=changes)


@app.command()
def update(
    context: typer.Context,
    board: str,
    name: Annotated[str | None, typer.Option(help="another name")] = None,
    kvk: Annotated[str | None, typer.Option(help="another KvK number; '' takes it away")] = None,
    etag: Annotated[str, typer.Option(help="only if it has not changed since")] = "",
) -> None:
    """Correct the name or KvK number of a board; needs --reason."""
    session = session_of(context)
    request = pb.UpdateBoardRequest(board_number=board, name=name, kvk_number=kvk, etag=etag)
    done = session.call(lambda c: SchoolServiceStub(c).UpdateBoard, request)
    show(session, done.board, _BOARD)


@lists.command("list")
def list_boards(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="only with this in its name")] = "",
    limit: Limit = 100,
) -> None:
    """List boards in order of number."""
    session = session_of(context)
    request = pb.ListBoardsRequest(name_contains=name)
    found: list[Message] = collect(
        session, lambda c: SchoolServiceStub(c).ListBoards, request, lambda p: p.boards, limit
    )
    show_all(session, found, _BOARD)


@lists.command("show")
def show_board(context: typer.Context, board: str) -> None:
    """Show a board."""
    session = session_of(context)
    request = pb.GetBoardRequest(board_number=board)
    show(session, session.call(lambda c: SchoolServiceStub(c).GetBoard, request).board, _BOARD)
