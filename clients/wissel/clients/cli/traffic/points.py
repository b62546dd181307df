"""`wissel delivery-points`, where an organisation can be reached, and `wissel announce` to one."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from pathlib import Path
from typing import Annotated, Final
from uuid import uuid4

import typer

from wissel.clients.cli.output import Column, print_json, print_pairs, show_all
from wissel.clients.cli.session import session_of
from wissel.clients.storage.atomic_write import write_atomically
from wissel.routing.exchange.envelope import Kind
from wissel.traffic.v1 import transfer_service_pb2 as pb

_COLUMNS: Final[list[Column]] = [
    ("ORGANISATION", "organisation"),
    ("SERVICE", "service"),
    ("ROUTING KEY", lambda each: each.delivery_point.routing_key),
    ("VESTIGING", lambda each: each.delivery_point.vestiging),
    ("AANLEVERPUNT", lambda each: each.delivery_point.aanleverpunt),
    ("ATTRIBUTE", lambda each: each.delivery_point.attribute),
    ("VERSION", lambda each: each.delivery_point.service_version),
]


def delivery_points(
    context: typer.Context,
    organisation: Annotated[
        str, typer.Argument(help="99XA or PO9901; an operator may leave it out")
    ] = "",
    service: Annotated[str, typer.Option(help="such as OSO_SWV; by default all")] = "",
    attribute: Annotated[str, typer.Option(help="LAS, SWV, OT or LDOS; by default all")] = "",
) -> None:
    """List where an organisation can be reached now."""
    session = session_of(context)
    found: list[pb.OrganisationDeliveryPoint] = session.hub().delivery_points(
        organisation, service=service, attribute=attribute
    )
    show_all(session, found, _COLUMNS)


def announce(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="your school that has it: 99XA")],
    source_routing_key: Annotated[str, typer.Argument(help="your delivery point that gives it")],
    requester: Annotated[str, typer.Argument(help="who is told: PO9901 or 99XB")],
    routing_key: Annotated[str, typer.Argument(help="the delivery point that is told")],
    kind: Annotated[str, typer.Option(help="overdrachtsoort")] = Kind.SWV,
    session: Annotated[
        str, typer.Option(help="id of the session in which it was asked, unless swv-dossier")
    ] = "",
    link_key_file: Annotated[
        Path | None, typer.Option(help="new file for the link key of a swv-dossier")
    ] = None,
    notification: Annotated[
        str, typer.Option(help="UUID of your own; a repeat tells how far it is")
    ] = "",
    initiator: Annotated[str, typer.Option(help="pseudonym of who ordered it")] = "",
) -> None:
    """Have the hub tell somebody that there is a dossier; `wissel prepare` does so by itself.

    The hub tries for five days. The link key of a swv-dossier goes to a file, and nowhere else.
    """
    called = session_of(context)
    if kind == Kind.SWV and link_key_file is None:
        raise typer.BadParameter("missing --link-key-file")
    if link_key_file is not None and not notification and link_key_file.exists():
        message = f"{link_key_file} is there already, and may hold another link key"
        raise typer.BadParameter(message)
    number = notification or str(uuid4())
    done = called.hub().announce(
        source=source,
        source_routing_key=source_routing_key,
        requester=requester,
        requester_routing_key=routing_key,
        kind=kind,
        session_id=session,
        notification_id=number,
        initiator=initiator,
    )
    if link_key_file is not None and done.link_key:
        write_atomically(link_key_file, f"{done.link_key}\n".encode())
    if called.json:
        print_json({"notification_id": done.notification_id, "state": done.state})
    else:
        print_pairs([("notification", done.notification_id), ("state", done.state)])
