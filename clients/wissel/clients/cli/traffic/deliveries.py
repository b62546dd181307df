"""`wissel deliveries`: the deliveries of messages, and their receipts."""

from typing import Annotated, Final

import typer

from wissel.clients.cli.output import Column, as_data, print_json, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of
from wissel.routing.exchange.outcome import OutcomeResult
from wissel.traffic.v1 import traffic_service_pb2 as pb
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub

app = typer.Typer(help="Deliveries and their receipts.", no_args_is_help=True)


def _outcome(delivery: pb.Delivery) -> str:
    return delivery.outcome or ("OVERDUE" if delivery.outcome_overdue else "")


_DELIVERY: Final[list[Column]] = [
    ("MESSAGE", "message_id"),
    ("STATE", "state"),
    ("REASON", "reason"),
    ("SENDER", "sender"),
    ("RECEIVER", "receiver"),
    ("KIND", "overdrachtsoort"),
    ("BYTES", "payload_size"),
    ("ATTEMPTS", "attempts"),
    ("ACCEPTED", "accepted_time"),
    ("OUTCOME", _outcome),
    ("TEST", "test"),
]


@app.command("list")
def list_deliveries(
    context: typer.Context,
    organisation: Annotated[str, typer.Argument(help="only of this organisation")] = "",
    state: Annotated[
        str, typer.Option(help="ACCEPTED, DELIVERED, REFUSED, FAILED or UNCERTAIN")
    ] = "",
    outcome: Annotated[
        str,
        typer.Option(
            help="IMPORTED, REJECTED, PENDING_PERSON, or OVERDUE: its receiver says nothing of it"
        ),
    ] = "",
    limit: Limit = 100,
) -> None:
    """List deliveries, newest first: a vendor's own, an operator's all."""
    session = session_of(context)
    request = pb.ListDeliveriesRequest(state=state, organisation=organisation, outcome=outcome)
    found = collect(
        session,
        lambda c: TrafficServiceStub(c).ListDeliveries,
        request,
        lambda page: page.deliveries,
        limit,
    )
    show_all(session, found, _DELIVERY)


@app.command("show")
def show_delivery(
    context: typer.Context,
    message: str,
    sender: Annotated[str, typer.Option(help="OIN of the sending vendor; by default you")] = "",
) -> None:
    """Show a delivery; with --json its receipts too, for `wissel receipt verify`."""
    session = session_of(context)
    request = pb.GetDeliveryRequest(message_id=message, sender_oin=sender)
    answer = session.call(lambda c: TrafficServiceStub(c).GetDelivery, request)
    if session.json:
        print_json(as_data(answer))
    else:
        show(session, answer.delivery)


@app.command("outcome")
def report_outcome(
    context: typer.Context,
    message: str,
    result: Annotated[OutcomeResult, typer.Argument(help="what became of it")],
    sender: Annotated[str, typer.Option(help="OIN of the vendor that sent it")],
    rule: Annotated[
        list[str] | None, typer.Option(help="id of a rule that it breaks, if it was rejected")
    ] = None,
) -> None:
    """Say what became of a message that you received; it may be said again later."""
    session = session_of(context)
    show(session, session.hub().report_outcome(message, sender, result, rule or ()))
