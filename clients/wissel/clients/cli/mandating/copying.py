"""`wissel mandate copy`: the same mandate for other schools, after a look at what will happen."""

from typing import Annotated, Final

import typer

from wissel.clients.cli.failing import EXIT_REFUSED
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, as_data, busy, note, print_json, show_all
from wissel.clients.cli.session import Session, session_of
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

_ROW: Final[list[Column]] = [
    ("SCHOOL", "brin"),
    ("NAME", "name"),
    ("STATE", "state"),
    ("OTHER SYSTEMS", "other_system_ids"),
]
_DONE: Final[list[Column]] = [*_ROW, ("MANDATE", "mandate_id")]


def copy(
    context: typer.Context,
    mandate: str,
    schools: Annotated[
        list[str] | None, typer.Argument(help="BRINs; by default all your other schools")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask for confirmation")] = False,
    dry_run: DryRun = False,
) -> None:
    """Copy a mandate to other schools: shows what will happen, and asks first."""
    session = session_of(context)
    if session.json and not (yes or dry_run):
        raise typer.BadParameter("--json asks nothing, so say --yes or --dry-run")
    shown = _preview(session, mandate, schools or [])
    if not session.json:
        show_all(session, shown.rows, _ROW)
    if shown.copy_count and not (yes or dry_run):
        typer.confirm(_question(shown), abort=True, err=True)
    if not shown.copy_count:
        if session.json:
            print_json(as_data(shown))
        note("There is no school to which it can be copied.")
        raise typer.Exit(EXIT_REFUSED)
    request = pb.CopyMandateRequest(
        mandate_id=mandate, brins=schools or [], token=shown.token, validate_only=dry_run
    )
    with busy(session, f"Copying to {shown.copy_count} schools"):
        done = session.call(lambda c: MandateServiceStub(c).CopyMandate, request)
    show_outcome(session, done, "rows", _DONE)
    if not dry_run:
        note(f"The mandate was copied to {done.copy_count} schools.")


def _preview(session: Session, mandate: str, schools: list[str]) -> pb.PreviewCopyResponse:
    request = pb.PreviewCopyRequest(mandate_id=mandate, brins=schools)
    with busy(session, "Looking at the schools"):
        return session.call(lambda c: MandateServiceStub(c).PreviewCopy, request)


def _question(shown: pb.PreviewCopyResponse) -> str:
    until = f"until {shown.end_date}" if shown.end_date else "until further notice"
    waits = "; its owner processes each" if shown.processing == "AWAITING" else ""
    return (
        f"Give {shown.copy_count} of these {len(shown.rows)} schools a mandate for "
        f"{shown.service} to {shown.system_id}, from {shown.start_date} {until}{waits}?"
    )
