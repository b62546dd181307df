"""What an endpoint becomes, as functions of values: a new one, and one that is changed (R8, R9)."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from wissel.routing.facts import Attribute, DeliveryContract, Endpoint, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Aanleverpunt, Vestiging
from wissel.server.registry.catalog import usable_version
from wissel.server.registry.commands import Keep, RegisterEndpoint, UpdateEndpoint
from wissel.server.registry.endpoints.known import Giver, Known
from wissel.server.registry.rules.endpoints import (
    address,
    allowed_aanleverpunt,
    endpoint_period,
    fitting_attribute,
    own_key,
    own_vestiging,
    refuse_outside,
)
from wissel.server.registry.rules.mandates import (
    allow_end,
    allow_start,
    refuse_closed,
    still_changeable,
)
from wissel.server.registry.rules.routing_keys import refuse_key_of_another
from wissel.server.registry.scope import Scope


def new_endpoint(
    command: RegisterEndpoint, known: Known, today: dt.date, scope: Scope, endpoint_id: UUID
) -> Endpoint:
    """Return the endpoint that a command describes, under a mandate of the caller.

    1. The mandate is within the caller's scope and has not ended:
       MANDATE_NOT_FOUND, MANDATE_ENDED.
    2. Its days are allowed: DATE_IN_PAST, PERIOD_INVALID, ENDPOINT_OUTSIDE_MANDATE.
    3. The school is open on its first day, or today if that is later: SCHOOL_CLOSED.
    4. Its vestiging, attribute and aanleverpunt fit the organisation:
       IDENTIFIER_MALFORMED, VESTIGING_NOT_FOUND, SCHOOL_CLOSED, FIELD_INVALID,
       AANLEVERPUNT_INVALID.
    5. The service has its version: SERVICE_VERSION_NOT_FOUND.
    6. Its routing key is of the organisation: ROUTING_KEY_FOREIGN, ROUTING_KEY_RESERVED.
    7. Its URL is one that the hub accepts: URL_INVALID.
    8. No other endpoint has its version and routing key on one of its days:
       ROUTING_KEY_IN_USE.

    An extra aanleverpunt waits for its approval, unless an operator registers it or has
    approved it for this system before.
    """
    # 1.
    mandate = known.mandate(command.under, command.start or today, scope)
    still_changeable(mandate, today)
    # 2.
    period = endpoint_period(command.start, command.end, mandate, today, scope)
    # 3.
    day = max(period.start, today)
    giver = known.givers[mandate.organisation]
    refuse_closed(giver, day)
    # 4.
    vestiging = own_vestiging(command.vestiging, giver, day)
    attribute = fitting_attribute(command.attribute, mandate.organisation)
    point = allowed_aanleverpunt(command.aanleverpunt, vestiging, attribute, giver)
    service = known.services[mandate.service]
    endpoint = Endpoint(
        endpoint_id=endpoint_id,
        mandate_id=mandate.mandate_id,
        organisation=mandate.organisation,
        service=mandate.service,
        system_id=mandate.system_id,
        version=usable_version(service, command.version, day),  # 5.
        routing_key=own_key(command.routing_key, giver),  # 6.
        url=address(command.url, forwardable=service.forwardable),  # 7.
        attribute=attribute,
        period=period,
        vestiging=vestiging,
        aanleverpunt=point,
        contract=command.contract or DeliveryContract(),
        unapproved=_waits(point, mandate, known, scope),
    )
    # 8.
    refuse_key_of_another(endpoint, mandate, known.holders[endpoint.routing_key], scope)
    return endpoint


def changed_endpoint(
    endpoint: Endpoint, command: UpdateEndpoint, known: Known, today: dt.date, scope: Scope
) -> Endpoint:
    """Return an endpoint with what a command changes of it.

    1. Its mandate has not ended: MANDATE_ENDED.
    2. The first day changes only while it is still to come, and not into the past:
       ENDPOINT_STARTED, DATE_IN_PAST. The last day is today or later, and not before the
       first: DATE_IN_PAST, PERIOD_INVALID. It shares a day with the mandate:
       ENDPOINT_OUTSIDE_MANDATE.
    3. Its vestiging, attribute and aanleverpunt fit, as those of a new one do. With
       another vestiging it has the aanleverpunt of that one, unless it is an extra one or
       is said.
    4. Its URL is one that the hub accepts: URL_INVALID.
    5. No other endpoint has its version and routing key on one of its days:
       ROUTING_KEY_IN_USE.

    Another extra aanleverpunt waits for its approval as that of a new one does.
    """
    # 1.
    mandate = known.mandate(endpoint.mandate_id, today, scope)
    still_changeable(mandate, today)
    # 2.
    period = _moved(endpoint, command, today, scope)
    refuse_outside(period, mandate)
    # 3.
    giver = known.givers[endpoint.organisation]
    day = max(period.start, today)
    vestiging = endpoint.vestiging
    if command.vestiging is not None:
        vestiging = own_vestiging(command.vestiging, giver, day)
    attribute = endpoint.attribute
    if command.attribute is not None:
        attribute = fitting_attribute(command.attribute, endpoint.organisation)
    point = _point(endpoint, command, vestiging, attribute, giver)
    url = endpoint.url
    if command.url is not None:
        service = known.services[endpoint.service]
        url = address(command.url, forwardable=service.forwardable)  # 4.
    changed = replace(
        endpoint,
        url=url,
        period=period,
        vestiging=vestiging,
        attribute=attribute,
        aanleverpunt=point,
        contract=command.contract or endpoint.contract,
    )
    if point != endpoint.aanleverpunt:
        changed = replace(changed, unapproved=_waits(point, mandate, known, scope))
    # 5.
    refuse_key_of_another(changed, mandate, known.holders[changed.routing_key], scope)
    return changed


def _moved(endpoint: Endpoint, command: UpdateEndpoint, today: dt.date, scope: Scope) -> Period:
    start, end = endpoint.period.start, endpoint.period.end
    if command.start is not None and command.start != start:
        if start <= today:
            raise Refused(
                Reason.ENDPOINT_STARTED,
                field="start_date",
                endpoint_id=str(endpoint.endpoint_id),
                start=str(start),
            )
        start = allow_start(command.start, today, scope)
    if command.end is not Keep.KEEP and command.end != end:
        end = allow_end(command.end, today)
    return Period.parse(start, end)


def _point(
    endpoint: Endpoint,
    command: UpdateEndpoint,
    vestiging: Vestiging | None,
    attribute: Attribute,
    giver: Giver,
) -> Aanleverpunt | None:
    """Return the aanleverpunt that an endpoint has at a vestiging, with an attribute."""
    if command.aanleverpunt is not Keep.KEEP:
        return allowed_aanleverpunt(command.aanleverpunt, vestiging, attribute, giver)
    point = endpoint.aanleverpunt
    if (vestiging, attribute) == (endpoint.vestiging, endpoint.attribute):
        return point
    kept = point if point is not None and point.extra else None
    return allowed_aanleverpunt(kept, vestiging, attribute, giver)


def _waits(point: Aanleverpunt | None, mandate: Mandate, known: Known, scope: Scope) -> bool:
    """Whether an aanleverpunt has to be approved by an operator before it is in any route (R9)."""
    if point is None or not point.extra or scope.operator:
        return False
    return (mandate.organisation, mandate.system_id, point) not in known.approved
