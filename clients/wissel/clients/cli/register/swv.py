"""`wissel swv`: samenwerkingsverbanden."""

from typing import Annotated, Final

import typer

from wissel.clients.cli.output import Column, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SamenwerkingsverbandServiceStub

app = typer.Typer(help="Samenwerkingsverbanden.", no_args_is_help=True)
_SWV: Final[list[Column]] = [("SWV", "swv"), ("NAME", "name"), ("OIN", "oin")]


@app.command()
def register(
    context: typer.Context,
    swv: str,
    name: Annotated[str, typer.Option(help="its name")],
    oin: Annotated[str, typer.Option(help="its own OIN")],
) -> None:
    """Register a samenwerkingsverband, such as PO9901."""
    session = session_of(context)
    request = pb.RegisterSamenwerkingsverbandRequest(swv=swv, name=name, oin=oin)
    done = session.call(
        lambda c: SamenwerkingsverbandServiceStub(c).RegisterSamenwerkingsverband, request
    )
    show(session, done.samenwerkingsverband, _SWV)


@app.command("list")
def list_swv(context: typer.Context, limit: Limit = 1000) -> None:
    """List samenwerkingsverbanden in order of code."""
    session = session_of(context)
    found = collect(
        session,
        lambda c: SamenwerkingsverbandServiceStub(c).ListSamenwerkingsverbanden,
        pb.ListSamenwerkingsverbandenRequest(),
        lambda page: page.samenwerkingsverbanden,
        limit,
    )
    show_all(session, found, _SWV)
