"""Whether organisations are connected, as their boards, vendors and operators ask (R10)."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from wissel.routing.deciding.gaps.connections import (
    Connection,
    connection,
    mandated,
    services_of,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import BoardNumber, Brin, Organisation, ServiceCode, SystemId
from wissel.school.v1 import school_service_pb2 as pb
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import Call
from wissel.server.rpc.requests.backend import Backend
from wissel.server.rpc.requests.gap_messages import gap_message
from wissel.server.rpc.requests.paging import Page
from wissel.server.rpc.requests.parsing import optional
from wissel.server.rpc.requests.scoping import current_scope, scope_in

LOOKED_AT: Final = 500
"""After so many organisations and services a page ends, full or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose connections are asked about, for which service and board, and on which day."""

    scope: Scope
    service: ServiceCode | None
    board: BoardNumber | None
    on: dt.date
    connected_too: bool = True


async def asked_in(
    backend: Backend, request: pb.CheckConnectionRequest | pb.ListConnectionsRequest
) -> tuple[Asked, Call]:
    """Return what a request asks about, and the call once the facts are there."""
    code = optional(ServiceCode, request.service, "service")
    day = parse_optional_day(request.on_date, "on_date") or backend.today()
    call = await backend.at(request)
    service = None if code is None else call.table.service(code)
    if code is not None and service is None:
        raise Refused(Reason.SERVICE_NOT_FOUND, field="service", service=code)
    scope = current_scope()
    if call.person is not None:
        async with backend.snapshot() as snapshot:
            scope = await scope_in(snapshot)
    asked = Asked(scope=scope, service=service.code if service else None, board=None, on=day)
    return asked, call


def check(table: Table, code: Organisation, asked: Asked) -> list[Connection]:
    """Return the connections of one organisation, in order of service.

    Raises `Refused` with SCHOOL_NOT_FOUND or SWV_NOT_FOUND, SERVICE_NOT_FOUND, and with
    ORGANISATION_NOT_YOURS for one that is not the caller's own.
    """
    view = table.organisation(code)
    if view is None and isinstance(code, Brin):
        raise Refused(Reason.SCHOOL_NOT_FOUND, field="brin", brin=code)
    if view is None:
        raise Refused(Reason.SWV_NOT_FOUND, field="swv", swv=code)
    services = list(_own_services(table, view, asked))
    if not services:
        raise Refused(Reason.ORGANISATION_NOT_YOURS, organisation=code)
    return [_connection(table, view, service, asked) for service in services]


def page_of_connections(table: Table, page: Page, asked: Asked) -> tuple[list[Connection], str]:
    """Return a page of the connections that are the caller's own, and the key after which it ends.

    In order of organisation and service, as they are now; closed organisations are left
    out. The key is empty if there are no more.
    """
    found: list[Connection] = []
    pairs = _pairs(table, page.after, asked)
    last = ""
    for view, service in islice(pairs, LOOKED_AT):
        if len(found) == page.size:
            return found, last
        each = _connection(table, view, service, asked)
        last = _key(view, service)
        if asked.connected_too or not each.systems:
            found.append(each)
    return found, last if next(pairs, None) is not None else ""


def connection_message(each: Connection, language: str) -> pb.Connection:
    """Return a connection as it is answered."""
    message = pb.Connection(
        service=each.service,
        connected=bool(each.systems),
        system_ids=each.systems,
        gaps=[gap_message(gap, language) for gap in each.gaps],
        kinds_to_sign=each.to_sign,
    )
    if isinstance(each.organisation, Brin):
        message.brin, message.board_number = each.organisation, each.signatory
    else:
        message.swv = each.organisation
    return message


def _pairs(
    table: Table, after: str, asked: Asked
) -> Iterator[tuple[OrganisationView, ServiceCode]]:
    """Yield each organisation and service of the caller's own that comes after a key."""
    first = after.partition(" ")[0]
    views = (
        view
        for view in table.organisations()
        if view.code >= first
        and asked.on <= view.closed
        and (asked.board is None or view.signatory == asked.board)
    )
    for view in sorted(views, key=lambda view: view.code):
        for service in _own_services(table, view, asked):
            if _key(view, service) > after:
                yield view, service


def _own_services(table: Table, view: OrganisationView, asked: Asked) -> Sequence[ServiceCode]:
    """Return the services of an organisation that the caller may ask about.

    Those of a vendor are the ones for which its own systems have mandates in force.
    """
    services = [asked.service] if asked.service else services_of(table, view, asked.on)
    if asked.scope.operator or view.code in asked.scope.organisations:
        return services
    return [each for each in services if _own_systems(view, each, asked)]


def _own_systems(
    view: OrganisationView, service: ServiceCode, asked: Asked
) -> Collection[SystemId]:
    systems = mandated(view, service, asked.on)
    if asked.scope.operator or view.code in asked.scope.organisations:
        return systems
    return [each for each in systems if each in asked.scope.systems]


def _connection(
    table: Table, view: OrganisationView, service: ServiceCode, asked: Asked
) -> Connection:
    indexed = table.reference.services[service]
    return connection(table, view, indexed, _own_systems(view, service, asked), asked.on)


def _key(view: OrganisationView, service: ServiceCode) -> str:
    return f"{view.code} {service}"
