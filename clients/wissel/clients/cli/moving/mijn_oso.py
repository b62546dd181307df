"""`wissel move mijn-oso`: mandates and agreements of what Mijn OSO knew."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients.cli.failing import EXIT_REFUSED
from wissel.clients.cli.impact import DryRun, show_impact
from wissel.clients.cli.moving.files import (
    read_agreements,
    read_export,
    write_proposals,
    write_report,
)
from wissel.clients.cli.output import as_data, busy, note, print_json, print_rows
from wissel.clients.cli.session import session_of
from wissel.move.v1 import move_service_pb2 as pb
from wissel.move.v1.move_service_pb2_grpc import MoveServiceStub

app = typer.Typer(help="Moves: what another register knew.", no_args_is_help=True)

_FINE: Final = frozenset(
    {
        *("GIVEN", "SAME_MANDATE", "ALREADY_MANDATED", "NOT_CONNECTED"),
        *("RECORDED", "ALREADY_REGISTERED", "ENDED"),
    }
)
_LACKING: Final = "AGREEMENT_MISSING"


@app.command("mijn-oso")
def mijn_oso(
    context: typer.Context,
    export: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV with aanleverpunten")
    ],
    agreements: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV with the agreements of boards"),
    ] = None,
    since: Annotated[str, typer.Option("--from", help="first day of mandates")] = "2022-08-15",
    report: Annotated[
        Path | None, typer.Option(dir_okay=False, help="CSV for what became of each line")
    ] = None,
    proposals: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="folder for a CSV for each vendor, with routing keys"),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Make mandates and agreements of what Mijn OSO knew; needs --reason.

    All of it is one change, or nothing is; again, it changes nothing. Exit code 1 if a line
    made nothing that should have.
    """
    session = session_of(context)
    request = pb.ImportMijnOsoRequest(
        aanleverpunten=read_export(export),
        agreements=read_agreements(agreements) if agreements else [],
        start_date=since,
        file_name=export.name,
        agreements_file_name=agreements.name if agreements else "",
        validate_only=dry_run,
    )
    with busy(session, f"{len(request.aanleverpunten)} aanleverpunten"):
        answer = session.call(lambda c: MoveServiceStub(c).ImportMijnOso, request)
    if report is not None:
        write_report(report, answer)
    written = write_proposals(proposals, answer) if proposals is not None else {}
    if session.json:
        print_json(as_data(answer))
    else:
        _tell(answer)
        for path, count in written.items():
            note(f"{path}: {count} endpoints, still without a URL")
    outcomes = {each.outcome for each in answer.aanleverpunten}
    outcomes |= {each.outcome for each in answer.agreements}
    if outcomes - _FINE:
        raise typer.Exit(EXIT_REFUSED)


def _tell(answer: pb.ImportMijnOsoResponse) -> None:
    """Print how many lines became what, which need attention, and which boards have to sign."""
    counts = Counter(("agreements", each.outcome) for each in answer.agreements)
    counts.update(("aanleverpunten", each.outcome) for each in answer.aanleverpunten)
    print_rows(
        ["LINES OF", "OUTCOME", "COUNT"],
        [[file, outcome, str(count)] for (file, outcome), count in sorted(counts.items())],
    )
    attention = [
        ["agreements", str(each.line), each.signatory, each.kind, each.outcome, ""]
        for each in answer.agreements
        if each.outcome not in _FINE
    ] + [
        [
            *("aanleverpunten", str(each.line), each.organisation, each.aanleverpunt),
            *(each.outcome, each.detail),
        ]
        for each in answer.aanleverpunten
        if each.outcome not in {*_FINE, _LACKING} or (each.services and not each.routing_key)
    ]
    if attention:
        print_rows(["LINES OF", "LINE", "WHOSE", "WHAT", "OUTCOME", "DETAIL"], attention)
    lacking = _boards(answer.aanleverpunten)
    if lacking:
        print_rows(["BOARD", "LACKS", "LINES"], lacking)
    note(f"revision {answer.revision}")
    if answer.HasField("impact"):
        note("Nothing was changed.")
        show_impact(answer.impact)


def _boards(points: Iterable[pb.MovedAanleverpunt]) -> list[list[str]]:
    """Return who has not signed what, with how many lines that concerns."""
    found = Counter(
        (each.board_number or each.organisation, each.detail)
        for each in points
        if each.outcome == _LACKING
    )
    return [[board, kind, str(count)] for (board, kind), count in sorted(found.items())]
