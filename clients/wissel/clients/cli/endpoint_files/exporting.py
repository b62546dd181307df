"""`wissel endpoint export`: endpoints in a file that `wissel endpoint import` takes."""
# ruff: noqa: PLR0917 - the arguments of a command are its options

import datetime as dt
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from wissel.catalog.v1 import catalog_service_pb2 as catalog
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.clients.addressing import organisation as named
from wissel.clients.cli.endpoint_files.rows import table_of
from wissel.clients.cli.output import note, organisation
from wissel.clients.cli.paging import collect
from wissel.clients.cli.session import Session, session_of
from wissel.clients.cli.tables.csv_files import csv_bytes
from wissel.clients.storage.atomic_write import write_atomically
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.routing.values.days import day_of

_EVERY: Final = sys.maxsize


def export_endpoints(
    context: typer.Context,
    organisation: Annotated[str, typer.Argument(help="BRIN or samenwerkingsverband")] = "",
    service: Annotated[str, typer.Option(help="only for this service")] = "",
    system: Annotated[str, typer.Option(help="only of this system")] = "",
    version: Annotated[str, typer.Option(help="only of this version: its namespace")] = "",
    as_version: Annotated[
        str, typer.Option(help="write those that lack this version, as endpoints of it")
    ] = "",
    url: Annotated[str, typer.Option(help="write this address instead of their own")] = "",
    start: Annotated[
        str,
        typer.Option(help="with --as-version: first day; by default that of the version"),
    ] = "",
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="file; by default standard output")
    ] = None,
) -> None:
    """Write endpoints that last as CSV for `wissel endpoint import`.

    As a new version: `export --service OSO_OV --as-version NAMESPACE > new.csv`, then
    `import new.csv`; the old endpoints stay beside the new ones.
    """
    if as_version and not service:
        raise typer.BadParameter("--as-version needs --service")
    if start and not as_version:
        raise typer.BadParameter("--start needs --as-version")
    session = session_of(context)
    found = _endpoints(session, organisation, service)
    chosen = [each for each in found if system in ("", each.system_id)]
    if as_version:
        first = start or _first_day(session, service, as_version)
        chosen = _moved(chosen, version, as_version, first)
    else:
        chosen = [each for each in chosen if version in ("", each.service_version)]
    for each in chosen:
        each.url = url or each.url
    data = csv_bytes(*table_of(chosen))
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_atomically(out, data)
    note(f"{len(chosen)} endpoints{f' are in {out}' if out else ''}")


def _endpoints(session: Session, whose: str, service: str) -> list[pb.Endpoint]:
    """Return the endpoints that have not ended, nor their mandates."""
    found = collect(
        session,
        lambda c: EndpointServiceStub(c).ListEndpoints,
        pb.ListEndpointsRequest(service=service, **named(whose)),
        lambda page: page.endpoints,
        _EVERY,
    )
    return [each for each in found if each.status != "ENDED"]


def _first_day(session: Session, service: str, namespace: str) -> str:
    """Return the first day of a version that is to come; empty for one that has begun."""
    request = catalog.GetServiceRequest(service=service)
    known = session.call(lambda c: CatalogServiceStub(c).GetService, request).service
    for version in known.versions:
        if version.namespace == namespace:
            today = day_of(dt.datetime.now(dt.UTC)).isoformat()
            return version.start_date if version.start_date > today else ""
    there = ", ".join(version.namespace for version in known.versions)
    message = f"{known.code} has no version {namespace}; it has {there or 'none'}"
    raise typer.BadParameter(message)


def _moved(endpoints: Iterable[pb.Endpoint], old: str, new: str, first: str) -> list[pb.Endpoint]:
    """Return endpoints as they would be in a new version, without those that are in it already.

    Of several versions with the same routing key the one that began last counts, whatever
    its own last day.
    """
    there: set[tuple[str, ...]] = set()
    latest: dict[tuple[str, ...], pb.Endpoint] = {}
    for each in sorted(endpoints, key=lambda each: each.start_date):
        key = organisation(each), each.system_id, each.routing_key
        if each.service_version == new:
            there.add(key)
        elif old in ("", each.service_version):
            latest[key] = each
    moved = [each for key, each in latest.items() if key not in there]
    for each in moved:
        each.service_version, each.start_date, each.end_date = new, first, ""
    return moved
