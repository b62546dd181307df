"""The active delivery points of an organisation: where it can be asked, or reached."""

import datetime as dt
from collections.abc import Iterable, Iterator

from wissel.routing.deciding.decision import Permission, Refusal
from wissel.routing.deciding.may_act import permission_by
from wissel.routing.deciding.sender import may_send_until
from wissel.routing.facts import TEST_SCHOOL
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.views import EndpointView
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import Brin, Organisation, RoutingKey, ServiceCode


def delivery_points(
    table: Table, source: Brin, service: ServiceCode, on: dt.date
) -> list[EndpointView] | Refusal:
    """Return the endpoints of a school for a service that are active on a day.

    1. The school is known: SENDER_UNKNOWN (OSO's VerstrekkerNietBekend).
    2. It is open, or closed less than twelve months ago, so that dossiers can
       leave it: SENDER_CLOSED.
    3. One endpoint or more is in force, not suspended, and its system may act:
       SOURCE_NOT_CONNECTED. Why another one is not among them is nobody's business.
       A system that made way for another has its endpoints here until the day on which
       it may provide for the last time (R3), though no route leads to them.

    In order of routing key. At one key an endpoint that receives counts before one that
    only provides, and of two versions the latest.
    """
    organisation = table.organisation(source)
    # 1.
    if organisation is None:
        return _refusal(Reason.SENDER_UNKNOWN, organisation=str(source))
    # 2.
    if on > may_send_until(organisation.closed):
        closed = str(organisation.closed)
        return _refusal(Reason.SENDER_CLOSED, organisation=str(source), closed=closed)
    # 3.
    active = sorted(
        _active(table, source, service, on, Side.SENDER), key=lambda each: only_provides(each, on)
    )
    found = _by_key(active)
    if not found:
        return _refusal(Reason.SOURCE_NOT_CONNECTED, organisation=str(source), service=str(service))
    return [found[key] for key in sorted(found)]


def receiving_points(
    table: Table, organisation: Organisation, service: ServiceCode, on: dt.date
) -> list[EndpointView]:
    """Return the endpoints for a service at which an organisation receives on a day.

    It is open, as is the endpoint's vestiging; the endpoint is in force, not suspended,
    and its system may act. In order of routing key, of two versions the latest.
    """
    view = table.organisation(organisation)
    if view is None or on > view.closed:
        return []
    found = _by_key(
        each
        for each in _active(table, organisation, service, on, Side.RECEIVER)
        if each.vestiging is None or on <= (view.last_day_of(each.vestiging) or FOREVER)
    )
    return [found[key] for key in sorted(found)]


def _by_key(points: Iterable[EndpointView]) -> dict[RoutingKey, EndpointView]:
    """Return the first delivery point at each routing key."""
    found: dict[RoutingKey, EndpointView] = {}
    for each in points:
        found.setdefault(each.routing_key, each)
    return found


def _active(
    table: Table, code: Organisation, service: ServiceCode, on: dt.date, side: Side
) -> Iterator[EndpointView]:
    """Yield the endpoints that are active, those of the latest version first.

    As a sender those count too that only provide.
    """
    organisation = table.organisation(code)
    indexed = table.reference.services.get(service)
    if organisation is None or indexed is None:
        return
    test, providing = code == TEST_SCHOOL, side is Side.SENDER
    for version in indexed.versions:
        key = indexed.code, version.namespace
        for each in organisation.endpoints_in_force(key, on, providing=providing):
            permission = permission_by(each.mandate, table.reference, indexed, on, side, test=test)
            if isinstance(permission, Permission) and not each.suspended:
                yield each


def only_provides(endpoint: EndpointView, on: dt.date) -> bool:
    """Whether no route leads to an endpoint, since its system made way for another."""
    return endpoint.mandate.last_day < on


def _refusal(reason: Reason, **metadata: str) -> Refusal:
    return Refusal(reason=reason, side=Side.SENDER, metadata=metadata)
