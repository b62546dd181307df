"""Endpoints: where a mandated system receives messages (R8, R9)."""

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
from wissel.server.registry.rules.mandates import (
    allow_end,
    has_ended,
    refuse_closed,
    still_changeable,
    stopped_now,
)
from wissel.server.registry.rules.routing_keys import refuse_taken_key
from wissel.server.registry.scope import Scope


async def register_endpoint(
    transaction: Transaction, command: RegisterEndpoint, scope: Scope, new_id: Callable[[], UUID]
) -> Endpoint:
    """Record an endpoint under a mandate of the caller, and return it.

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
    """
    # 1.
    mandate = await get_mandate(transaction, command.mandate_id, scope)
    still_changeable(mandate, transaction.today)
    # 2.
    period = endpoint_period(command.start, command.end, mandate, transaction.today, scope)
    # 3.
    day = max(period.start, transaction.today)
    giver = await get_organisation(transaction, mandate.organisation)
    refuse_closed(giver, day)
    # 4.
    vestiging = own_vestiging(command.vestiging, giver, day)
    attribute = fitting_attribute(command.attribute, mandate.organisation)
    point = allowed_aanleverpunt(command.aanleverpunt, vestiging, attribute, giver, scope)
    service = await get_service(transaction, mandate.service)
    endpoint = Endpoint(
        endpoint_id=new_id(),
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
        contract=command.contract,
    )
    await refuse_taken_key(transaction, endpoint, mandate, scope)  # 8.
    await transaction.put(endpoint)
    return endpoint


async def end_endpoint(transaction: Transaction, command: EndEndpoint, scope: Scope) -> Endpoint:
    """End an endpoint after a day that is today or later, or immediately, and return it.

    Raises ENDPOINT_NOT_FOUND, ETAG_MISMATCH, ENDPOINT_ENDED; DATE_IN_PAST and
    PERIOD_INVALID for the day; ROUTING_KEY_IN_USE if a later day than it had is
    one on which another endpoint has its version and routing key.
    """
    endpoint = await _changeable(transaction, command.endpoint_id, command.etag, scope)
    if command.end is None:
        ended = stopped_now(endpoint, transaction.today)
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
    """Suspend an endpoint and return it: messages for it are refused, never rerouted.

    One that is suspended stays so. Raises ENDPOINT_NOT_FOUND, ETAG_MISMATCH,
    ENDPOINT_ENDED.
    """
    endpoint = await _changeable(transaction, command.endpoint_id, command.etag, scope)
    suspended = replace(endpoint, suspended=True)
    await transaction.put(suspended)
    return suspended


async def resume_endpoint(
    transaction: Transaction, command: ResumeEndpoint, scope: Scope
) -> Endpoint:
    """Resume a suspended endpoint and return it; one that is not suspended stays so.

    Raises ENDPOINT_NOT_FOUND, ETAG_MISMATCH, ENDPOINT_ENDED.
    """
    endpoint = await _changeable(transaction, command.endpoint_id, command.etag, scope)
    resumed = replace(endpoint, suspended=False)
    await transaction.put(resumed)
    return resumed


async def _changeable(
    transaction: Transaction, endpoint_id: UUID, etag: str, scope: Scope
) -> Endpoint:
    endpoint = await get_endpoint(transaction, endpoint_id, scope)
    check_etag(endpoint, etag)
    if has_ended(endpoint, transaction.today):
        raise Refused(
            Reason.ENDPOINT_ENDED,
            endpoint_id=str(endpoint.endpoint_id),
            end=str(endpoint.period.end),
        )
    return endpoint
