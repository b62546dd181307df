"""`wissel schools update`: what an operator knows better than the files."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated

import typer

from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.register.schools import DETAILS
from wissel.clients.cli.session import Session, session_of
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub


def update(
    context: typer.Context,
    brin: str,
    successor: Annotated[
        str | None,
        typer.Option(help="BRIN or vestiging at which it goes on; '' takes it away"),
    ] = None,
    vestiging: Annotated[
        list[str] | None, typer.Option(help="each as 02 or 99XA02; by default all")
    ] = None,
    name: Annotated[str | None, typer.Option(help="another name")] = None,
    closed: Annotated[str | None, typer.Option(help="last day it was open; '' opens it")] = None,
    board: Annotated[str | None, typer.Option(help="another board, five digits")] = None,
    board_name: Annotated[str, typer.Option(help="name of a board that is new")] = "",
    etag: Annotated[str, typer.Option(help="only if it has not changed since")] = "",
    dry_run: DryRun = False,
) -> None:
    """Correct a school; needs --reason. Name, closing and board only if no file has it."""
    session = session_of(context)
    changes = {"name": name, "closed_date": closed, "successor": successor}
    request = pb.UpdateSchoolRequest(
        brin=brin, board_number=board, board_name=board_name, etag=etag, validate_only=dry_run
    )
    if any(each is not None for each in changes.values()):
        request.locations.extend(
            pb.LocationUpdate(vestiging=each, **changes)
            for each in vestiging or _all(session, brin)
        )
    done = session.call(lambda c: SchoolServiceStub(c).UpdateSchool, request)
    show_outcome(session, done, "school", DETAILS)


def _all(session: Session, brin: str) -> list[str]:
    """Return the vestigingen of a school."""
    school = session.call(
        lambda c: SchoolServiceStub(c).GetSchool, pb.GetSchoolRequest(brin=brin)
    ).school
    return [each.vestiging for each in school.locations]
