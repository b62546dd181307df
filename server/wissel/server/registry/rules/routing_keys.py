"""Who holds a routing key on which days (R8)."""

from collections.abc import Collection, Iterable

from wissel.routing.facts import Endpoint, Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Oin, Organisation, RoutingKey
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

    `mandate` is that of the endpoint, as it is about to be. See `refuse_key_of_another`.
    """
    holders = await holders_of(snapshot, [endpoint.routing_key])
    refuse_key_of_another(endpoint, mandate, holders, scope)


async def holders_of(
    snapshot: Snapshot, keys: Collection[RoutingKey]
) -> list[tuple[Endpoint, Mandate]]:
    """Return every endpoint with one of these routing keys, each with its mandate."""
    found = await snapshot.find(Endpoint, routing_key=tuple(keys))
    ids = {str(endpoint.mandate_id) for endpoint in found}
    mandates = {each.mandate_id: each for each in await snapshot.find(Mandate, key=tuple(ids))}
    return [
        (endpoint, mandates[endpoint.mandate_id])
        for endpoint in found
        if endpoint.mandate_id in mandates
    ]


def refuse_key_of_another(
    endpoint: Endpoint, mandate: Mandate, holders: Iterable[tuple[Endpoint, Mandate]], scope: Scope
) -> None:
    """Raise `Refused(ROUTING_KEY_IN_USE)` if another endpoint has its version and key on a day.

    `holders` are endpoints with their mandates, this one perhaps among them. The days
    that count are the active days of both. The refusal names the other only to a caller
    that may see it (design.md#authorization).
    """
    days = active_days(endpoint, mandate)
    if days is None:
        return
    asked = endpoint.service, endpoint.version, endpoint.routing_key
    for other, theirs in holders:
        if other.endpoint_id == endpoint.endpoint_id:
            continue
        if (other.service, other.version, other.routing_key) != asked:
            continue
        under = mandate if theirs.mandate_id == mandate.mandate_id else theirs
        taken = active_days(other, under)
        if taken is not None and taken.overlaps(days):
            raise _in_use(endpoint, other, scope)


def free_key(oin: Oin, organisation: Organisation, had: Collection[RoutingKey]) -> RoutingKey:
    """Return the lowest routing key of an organisation that no endpoint has had (R9).

    `had` are the keys of its endpoints, also of those that have ended: an old message
    then never reaches another administration. Raises `Refused(ROUTING_KEYS_EXHAUSTED)`
    if each was used.
    """
    width = len(oin) - len(oin.stem)
    for number in range(1, 10**width):
        key = RoutingKey(f"{oin.stem}{number:0{width}}")
        if key not in had:
            return key
    raise Refused(Reason.ROUTING_KEYS_EXHAUSTED, organisation=organisation)


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
