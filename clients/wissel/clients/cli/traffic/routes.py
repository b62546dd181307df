"""`wissel route`: where a message would go, or why it is refused."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.clients.addressing import route_query
from wissel.clients.cli.gaps import show_gaps
from wissel.clients.cli.history.moments import AsKnownAt, known_at
from wissel.clients.cli.output import (
    Column,
    as_data,
    note,
    print_json,
    print_rows,
    reach,
    say,
    show,
    styled,
)
from wissel.clients.cli.session import session_of
from wissel.traffic.v1 import route_service_pb2 as pb
from wissel.traffic.v1.route_service_pb2_grpc import RouteServiceStub

app = typer.Typer(help="Routes.", no_args_is_help=True)
_ROUTE: Final[list[Column]] = [
    ("url", "url"),
    ("routing key", "routing_key"),
    ("vestiging", "vestiging"),
    ("aanleverpunt", "aanleverpunt"),
    ("system", "system_id"),
    ("receiver OIN", "receiver_oin"),
    ("service", lambda route: f"{route.service} {route.service_version}"),
    ("valid until", lambda route: route.valid_until or "no end known"),
    ("endpoint", "endpoint_id"),
    ("revision", "registry_revision"),
]
_BATCH: Final = 1000
_COLUMNS: Final = 3
_MARKS: Final = {"PASSED": styled("ok", "green"), "FAILED": styled("no", "red")}
_SKIPPED: Final = styled("--", "dim")

Sender = Annotated[str, typer.Argument(help="BRIN, samenwerkingsverband or OIN")]
Receiver = Annotated[str, typer.Argument(help="99XB, 99XB02 or PO9901")]
Key = Annotated[str, typer.Option(help="routing key of the receiver")]
Point = Annotated[str, typer.Option(help="aanleverpunt of the receiver")]
Version = Annotated[str, typer.Option(help="namespace of the service version")]
Day = Annotated[str, typer.Option(help="day; by default today")]


@app.command()
def resolve(
    context: typer.Context,
    sender: Sender,
    receiver: Receiver,
    service: str,
    routing_key: Key = "",
    aanleverpunt: Point = "",
    version: Version = "",
    on: Day = "",
) -> None:
    """Resolve the route of one exchange."""
    session = session_of(context)
    query = _query(sender, receiver, service, routing_key, aanleverpunt, version, on)
    route = session.call(lambda c: RouteServiceStub(c).ResolveRoute, query).route
    show(session, route, _ROUTE)


@app.command()
def explain(
    context: typer.Context,
    sender: Sender,
    receiver: Receiver,
    service: str,
    routing_key: Key = "",
    aanleverpunt: Point = "",
    version: Version = "",
    on: Day = "",
    vendor: Annotated[str, typer.Option(help="OIN of the sending vendor")] = "",
    as_known_at: AsKnownAt = "",
) -> None:
    """Explain a route or a refusal, step by step; also one of before."""
    session = session_of(context)
    query = _query(sender, receiver, service, routing_key, aanleverpunt, version, on)
    request = pb.ExplainRouteRequest(query=query, vendor_oin=vendor, **known_at(as_known_at))
    answer = session.call(lambda c: RouteServiceStub(c).ExplainRoute, request)
    if session.json:
        print_json(as_data(answer))
    else:
        _tell(answer)
    if answer.reason:
        raise typer.Exit(1)


def _tell(answer: pb.ExplainRouteResponse) -> None:
    for step in answer.steps:
        mark = _MARKS.get(step.outcome, _SKIPPED)
        say(mark, styled(step.rule, "bold"), f"{step.reason} {step.text}".strip())
    if not answer.reason:
        say(f"-> {answer.route.url} {answer.route.routing_key}")
        if answer.reachability.cause:
            say(f"   {reach(answer)}")
        return
    say(f"{answer.reason}: {answer.text}", style="bold")
    show_gaps(answer.gaps)


@app.command()
def batch(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV: sender,receiver,service")
    ],
) -> None:
    """Resolve many routes; exit 1 if one of them is refused."""
    session = session_of(context)
    try:
        rows = list(_rows(file))
    except (UnicodeError, csv.Error) as error:
        message = f"{file}: no CSV in UTF-8 ({error})"
        raise typer.BadParameter(message) from None
    results: list[pb.RouteResult] = []
    for at in range(0, len(rows), _BATCH):
        request = pb.BatchResolveRoutesRequest(
            queries=[
                route_query(sender=sender, receiver=receiver, service=service)
                for sender, receiver, service in rows[at : at + _BATCH]
            ]
        )
        answer = session.call(lambda c: RouteServiceStub(c).BatchResolveRoutes, request)
        results.extend(answer.results)
    if session.json:
        print_json([as_data(result) for result in results])
    else:
        print_rows(
            ["SENDER", "RECEIVER", "SERVICE", "RESULT", "URL OR TEXT"],
            [[*row, *_outcome(result)] for row, result in zip(rows, results, strict=True)],
        )
    refused = sum(result.HasField("refusal") for result in results)
    if refused:
        note(f"{refused} refused")
        raise typer.Exit(1)


def _outcome(result: pb.RouteResult) -> tuple[str, str]:
    if result.HasField("refusal"):
        return result.refusal.reason, result.refusal.text
    return result.route.routing_key, result.route.url


def _rows(file: Path) -> Iterator[tuple[str, str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.reader(lines), start=1):
            if not row or row[0].strip().lower() == "sender":
                continue
            if len(row) != _COLUMNS:
                message = f"{file}, line {number}: expected sender,receiver,service"
                raise typer.BadParameter(message)
            yield row[0].strip(), row[1].strip(), row[2].strip()


def _query(  # the parts of a query
    sender: str,
    receiver: str,
    service: str,
    routing_key: str,
    aanleverpunt: str,
    version: str,
    on: str,
) -> pb.ResolveRouteRequest:
    return route_query(
        sender=sender,
        receiver=receiver,
        service=service,
        receiver_routing_key=routing_key,
        receiver_aanleverpunt=aanleverpunt,
        service_version=version,
        on_date=on,
    )
