"""Endpoints: where a mandated system receives messages (R8, R9)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from wissel.routing.facts import Endpoint, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.server.registry.catalog import usable_version
from wissel.server.registry.commands import (
    EndEndpoint,
    RegisterEndpoint,
    ResumeEndpoint,
    SuspendEndpoint,
)
from wissel.server.registry.finding import (
    check_etag,
    get_endpoint,
    get_mandate,
    get_organisation,
    get_service,
)
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.endpoints import (
    address,
    allowed_aanleverpunt,
    endpoint_period,
    fitting_attribute,
    own_key,
    own_vestiging,
)
from wissel.server.registry.rules.mandates import allow_end, refuse_closed, still_changeable
from wissel.server.registry.rules.routing_keys import refuse_taken_key
from wissel.server.registry.scope import Scope


async def register_endpoint(
    transaction: Transaction, command: RegisterEndpoint, scope: Scope, new_id: Callable[[], UUID]
) -> Endpoint:
    """Record an endpoint under a mandate of the caller, and return it.

    1. the mandate is the caller's and has not ended: MANDATE_NOT_FOUND, MANDATE_ENDED
    2. its days: DATE_IN_PAST, PERIOD_INVALID, ENDPOINT_OUTSIDE_MANDATE
    3. the school is open: SCHOOL_CLOSED
    4. the service has this version: SERVICE_VERSION_NOT_FOUND
    5. the address: URL_INVALID
    6. the routing key is the organisation's: ROUTING_KEY_FOREIGN, ROUTING_KEY_RESERVED
    7. vestiging, aanleverpunt and attribute fit the organisation: VESTIGING_NOT_FOUND,
       AANLEVERPUNT_INVALID, FIELD_INVALID
    8. nobody has this version and key on one of these days: ROUTING_KEY_IN_USE
    """
    mandate = await get_mandate(transaction, command.mandate_id, scope)
    still_changeable(mandate, transaction.today)
    period = endpoint_period(command.start, command.end, mandate, transaction.today, scope)
    day = max(period.start, transaction.today)
    giver = await get_organisation(transaction, mandate.organisation)
    refuse_closed(giver, day)
    service = await get_service(transaction, mandate.service)
    vestiging = own_vestiging(command.vestiging, giver, day)
    attribute = fitting_attribute(command.attribute, mandate.organisation)
    point = allowed_aanleverpunt(command.aanleverpunt, vestiging, attribute, giver, scope)
    endpoint = Endpoint(
        endpoint_id=new_id(),
        mandate_id=mandate.mandate_id,
        organisation=mandate.organisation,
        service=mandate.service,
        system_id=mandate.system_id,
        version=usable_version(service, command.version, day),
        routing_key=own_key(command.routing_key, giver),
        url=address(command.url, forwardable=service.forwardable),
        attribute=attribute,
        period=period,
        vestiging=vestiging,
        aanleverpunt=point,
        contract=command.contract,
    )
    await refuse_taken_key(transaction, endpoint, mandate, scope)
    await transaction.put(endpoint)
    return endpoint


async def end_endpoint(transaction: Transaction, command: EndEndpoint, scope: Scope) -> Endpoint:
    """End an endpoint after a day that is today or later, or immediately, and return it.

    ENDPOINT_NOT_FOUND, ETAG_MISMATCH, ENDPOINT_ENDED; DATE_IN_PAST and
    PERIOD_INVALID for the day. A later last day than it had must leave its
    routing key to others who have it by then: ROUTING_KEY_IN_USE.
    """
    endpoint = await _changeable(transaction, command.endpoint_id, command.etag, scope)
    if command.end is None:
        period = Period(endpoint.period.start, max(transaction.today, endpoint.period.start))
        ended = replace(endpoint, period=period, stopped=True)
    else:
        end = allow_end(command.end, transaction.today)
        ended = replace(endpoint, period=Period.parse(endpoint.period.start, end))
        mandate = await transaction.get(Mandate, str(endpoint.mandate_id))
        if mandate is not None:
            await refuse_taken_key(transaction, ended, mandate, scope)
    await transaction.put(ended)
    return ended


async def suspend_endpoint(
    transaction: Transaction, command: SuspendEndpoint, scope: Scope
) -> Endpoint:
    """Close an endpoint for traffic and return it; messages are refused, never rerouted.

    ENDPOINT_NOT_FOUND, ETAG_MISMATCH, ENDPOINT_ENDED. Suspending twice is once.
    """
    endpoint = await _changeable(transaction, command.endpoint_id, command.etag, scope)
    suspended = replace(endpoint, suspended=True)
    await transaction.put(suspended)
    return suspended


async def resume_endpoint(
    transaction: Transaction, command: ResumeEndpoint, scope: Scope
) -> Endpoint:
    """Open a suspended endpoint again and return it; an open one stays open.

    ENDPOINT_NOT_FOUND, ETAG_MISMATCH, ENDPOINT_ENDED.
    """
    endpoint = await _changeable(transaction, command.endpoint_id, command.etag, scope)
    resumed = replace(endpoint, suspended=False)
    await transaction.put(resumed)
    return resumed


def endpoint_has_ended(endpoint: Endpoint, today: dt.date) -> bool:
    """Whether its own period has no day left; its mandate may have ended before."""
    end = endpoint.period.end
    return endpoint.stopped or (end is not None and end < today)


async def _changeable(
    transaction: Transaction, endpoint_id: UUID, etag: str, scope: Scope
) -> Endpoint:
    endpoint = await get_endpoint(transaction, endpoint_id, scope)
    check_etag(endpoint, etag)
    if endpoint_has_ended(endpoint, transaction.today):
        raise Refused(
            Reason.ENDPOINT_ENDED,
            endpoint_id=str(endpoint.endpoint_id),
            end=str(endpoint.period.end),
        )
    return endpoint
