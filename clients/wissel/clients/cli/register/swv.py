"""`wissel swv`: samenwerkingsverbanden."""

from typing import Annotated, Final

import typer

from wissel.clients.cli.output import Column, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SamenwerkingsverbandServiceStub

Etag = Annotated[str, typer.Option(help="only if it has not changed since")]
app = typer.Typer(help="Samenwerkingsverbanden.", no_args_is_help=True)
_SWV: Final[list[Column]] = [
    ("SWV", "swv"),
    ("NAME", "name"),
    ("OIN", "oin"),
    ("KVK", "kvk_number"),
]


@app.command()
def register(
    context: typer.Context,
    swv: str,
    name: Annotated[str, typer.Option(help="its name")],
    oin: Annotated[str, typer.Option(help="its own OIN")],
    kvk: Annotated[str, typer.Option(help="its KvK number")] = "",
) -> None:
    """Register a samenwerkingsverband, such as PO9901."""
    session = session_of(context)
    request = pb.RegisterSamenwerkingsverbandRequest(swv=swv, name=name, oin=oin, kvk_number=kvk)
    done = session.call(
        lambda c: SamenwerkingsverbandServiceStub(c).RegisterSamenwerkingsverband, request
    )
    show(session, done.samenwerkingsverband, _SWV)


@app.command()
def update(
    context: typer.Context,
    swv: str,
    name: Annotated[str | None, typer.Option(help="another name")] = None,
    kvk: Annotated[str | None, typer.Option(help="another KvK number; '' takes it away")] = None,
    etag: Etag = "",
) -> None:
    """Correct the name or KvK number of a samenwerkingsverband; needs --reason."""
    session = session_of(context)
    request = pb.UpdateSamenwerkingsverbandRequest(swv=swv, name=name, kvk_number=kvk, etag=etag)
    done = session.call(
        lambda c: SamenwerkingsverbandServiceStub(c).UpdateSamenwerkingsverband, request
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
