"""Changing, ending, suspending, resuming and approving one endpoint (R8, R9)."""

from dataclasses import replace
from uuid import UUID

from wissel.routing.facts import Endpoint, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Aanleverpunt
from wissel.server.registry.commands import (
    ApproveDeliveryPoint,
    EndEndpoint,
    ResumeEndpoint,
    SuspendEndpoint,
    UpdateEndpoint,
)
from wissel.server.registry.endpoints.known import known_of
from wissel.server.registry.endpoints.shapes import changed_endpoint
from wissel.server.registry.finding import check_etag, get_endpoint
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import allow_end, has_ended, stopped_now
from wissel.server.registry.rules.routing_keys import refuse_taken_key
from wissel.server.registry.scope import Scope


async def update_endpoint(
    transaction: Transaction, command: UpdateEndpoint, scope: Scope
) -> Endpoint:
    """Change an endpoint, and return it.

    It is within the caller's scope, as the caller last read it, and has not ended:
    ENDPOINT_NOT_FOUND, ETAG_MISMATCH, ENDPOINT_ENDED. Then see `changed_endpoint`.
    """
    endpoint = await _changeable(transaction, command.endpoint_id, command.etag, scope)
    known = await known_of(
        transaction,
        [endpoint.mandate_id],
        [endpoint.routing_key],
        transaction.today,
        extra=isinstance(command.aanleverpunt, Aanleverpunt) and command.aanleverpunt.extra,
    )
    changed = changed_endpoint(endpoint, command, known, transaction.today, scope)
    await transaction.put(changed)
    return changed


async def approve_delivery_point(
    transaction: Transaction, command: ApproveDeliveryPoint, scope: Scope
) -> Endpoint:
    """Let an extra aanleverpunt into routes, and return its endpoint (R9).

    One that waits for nothing stays as it is. Raises ENDPOINT_NOT_FOUND, ETAG_MISMATCH,
    ENDPOINT_ENDED.
    """
    endpoint = await _changeable(transaction, command.endpoint_id, command.etag, scope)
    approved = replace(endpoint, unapproved=False)
    await transaction.put(approved)
    return approved


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
