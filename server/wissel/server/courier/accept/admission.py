"""What may travel now, and where to: step 4 of forwarding, as a function of values."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from wissel.routing.deciding.audience import audience_for, for_audience
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal, Route
from wissel.routing.deciding.query import Asker, Query, Selection
from wissel.routing.exchange.envelope import EnvelopeContext, EnvelopeHeader, freshness
from wissel.routing.exchange.kinds import check_delivery_point, check_kind
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRules:
    """The hub's own side of the rules: its OIN and the largest payload in bytes."""

    hub_oin: Oin
    max_payload: int


def judge(
    rules: HubRules, table: Table, asker: Asker, header: EnvelopeHeader, now: dt.datetime
) -> Route:
    """Return the route of a message, or raise `Refused`.

    1. it is addressed to this hub: WRONG_HUB
    2. its times hold: ENVELOPE_FROM_FUTURE, ENVELOPE_EXPIRED
    3. the rules of kinds: see `kinds.check_kind`
    4. there is a route; why not is told as far as the sender may know it
    5. within one BRIN it leads elsewhere: SAME_DELIVERY_POINT
    6. the payload is no larger than hub and endpoint allow: PAYLOAD_TOO_LARGE
    """
    context = header.context
    # 1.
    if context.hub_oin != rules.hub_oin:
        raise Refused(Reason.WRONG_HUB, hub_oin=context.hub_oin, own_oin=rules.hub_oin)
    # 2.
    freshness(context, now)
    # 3.
    service = table.service(context.service)
    if service is None:
        raise Refused(Reason.SERVICE_NOT_FOUND, service=context.service)
    check_kind(context, service)
    # 4.
    route = _route(table, query_of(context, asker), day_of(now))
    # 5.
    check_delivery_point(context, route.routing_key)
    # 6.
    limit = min(rules.max_payload, route.contract.max_payload_bytes or rules.max_payload)
    require_size(header, limit)
    return route


def require_size(header: EnvelopeHeader, limit: int) -> None:
    """Raise `Refused(PAYLOAD_TOO_LARGE)` if the payload is larger than `limit` bytes."""
    if header.payload_size > limit:
        raise Refused(Reason.PAYLOAD_TOO_LARGE, size=str(header.payload_size), limit=str(limit))


def query_of(context: EnvelopeContext, asker: Asker) -> Query:
    """Return the exchange that a context asks to decide."""
    receiver = context.receiver
    return Query(
        asker=asker,
        sender=context.sender.organisation,
        receiver=receiver.organisation,
        service=context.service,
        selection=Selection(
            vestiging=receiver.vestiging,
            aanleverpunt=receiver.aanleverpunt,
            routing_key=receiver.routing_key,
        ),
        version=context.version,
        sender_routing_key=context.sender.routing_key,
    )


def _route(table: Table, query: Query, on: dt.date) -> Route:
    decision = decide(table, query, on)
    if isinstance(decision, Refusal):
        told = for_audience(decision, audience_for(table, query.asker, query, on))
        raise _refused(told.reason, told.metadata)
    return decision


def _refused(reason: Reason, metadata: Mapping[str, str]) -> Refused:
    return Refused(reason, **dict(metadata.items()))  # type: ignore[arg-type]
