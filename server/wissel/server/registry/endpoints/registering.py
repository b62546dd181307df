"""Registering endpoints: where a mandated system receives messages (R8, R9)."""

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from wissel.routing.facts import Endpoint, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import RoutingKey
from wissel.server.registry.catalog import usable_version
from wissel.server.registry.commands import RegisterEndpoint, UpdateEndpoint
from wissel.server.registry.endpoints.known import Known, known_of
from wissel.server.registry.endpoints.shapes import changed_endpoint, new_endpoint
from wissel.server.registry.finding import get_mandate, get_organisation
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.registry.rules.endpoints import fitting_attribute, oin_of
from wissel.server.registry.rules.mandates import has_ended, still_changeable
from wissel.server.registry.rules.routing_keys import free_key
from wissel.server.registry.scope import Scope

_AT_ONCE: Final = 50
"""After so many endpoints, some 3 ms, others go first."""


class Outcome(StrEnum):
    """What became of one endpoint of several."""

    REGISTERED = "REGISTERED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one endpoint of several: as it now stands, or why it was refused."""

    outcome: Outcome
    endpoint: Endpoint | None = None
    refused: Refused | None = None


async def register_endpoint(
    transaction: Transaction, command: RegisterEndpoint, scope: Scope, new_id: Callable[[], UUID]
) -> Endpoint:
    """Record an endpoint under a mandate of the caller, and return it; see `new_endpoint`."""
    known = await _known(transaction, [command])
    endpoint = new_endpoint(command, known, transaction.today, scope, new_id())
    await transaction.put(endpoint)
    return endpoint


async def register_endpoints(
    transaction: Transaction,
    items: Sequence[RegisterEndpoint | Refused],
    scope: Scope,
    new_id: Callable[[], UUID],
    *,
    update: bool,
) -> list[Result]:
    """Record what is right of several endpoints in one revision; return what became of each.

    Each is judged by itself, beside those before it, as `new_endpoint` does. What is
    refused already keeps its refusal. One that is there already, under the same mandate
    with the same version and routing key and on a day that is asked for, is UNCHANGED if
    it is as described, and otherwise becomes so with `update`; without it the refusal is
    that of the routing key. So the same items again change nothing.
    """
    known = await _known(transaction, [each for each in items if not isinstance(each, Refused)])
    results = []
    for number, item in enumerate(items, 1):
        try:
            if isinstance(item, Refused):
                raise item
            result = _judged(item, known, transaction.today, scope, new_id, update=update)
        except Refused as refused:
            result = Result(Outcome.REFUSED, refused=refused)
        results.append(result)
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    await transaction.put(
        *[
            each.endpoint
            for each in results
            if each.endpoint is not None and each.outcome is not Outcome.UNCHANGED
        ]
    )
    return results


def _judged(
    command: RegisterEndpoint,
    known: Known,
    today: dt.date,
    scope: Scope,
    new_id: Callable[[], UUID],
    *,
    update: bool,
) -> Result:
    mandate = known.mandate(command.under, command.start or today, scope)
    there = _there(command, mandate, known, today)
    if there is None:
        endpoint = new_endpoint(command, known, today, scope, new_id())
        known.hold(endpoint, mandate)
        return Result(Outcome.REGISTERED, endpoint)
    described = UpdateEndpoint(
        endpoint_id=there.endpoint_id,
        url=command.url,
        vestiging=command.vestiging,
        aanleverpunt=command.aanleverpunt,
        attribute=fitting_attribute(command.attribute, mandate.organisation),
        start=command.start,
        end=command.end,
        contract=command.contract,
    )
    changed = changed_endpoint(there, described, known, today, scope)
    if changed == there:
        return Result(Outcome.UNCHANGED, there)
    if not update:
        raise Refused(
            Reason.ROUTING_KEY_IN_USE,
            field="routing_key",
            routing_key=there.routing_key,
            endpoint_id=str(there.endpoint_id),
        )
    known.hold(changed, mandate)
    return Result(Outcome.UPDATED, changed)


def _there(
    command: RegisterEndpoint, mandate: Mandate, known: Known, today: dt.date
) -> Endpoint | None:
    """Return the endpoint that a command describes, if it is there already."""
    still_changeable(mandate, today)
    first = max(command.start or today, mandate.period.start)
    service = known.services[mandate.service]
    version = command.version or usable_version(service, None, max(first, today))
    asked = Period(command.start or today, command.end)
    found = [
        endpoint
        for endpoint, under in known.holders[command.routing_key]
        if (under.mandate_id, endpoint.version) == (mandate.mandate_id, version)
        and not has_ended(endpoint, today)
        and endpoint.period.overlaps(asked)
    ]
    return min(found, key=lambda each: each.period.start, default=None)


async def suggest_routing_key(snapshot: Snapshot, mandate_id: UUID, scope: Scope) -> RoutingKey:
    """Return the lowest routing key of a mandate's organisation that no endpoint has had (R9).

    Raises MANDATE_NOT_FOUND and ROUTING_KEYS_EXHAUSTED. Nothing keeps it free.
    """
    mandate = await get_mandate(snapshot, mandate_id, scope)
    giver = await get_organisation(snapshot, mandate.organisation)
    beside = await snapshot.find(Endpoint, organisation=mandate.organisation)
    had = {endpoint.routing_key for endpoint in beside}
    return free_key(oin_of(giver), mandate.organisation, had)


async def _known(transaction: Transaction, commands: Sequence[RegisterEndpoint]) -> Known:
    return await known_of(
        transaction,
        {command.under for command in commands},
        {command.routing_key for command in commands},
        transaction.today,
        extra=any(each.aanleverpunt is not None and each.aanleverpunt.extra for each in commands),
    )
