"""Whether organisations are connected, as all ask for whom that matters (R10)."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from wissel.routing.deciding.gaps.connections import (
    Connection,
    connected_by,
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
from wissel.server.rpc.requests.reachability_messages import silent_endpoints
from wissel.server.rpc.requests.scoping import current_scope, scope_in

LOOKED_AT: Final = 500
"""After so many organisations and services a page ends, full or not."""
LOOKED_AT_OF_EVERYONE: Final = 5_000
"""The same where what is missing is not looked for, in a tenth of the time."""


ServicesOf = Callable[[Table, OrganisationView, "Asked"], Sequence[ServiceCode]]
"""Which services of an organisation are asked about, in order of code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose connections are asked about, for which service and board, and on which day."""

    scope: Scope
    service: ServiceCode | None
    board: BoardNumber | None
    on: dt.date
    connected_too: bool = True
    everyone: bool = False

    def whole(self, view: OrganisationView, service: ServiceCode) -> bool:
        """Whether the caller may know every system of an organisation for a service."""
        scope = self.scope
        return scope.operator or view.code in scope.organisations or service in scope.services

    def shown(
        self, view: OrganisationView, service: ServiceCode, systems: Collection[SystemId]
    ) -> Collection[SystemId]:
        """Return those of its systems that the caller may know."""
        if self.whole(view, service):
            return systems
        return [each for each in systems if each in self.scope.systems]


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
    pairs = _pairs(table, page.after, asked, _own_services)
    last = ""
    for view, service in islice(pairs, LOOKED_AT):
        if len(found) == page.size:
            return found, last
        each = _connection(table, view, service, asked)
        last = _key(view, service)
        if asked.connected_too or not each.systems:
            found.append(each)
    return found, last if next(pairs, None) is not None else ""


def page_of_everyone(table: Table, page: Page, asked: Asked) -> tuple[list[Connection], str]:
    """Return a page of the organisations that are connected, and the key after which it ends.

    In the same order. Of each, the systems that the caller may know.
    """
    found: list[Connection] = []
    pairs = _pairs(table, page.after, asked, _given)
    last = ""
    for view, service in islice(pairs, LOOKED_AT_OF_EVERYONE):
        if len(found) == page.size:
            return found, last
        last = _key(view, service)
        by = connected_by(
            table,
            view,
            table.reference.services[service],
            mandated(view, service, asked.on),
            asked.on,
        )
        if by:
            known = Connection(
                organisation=view.code,
                signatory=view.signatory,
                service=service,
                connected=True,
                systems=tuple(asked.shown(view, service, by)),
                gaps=(),
            )
            found.append(known)
    return found, last if next(pairs, None) is not None else ""


def connection_messages(
    backend: Backend, table: Table, asked: Asked, found: Iterable[Connection], language: str
) -> list[pb.Connection]:
    """Return connections as they are answered, with one's own endpoints that do not answer."""
    messages = []
    for each in found:
        message = _connection_message(each, language)
        messages.append(message)
        if asked.everyone:
            continue
        silent = silent_endpoints(
            backend.reachability, table, each.organisation, each.service, each.systems, asked.on
        )
        message.silent_endpoints.extend(silent)
    return messages


def _connection_message(each: Connection, language: str) -> pb.Connection:
    message = pb.Connection(
        service=each.service,
        connected=each.connected,
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
    table: Table, after: str, asked: Asked, services: ServicesOf
) -> Iterator[tuple[OrganisationView, ServiceCode]]:
    """Yield each organisation, with each of its services that are asked about, after a key."""
    first = after.partition(" ")[0]
    views = (
        view
        for view in table.organisations()
        if view.code >= first
        and asked.on <= view.closed
        and (asked.board is None or view.signatory == asked.board)
    )
    for view in sorted(views, key=lambda view: view.code):
        for service in services(table, view, asked):
            if _key(view, service) > after:
                yield view, service


def _own_services(table: Table, view: OrganisationView, asked: Asked) -> Sequence[ServiceCode]:
    """Return the services of an organisation that the caller may ask about.

    Those of a vendor are the ones for which its own systems have mandates in force.
    """
    services = [asked.service] if asked.service else services_of(table, view, asked.on)
    return [
        each
        for each in services
        if asked.whole(view, each) or asked.shown(view, each, mandated(view, each, asked.on))
    ]


def _given(_: Table, view: OrganisationView, asked: Asked) -> Sequence[ServiceCode]:
    """Return the services for which an organisation has, had or will have a mandate."""
    return sorted({service for service, _ in view.acting if asked.service in {None, service}})


def _connection(
    table: Table, view: OrganisationView, service: ServiceCode, asked: Asked
) -> Connection:
    systems = asked.shown(view, service, mandated(view, service, asked.on))
    return connection(table, view, table.reference.services[service], systems, asked.on)


def _key(view: OrganisationView, service: ServiceCode) -> str:
    return f"{view.code} {service}"
