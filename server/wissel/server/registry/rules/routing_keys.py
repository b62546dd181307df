"""Who holds a routing key on which days (R8)."""

from wissel.routing.facts import Endpoint, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.scope import Scope


def active_days(endpoint: Endpoint, mandate: Mandate) -> Period | None:
    """Return the days that are in the periods of both, or None if there are none.

    None too if either was stopped. A suspended endpoint has its days, since it
    may be resumed.
    """
    if endpoint.stopped or mandate.stopped or not endpoint.period.overlaps(mandate.period):
        return None
    start = max(endpoint.period.start, mandate.period.start)
    return Period(start, endpoint.period.end).until(mandate.period.end)


async def refuse_taken_key(
    snapshot: Snapshot, endpoint: Endpoint, mandate: Mandate, scope: Scope
) -> None:
    """Raise `Refused(ROUTING_KEY_IN_USE)` if another endpoint has its version and key on a day.

    The days that count are the active days of both. The refusal names the other
    only to a caller that may see it (design.md#authorization).
    """
    days = active_days(endpoint, mandate)
    if days is None:
        return
    for other in await snapshot.find(Endpoint, routing_key=endpoint.routing_key):
        if other.endpoint_id == endpoint.endpoint_id:
            continue
        if (other.service, other.version) != (endpoint.service, endpoint.version):
            continue
        theirs = await _days_of(snapshot, other, mandate)
        if theirs is not None and theirs.overlaps(days):
            raise _in_use(endpoint, other, scope)


async def _days_of(snapshot: Snapshot, endpoint: Endpoint, changing: Mandate) -> Period | None:
    """Return the active days of an endpoint, under its mandate as it is about to be."""
    if endpoint.mandate_id == changing.mandate_id:
        return active_days(endpoint, changing)
    mandate = await snapshot.get(Mandate, str(endpoint.mandate_id))
    return None if mandate is None else active_days(endpoint, mandate)


def _in_use(endpoint: Endpoint, other: Endpoint, scope: Scope) -> Refused:
    key, field = endpoint.routing_key, "routing_key"
    if not scope.holds(other):
        return Refused(Reason.ROUTING_KEY_IN_USE, field=field, routing_key=key)
    return Refused(
        Reason.ROUTING_KEY_IN_USE,
        field=field,
        routing_key=key,
        endpoint_id=str(other.endpoint_id),
    )
