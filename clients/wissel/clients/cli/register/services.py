"""`wissel service`: the services for which mandates are given."""

from typing import Final

import typer

from wissel.catalog.v1 import catalog_service_pb2 as pb
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.clients.cli.output import Column, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of

app = typer.Typer(help="Services (diensten) and their versions.", no_args_is_help=True)
_SERVICE: Final[list[Column]] = [
    ("CODE", "code"),
    ("NAME", "name"),
    ("FORWARDED", "forwardable"),
    ("PROCESSED BY OWNER", "processed_by_owner"),
    ("SECTORS", "sectors"),
    ("VERSIONS", lambda s: ", ".join(f"{v.namespace} {v.status}" for v in s.versions)),
]


@app.command("list")
def list_services(context: typer.Context, limit: Limit = 1000) -> None:
    """List services in order of code."""
    session = session_of(context)
    found = collect(
        session,
        lambda c: CatalogServiceStub(c).ListServices,
        pb.ListServicesRequest(),
        lambda page: page.services,
        limit,
    )
    show_all(session, found, _SERVICE)


@app.command("show")
def show_service(context: typer.Context, service: str) -> None:
    """Show a service, by its code or an alias."""
    session = session_of(context)
    request = pb.GetServiceRequest(service=service)
    show(session, session.call(lambda c: CatalogServiceStub(c).GetService, request).service)
