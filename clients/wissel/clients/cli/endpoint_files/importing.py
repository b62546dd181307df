"""`wissel endpoint import`: many endpoints, from a file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients.cli.endpoint_files.rows import read_endpoints
from wissel.clients.cli.failing import EXIT_REFUSED
from wissel.clients.cli.impact import DryRun, show_impact
from wissel.clients.cli.output import as_data, bar, note, organisation, print_json, print_rows
from wissel.clients.cli.session import Session, session_of
from wissel.clients.cli.tables.csv_files import csv_bytes
from wissel.clients.errors import WisselError
from wissel.clients.storage.atomic_write import write_atomically
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.impact.v1.impact_pb2 import Impact

_AT_ONCE: Final = 500
"""Rows of one request: of the longest, a thousand would be more than a request may hold."""
_TITLES: Final = (
    *("LINE", "ORGANISATION", "SERVICE", "SYSTEM", "ROUTING KEY", "RESULT", "STATUS"),
    *("ENDPOINT", "REASON", "TEXT"),
)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one line."""

    line: int
    asked: pb.NewEndpoint
    result: pb.EndpointResult


def import_endpoints(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, a row each")],
    url: Annotated[str, typer.Option(help="for rows without one: https://host[:port]")] = "",
    update: Annotated[
        bool, typer.Option("--update", help="change those that are there otherwise")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(dir_okay=False, help="write a CSV with what became of each row")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Register endpoints from a file, each judged by itself; again, it changes nothing.

    Columns: MANDATE or BRIN, SERVICE and SYSTEM; SERVICE VERSION, ROUTING KEY, URL,
    VESTIGING, AANLEVERPUNT, ATTRIBUTE, START and END; any but the routing key may be left
    out, in any order. Nothing is sent of a file with a line that cannot be read. Exit code
    1 if the hub refused a row.
    """
    session = session_of(context)
    rows = read_endpoints(file, url)
    outcomes: list[_Outcome] = []
    impacts: list[Impact] = []
    failed: WisselError | None = None
    try:
        with bar(session, file.name, rows=True) as progress:
            for some, answer in _register(session, rows, update=update, dry_run=dry_run):
                outcomes += map(_outcome, some, answer.results)
                impacts += [answer.impact] if answer.HasField("impact") else []
                progress(len(outcomes), len(rows))
    except WisselError as error:
        if not outcomes:
            raise
        failed = error  # what is done is told first
    if report is not None:
        write_atomically(report, csv_bytes(_TITLES, map(_told, outcomes)))
    _show(session, outcomes, impacts)
    if failed is not None:
        note(f"Not done from line {rows[len(outcomes)][0]} on; import the file again.")
        raise failed
    if any(each.result.HasField("refusal") for each in outcomes):
        raise typer.Exit(EXIT_REFUSED)


def _register(
    session: Session, rows: Sequence[tuple[int, pb.NewEndpoint]], *, update: bool, dry_run: bool
) -> Iterator[tuple[Sequence[tuple[int, pb.NewEndpoint]], pb.BatchRegisterEndpointsResponse]]:
    """Register rows part by part; yield each part with its answer."""
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        request = pb.BatchRegisterEndpointsRequest(
            endpoints=[endpoint for _, endpoint in some],
            update_existing=update,
            validate_only=dry_run,
        )
        yield some, session.call(lambda c: EndpointServiceStub(c).BatchRegisterEndpoints, request)


def _outcome(row: tuple[int, pb.NewEndpoint], result: pb.EndpointResult) -> _Outcome:
    return _Outcome(*row, result)


def _show(session: Session, outcomes: Sequence[_Outcome], impacts: Sequence[Impact]) -> None:
    if session.json:
        rows = [{"line": each.line, **as_data(each.result)} for each in outcomes]
        print_json({"rows": rows, "impacts": [as_data(impact) for impact in impacts]})
        return
    print_rows(_TITLES[:-1], [_told(each)[:-1] for each in outcomes])
    for each in outcomes:
        if each.result.HasField("refusal"):  # a sentence is too wide for a table
            note(f"line {each.line}: {each.result.refusal.text}")
    counts = Counter(each.result.status for each in outcomes)
    note(", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    if impacts:
        note("Nothing was changed.")
    for impact in impacts:  # one for each part of a long file
        show_impact(impact)


def _told(outcome: _Outcome) -> list[str]:
    """Return what became of a line, as the cells of _TITLES."""
    asked, result = outcome.asked, outcome.result
    there = asked if result.HasField("refusal") else result.endpoint
    return [
        str(outcome.line),
        organisation(there),
        there.service,
        there.system_id,
        there.routing_key,
        result.status,
        result.endpoint.status,
        result.endpoint.endpoint_id,
        result.refusal.reason,
        result.refusal.text,
    ]
