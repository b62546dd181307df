"""The active delivery points of a school: where a dossier of it can be asked for."""

import datetime as dt
from collections.abc import Iterator

from wissel.routing.deciding.decision import Permission, Refusal
from wissel.routing.deciding.may_act import permission_by
from wissel.routing.deciding.sender import may_send_until
from wissel.routing.facts import TEST_SCHOOL
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.views import EndpointView
from wissel.routing.values.identifiers import Brin, ServiceCode


def delivery_points(
    table: Table, source: Brin, service: ServiceCode, on: dt.date
) -> list[EndpointView] | Refusal:
    """Return the endpoints of a school for a service that are active on a day.

    1. The school is known: SENDER_UNKNOWN (OSO's VerstrekkerNietBekend).
    2. It is open, or closed less than twelve months ago, so that dossiers can
       leave it: SENDER_CLOSED.
    3. One endpoint or more is in force, not suspended, and its system may act:
       SOURCE_NOT_CONNECTED. Why another one is not among them is nobody's business.

    In order of routing key; of two versions at one key the latest counts.
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
    found = {each.routing_key: each for each in _active(table, source, service, on)}
    if not found:
        return _refusal(Reason.SOURCE_NOT_CONNECTED, organisation=str(source), service=str(service))
    return [found[key] for key in sorted(found)]


def _active(
    table: Table, source: Brin, service: ServiceCode, on: dt.date
) -> Iterator[EndpointView]:
    organisation = table.organisation(source)
    indexed = table.reference.services.get(service)
    if organisation is None or indexed is None:
        return
    test = source == TEST_SCHOOL
    for version in indexed.versions:
        for each in organisation.endpoints_in_force((indexed.code, version.namespace), on):
            permission = permission_by(
                each.mandate, table.reference, indexed, on, Side.SENDER, test=test
            )
            if isinstance(permission, Permission) and not each.suspended:
                yield each


def _refusal(reason: Reason, **metadata: str) -> Refusal:
    return Refusal(reason=reason, side=Side.SENDER, metadata=metadata)
