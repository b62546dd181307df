"""`wissel service`: the services for which mandates are given, and their versions."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

from typing import Annotated, Final

import typer

from wissel.catalog.v1 import catalog_service_pb2 as pb
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.clients.cli.impact import DryRun, show_outcome
from wissel.clients.cli.output import Column, period, show, show_all
from wissel.clients.cli.paging import Limit, collect
from wissel.clients.cli.session import session_of

Etag = Annotated[str, typer.Option(help="only if the service has not changed since")]
app = typer.Typer(help="Services (diensten) and their versions.", no_args_is_help=True)


def _version(version: pb.ServiceVersion) -> str:
    return f"{version.namespace} {version.status} {period(version)}"


_SERVICE: Final[list[Column]] = [
    ("CODE", "code"),
    ("NAME", "name"),
    ("FORWARDED", "forwardable"),
    ("PROCESSED BY OWNER", "processed_by_owner"),
    ("DAYS", "processing_days"),
    ("SECTORS", "sectors"),
    ("DEMANDS", "required_evidence"),
    ("VERSIONS", lambda s: ", ".join(map(_version, s.versions))),
]


@app.command("list")
def list_services(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="only with this in its name")] = "",
    version: Annotated[str, typer.Option(help="only with this version, by its namespace")] = "",
    limit: Limit = 1000,
) -> None:
    """List services in order of code; `wissel service show` has their notes and texts."""
    session = session_of(context)
    found = collect(
        session,
        lambda c: CatalogServiceStub(c).ListServices,
        pb.ListServicesRequest(name_contains=name, namespace=version),
        lambda page: page.services,
        limit,
    )
    show_all(session, found, _SERVICE)


@app.command("show")
def show_service(
    context: typer.Context,
    service: str,
    version: Annotated[str, typer.Option(help="only this one, by its namespace")] = "",
) -> None:
    """Show a service, by its code or an alias."""
    session = session_of(context)
    request = pb.GetServiceRequest(service=service, namespace=version)
    show(session, session.call(lambda c: CatalogServiceStub(c).GetService, request).service)


@app.command()
def register(
    context: typer.Context,
    code: str,
    name: Annotated[str, typer.Option(help="its name, in Dutch")],
    owner: Annotated[str, typer.Option(help="OIN of its owner")],
    sector: Annotated[
        list[str] | None, typer.Option(help="PO, SO, VO or MBO; without any it serves all")
    ] = None,
    agreement: Annotated[
        list[str] | None, typer.Option(help="what a board signs; by default KENNISNET_OSR")
    ] = None,
    evidence: Annotated[
        list[str] | None, typer.Option(help="TEST_EXCHANGE or SECURITY_TEST, of a system")
    ] = None,
    processed: Annotated[
        bool, typer.Option("--processed", help="its owner processes its mandates")
    ] = False,
    days: Annotated[int, typer.Option(help="days within which its owner usually does")] = 0,
    note: Annotated[str, typer.Option(help="what a school should know, in Dutch")] = "",
) -> None:
    """Register a service that does not ship; needs --reason."""
    session = session_of(context)
    service = pb.Service(
        code=code,
        name=name,
        owner_oin=owner,
        sectors=sector,
        required_agreements=agreement,
        required_evidence=evidence,
        processed_by_owner=processed,
        processing_days=days,
        note=note,
    )
    request = pb.RegisterServiceRequest(service=service)
    done = session.call(lambda c: CatalogServiceStub(c).RegisterService, request)
    show(session, done.service, _SERVICE)


@app.command("update")
def update_service(
    context: typer.Context,
    service: str,
    name: Annotated[str | None, typer.Option(help="another name, in Dutch")] = None,
    note: Annotated[
        str | None, typer.Option(help="what a school should know, in Dutch; '' takes it away")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="days within which its owner usually processes")
    ] = None,
    etag: Etag = "",
) -> None:
    """Change what schools are told of a service; needs --reason."""
    session = session_of(context)
    request = pb.UpdateServiceRequest(
        service=service, name=name, note=note, processing_days=days, etag=etag
    )
    done = session.call(lambda c: CatalogServiceStub(c).UpdateService, request)
    show(session, done.service, _SERVICE)


@app.command("add-version")
def add_version(
    context: typer.Context,
    service: str,
    namespace: str,
    start: Annotated[str, typer.Option(help="first day, yyyy-mm-dd; by default today")] = "",
    end: Annotated[str, typer.Option(help="last day, yyyy-mm-dd")] = "",
    etag: Etag = "",
    dry_run: DryRun = False,
) -> None:
    """Add a version of a service, beside those that it has; needs --reason."""
    session = session_of(context)
    request = pb.RegisterServiceVersionRequest(
        service=service,
        namespace=namespace,
        start_date=start,
        end_date=end,
        etag=etag,
        validate_only=dry_run,
    )
    done = session.call(lambda c: CatalogServiceStub(c).RegisterServiceVersion, request)
    show_outcome(session, done, "service", _SERVICE)


@app.command("update-version")
def update_version(
    context: typer.Context,
    service: str,
    namespace: str,
    start: Annotated[str | None, typer.Option(help="another first day, if it is to come")] = None,
    end: Annotated[str | None, typer.Option(help="another last day; '' lets it last")] = None,
    status: Annotated[str, typer.Option(help="ACTIVE, or RETIRED at once")] = "",
    etag: Etag = "",
    dry_run: DryRun = False,
) -> None:
    """Change the days of a version, or retire it; needs --reason."""
    session = session_of(context)
    request = pb.UpdateServiceVersionRequest(
        service=service,
        namespace=namespace,
        start_date=start,
        end_date=end,
        status=status,
        etag=etag,
        validate_only=dry_run,
    )
    done = session.call(lambda c: CatalogServiceStub(c).UpdateServiceVersion, request)
    show_outcome(session, done, "service", _SERVICE)
