"""Delivery points as messages, and the list of them (OSO's overzichtAanleverpunt)."""

import datetime as dt
from collections.abc import Sequence
from itertools import islice
from typing import Final

from wissel.routing.deciding.delivery_points import receiving_points
from wissel.routing.facts import Attribute, Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.views import EndpointView
from wissel.routing.values.identifiers import Organisation, ServiceCode
from wissel.server.rpc.calls.call import Caller
from wissel.server.rpc.requests.paging import page_of
from wissel.server.rpc.requests.parsing import optional, optional_choice, optional_organisation
from wissel.traffic.v1 import transfer_service_pb2 as pb

MOST_LOOKED_AT: Final = 500
"""Organisations that one page of an operator's list looks at."""


def page_of_points(
    request: pb.ListDeliveryPointsRequest, table: Table, who: Caller, today: dt.date
) -> pb.ListDeliveryPointsResponse:
    """Return a page of where organisations can be reached today.

    1. Whose it is, is said, unless an operator asks: FIELD_REQUIRED.
    2. A service that is named is one that the hub forwards: SERVICE_NOT_FOUND,
       SERVICE_NOT_FORWARDABLE.

    Each page is of the facts of its moment. An operator's page ends after
    `MOST_LOOKED_AT` organisations, so it may be short, or empty, and yet not the last.
    """
    page = page_of(request)
    wanted = optional_organisation(request.brin, request.swv)
    attribute = optional_choice(Attribute, request.attribute, "attribute")
    # 1.
    if wanted is None and who.asker.role is not Role.OPERATOR:
        raise Refused(Reason.FIELD_REQUIRED, field="organisation")
    # 2.
    services = _services(table, optional(ServiceCode, request.service, "service"))
    codes = [wanted] if wanted is not None else _codes_from(table, page.after)
    points = (
        (f"{code} {service} {each.routing_key}", message)
        for code in islice(codes, MOST_LOOKED_AT)
        for service in services
        for each in receiving_points(table, code, service, today)
        if attribute in (None, each.attribute)
        for message in [_message(code, service, each)]
    )
    found = list(islice((each for each in points if each[0] > page.after), page.size + 1))
    last = found[page.size - 1][0] if len(found) > page.size else _passed(codes)
    return pb.ListDeliveryPointsResponse(
        delivery_points=[message for _, message in found[: page.size]],
        next_page_token=page.token(table.revision, last) if last else "",
    )


def point_message(point: EndpointView) -> pb.DeliveryPoint:
    """Return a delivery point, without the system that it leads to."""
    return pb.DeliveryPoint(
        routing_key=point.routing_key,
        vestiging=point.vestiging or "",
        aanleverpunt=point.aanleverpunt or "",
        attribute=point.attribute.value,
        service_version=point.version[1],
    )


def _message(
    code: Organisation, service: ServiceCode, point: EndpointView
) -> pb.OrganisationDeliveryPoint:
    return pb.OrganisationDeliveryPoint(
        organisation=code, service=service, delivery_point=point_message(point)
    )


def _services(table: Table, wanted: ServiceCode | None) -> list[ServiceCode]:
    """Return the codes of the services that are asked for, sorted."""
    services = table.reference.services
    if wanted is None:
        return sorted({each.code for each in services.values() if each.fact.forwardable})
    service = services.get(wanted)
    if service is None:
        raise Refused(Reason.SERVICE_NOT_FOUND, service=wanted)
    if not service.fact.forwardable:
        raise Refused(Reason.SERVICE_NOT_FORWARDABLE, service=service.code)
    return [service.code]


def _codes_from(table: Table, after: str) -> Sequence[Organisation]:
    """Return the organisations from the one in which the page before ended, in order."""
    begun = after.partition(" ")[0]
    return sorted(each.code for each in table.organisations() if each.code >= begun)


def _passed(codes: Sequence[Organisation]) -> str:
    """Return where the next page begins if organisations are left; empty if none are."""
    return f"{codes[MOST_LOOKED_AT]}" if len(codes) > MOST_LOOKED_AT else ""
