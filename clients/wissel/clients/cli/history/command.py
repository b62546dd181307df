"""`wissel history`: who changed what, when, and why."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from wissel.audit.v1 import audit_service_pb2 as pb
from wissel.audit.v1.audit_service_pb2_grpc import AuditServiceStub
from wissel.clients.cli.history.words import changes
from wissel.clients.cli.output import as_data, note, print_json, say, styled
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of


class Subject(StrEnum):
    """Of what a history can be asked for."""

    MANDATE = "mandate"
    ENDPOINT = "endpoint"
    AGREEMENT = "agreement"
    SYSTEM = "system"
    QUALIFICATION = "qualification"
    PARTY = "party"
    SERVICE = "service"
    SCHOOL = "school"
    SWV = "swv"
    BOARD = "board"


_FIELDS: Final = {
    Subject.MANDATE: "mandate_id",
    Subject.ENDPOINT: "endpoint_id",
    Subject.AGREEMENT: "agreement_id",
    Subject.SYSTEM: "system_id",
    Subject.QUALIFICATION: "qualification",
    Subject.PARTY: "party_oin",
    Subject.SERVICE: "service",
    Subject.SCHOOL: "brin",
    Subject.SWV: "swv",
    Subject.BOARD: "board_number",
}


def history(
    context: typer.Context,
    subject: Annotated[Subject, typer.Argument(help="of what", show_choices=True)],
    key: Annotated[str, typer.Argument(help="its id, code, OIN, BRIN or number")],
    kind: Annotated[
        list[str] | None, typer.Option(help="only of such things, such as mandate; repeatable")
    ] = None,
    since: Annotated[str, typer.Option("--from", help="first day, yyyy-mm-dd")] = "",
    until: Annotated[str, typer.Option(help="last day")] = "",
    oldest_first: Annotated[bool, typer.Option("--oldest-first", help="oldest first")] = False,
    limit: Limit = 1000,
) -> None:
    """Tell what changed, newest first: of one thing, or of all about a school or board.

    A qualification is named by its system and service, such as las-noord/OSO_OV.
    """
    session = session_of(context)
    asked: dict[str, Any] = {_FIELDS[subject]: key}
    request = pb.ListHistoryRequest(
        kinds=kind or (),
        from_date=since,
        until_date=until,
        oldest_first=oldest_first,
        **asked,
    )
    found = collect(
        session, lambda c: AuditServiceStub(c).ListHistory, request, lambda p: p.entries, limit
    )
    if session.json:
        print_json([as_data(entry) for entry in found])
        return
    for entry in found:
        _tell(entry)
    note(f"{len(found)} in all", style="dim")


def _tell(entry: pb.HistoryEntry) -> None:
    """Print a change: when and by whom in one line, and each field that it changed below that."""
    recorded = entry.recorded_time.ToDatetime()
    who = ", ".join(filter(None, (entry.actor_name or entry.actor_oin, _person(entry))))
    what = styled(f"{entry.kind} {entry.key}", "bold")
    did = f"{entry.method} by {who}" + (f": {entry.reason}" if entry.reason else "")
    say(f"{entry.revision:>6}  {recorded:%Y-%m-%dT%H:%M:%SZ} ", what, f" {did}")
    for change in changes(entry):
        say(f"          {change}")


def _person(entry: pb.HistoryEntry) -> str:
    return entry.person or entry.person_id
