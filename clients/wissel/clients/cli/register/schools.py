"""`wissel schools`: what RIO and DUO say of schools."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients import background
from wissel.clients.cli.impact import DryRun, show_impact, show_outcome
from wissel.clients.cli.output import (
    Column,
    as_data,
    bar,
    note,
    print_json,
    print_rows,
    show,
    show_all,
)
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import Session, session_of
from wissel.clients.upload import import_schools
from wissel.routing.values.identifiers import Brin, Vestiging
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub

app = typer.Typer(help="Schools, from DUO's files.", no_args_is_help=True)

_SCHOOL: Final[list[Column]] = [
    ("BRIN", "brin"),
    ("NAME", "name"),
    ("BOARD", "board_number"),
    ("LOCATIONS", lambda school: len(school.locations)),
    ("CLOSED", "closed_date"),
]
_MOVE: Final[list[Column]] = [
    ("FROM BOARD", "old_board_number"),
    ("TO BOARD", "new_board_number"),
    ("SCHOOLS", "school_count"),
    ("LACKS", "lacking_agreements"),
    ("", "brins"),
]
DETAILS: Final[list[Column]] = [
    ("BRIN", "brin"),
    ("name", "name"),
    ("OIN", "oin"),
    ("board", "board_number"),
    ("source", "source"),
    ("sectors", lambda school: ", ".join(school.sectors)),
    ("closed", "closed_date"),
    ("goes on as", "successor"),
    ("locations", lambda school: ", ".join(each.vestiging for each in school.locations)),
]
_LOCATION: Final[list[Column]] = [
    ("LOCATION", "vestiging"),
    ("NAME", "name"),
    ("POSTCODE", "postcode"),
    ("PLACE", "city"),
    ("SECTOR", "sector"),
    ("HOLIDAYS", "holiday_region"),
    ("SWV PO", "swv_po"),
    ("SWV VO", "swv_vo"),
    (
        "POINT",
        lambda each: f"{each.latitude} {each.longitude}" if each.HasField("latitude") else "",
    ),
    ("CLOSED", "closed_date"),
    ("GOES ON AS", "successor"),
]


@app.command("import")
def import_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="DUO files")],
    as_of: Annotated[str, typer.Option(help="day that they describe; by default today")] = "",
    dry_run: DryRun = False,
    max_closed_share: Annotated[
        float | None, typer.Option(min=0, max=1, help="share of locations that may close")
    ] = None,
    changes: Annotated[bool, typer.Option("--changes", help="print each change")] = False,
) -> None:
    """Import files of DUO open data, one after the other; each whole or not at all."""
    session = session_of(context)
    header = pb.ImportSchoolsHeader(
        as_of_date=as_of, validate_only=dry_run, max_closed_share=max_closed_share
    )
    reports = []
    for path in files:
        reports.append(upload(session, path, header))
        if not session.json:
            show_report(path, reports[-1], changes=changes)
    if session.json:
        print_json([as_data(report) for report in reports])


def upload(
    session: Session, path: Path, header: pb.ImportSchoolsHeader
) -> pb.ImportSchoolsResponse:
    """Upload a file of schools or boards, with the reason of the session; return what it did."""
    header.file_name, header.reason = path.name, session.reason
    with bar(session, path.name) as progress:
        connection = session.hub().asynchronous.link
        return background.run(import_schools(connection, path, header, progress))


def show_report(path: Path, report: pb.ImportSchoolsResponse, *, changes: bool) -> None:
    """Print what a file did; with `changes` each single one."""
    note(
        f"{path.name}: {report.source} as of {report.as_of_date}, "
        f"{report.line_count} lines, revision {report.revision}"
    )
    if not report.change_counts:
        note("nothing changed")
        return
    counts = sorted(report.change_counts.items())
    print_rows(["CHANGE", "COUNT"], [[kind, str(count)] for kind, count in counts])
    if changes:
        rows = [[each.kind, each.subject, each.before, each.after] for each in report.changes]
        print_rows(["CHANGE", "SUBJECT", "BEFORE", "AFTER"], rows)
    if report.moves:
        _show_moves(report)
    if report.impact.examples:
        show_impact(report.impact)


def _show_moves(report: pb.ImportSchoolsResponse) -> None:
    """Print which schools move between boards, and what stops their routes."""
    show_all(Session(), report.moves, _MOVE)
    lacking = next((each for each in report.moves if each.lacking_agreements), None)
    if lacking is not None:
        note(
            "Routes of these schools stop until their new board has signed. If the old board's "
            "agreements pass to it by law: wissel agreement record "
            f"--board {lacking.new_board_number} --from {lacking.old_board_number}",
            style="yellow",
        )


@app.command("list")
def list_schools(
    context: typer.Context,
    board: Annotated[str, typer.Option(help="only of this board")] = "",
    name: Annotated[str, typer.Option(help="only with this in its name")] = "",
    oin: Annotated[str, typer.Option(help="only the one with this OIN")] = "",
    closed: Annotated[bool, typer.Option("--closed", help="closed ones too")] = False,
    limit: Limit = 100,
) -> None:
    """List schools in order of BRIN."""
    session = session_of(context)
    request = pb.ListSchoolsRequest(
        board_number=board, name_contains=name, oin=oin, include_closed=closed
    )
    found = collect(
        session, lambda c: SchoolServiceStub(c).ListSchools, request, lambda p: p.schools, limit
    )
    show_all(session, found, _SCHOOL)


def _degrees(location: school_pb2.Location) -> str:
    return f"{location.latitude} {location.longitude}"


@app.command("show")
def show_school(context: typer.Context, brin: str) -> None:
    """Show a school with its locations."""
    session = session_of(context)
    request = pb.GetSchoolRequest(brin=brin)
    answer = session.call(lambda c: SchoolServiceStub(c).GetSchool, request)
    if session.json:
        print_json(as_data(answer.school) | {"corrected_at": answer.corrected_at})
        return
    show(session, answer.school, DETAILS)
    show_all(session, answer.school.locations, _LOCATION)
    note(f"What is wrong here is corrected at: {answer.corrected_at}")


@app.command("register")
def register(
    context: typer.Context,
    brin: str,
    name: Annotated[str, typer.Option(help="its name")],
    board: Annotated[str, typer.Option(help="its board, five digits")],
    board_name: Annotated[str, typer.Option(help="name of a board that is new")] = "",
    vestiging: Annotated[
        list[str] | None, typer.Option(help="each as 00 or 99XA00, or 02:Name; by default 00")
    ] = None,
    sector: Annotated[str, typer.Option(help="PO, SO, VO or MBO; sbo is PO, (v)so is SO")] = "",
    dry_run: DryRun = False,
) -> None:
    """Register a school that DUO's files lack; needs --reason."""
    session = session_of(context)
    school = school_pb2.School(
        brin=brin,
        name=name,
        board_number=board,
        locations=[_location(brin, name, sector, text) for text in vestiging or ["00"]],
    )
    request = pb.RegisterSchoolRequest(school=school, board_name=board_name, validate_only=dry_run)
    done = session.call(lambda c: SchoolServiceStub(c).RegisterSchool, request)
    show_outcome(session, done, "school", DETAILS)


def _location(brin: str, school: str, sector: str, text: str) -> school_pb2.Location:
    number, _, name = text.partition(":")
    vestiging = Vestiging.within(Brin.parse(brin, "brin"), number, "vestiging")
    return school_pb2.Location(vestiging=vestiging, name=name or school, sector=sector)
