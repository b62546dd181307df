"""Whether a message may travel now, and where to (step 3): a function of values."""

import datetime as dt
from dataclasses import dataclass

from wissel.routing.deciding.audience import refused_for
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal, Route
from wissel.routing.deciding.delivery_points import receiving_points
from wissel.routing.deciding.query import Asker, Query, Selection
from wissel.routing.exchange.envelope import EnvelopeContext, EnvelopeHeader, Kind, freshness
from wissel.routing.exchange.fetching.links import Link, check_feedback
from wissel.routing.exchange.kinds import (
    RECEIVED_OVER,
    check_consent,
    check_delivery_point,
    check_kind,
)
from wissel.routing.facts import EVERY_SECTOR, Sector
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin, Organisation
from wissel.server.courier.message import Message
from wissel.server.courier.ports import Clock, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRules:
    """What this hub itself demands: its OIN, and the largest payload in bytes."""

    hub_oin: Oin
    max_payload: int


class Admission:
    """Decides whether messages may travel, on the facts in memory."""

    def __init__(self, rules: HubRules, tables: Tables, clock: Clock) -> None:
        self._rules = rules
        self._tables = tables
        self._clock = clock

    def route(self, message: Message) -> Route:
        """Return the route of a message at this moment; raises `Refused` as `admitted_route`."""
        asker, table, now = message.sender.asker, self._tables.table, self._clock()
        return admitted_route(self._rules, table, asker, message.header, now, message.link)

    def check_size(self, header: EnvelopeHeader) -> None:
        """Raise `Refused(PAYLOAD_TOO_LARGE)` if the payload is larger than the hub takes."""
        require_size(header, self._rules.max_payload)


def admitted_route(
    rules: HubRules,
    table: Table,
    asker: Asker,
    header: EnvelopeHeader,
    now: dt.datetime,
    link: Link | None = None,
) -> Route:
    """Return the route of a message that may travel; `link` is the one that it names.

    1. It is addressed to this hub: WRONG_HUB.
    2. Its own times hold: ENVELOPE_FROM_FUTURE, ENVELOPE_EXPIRED.
    3. Its kind fits the service: see `kinds.check_kind`. The link of a terugkoppeling
       is that of its sender and receiver: LINK_KEY_INVALID.
    4. There is a route. If there is none, the sender reads as much of the
       reason as it may know.
    5. Within one BRIN the route leads to another delivery point: SAME_DELIVERY_POINT.
       Between two schools of vo there is consent: TOESTEMMING_NOT_ATTESTED.
    6. The payload is no larger than hub and endpoint take: PAYLOAD_TOO_LARGE.

    Raises `Refused` with the reason of the first that does not hold.
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
    query = query_of(context, asker)
    if context.kind is Kind.FEEDBACK:
        query = feedback_query(query, check_feedback(link, context, now), table, day_of(now))
    # 4.
    route = _route(table, query, day_of(now))
    # 5.
    check_delivery_point(context, route.routing_key)
    check_consent(
        context,
        _sectors(table, context.sender.organisation),
        _sectors(table, context.receiver.organisation),
    )
    # 6.
    limit = min(rules.max_payload, route.contract.max_payload_bytes or rules.max_payload)
    require_size(header, limit)
    return route


def _sectors(table: Table, organisation: Organisation) -> frozenset[Sector]:
    view = table.organisation(organisation)
    return view.sectors if view else EVERY_SECTOR


def require_size(header: EnvelopeHeader, limit: int) -> None:
    """Raise `Refused(PAYLOAD_TOO_LARGE)` if the payload is larger than `limit` bytes."""
    if header.payload_size > limit:
        raise Refused(Reason.PAYLOAD_TOO_LARGE, size=str(header.payload_size), limit=str(limit))


def query_of(context: EnvelopeContext, asker: Asker) -> Query:
    """Return the query that asks for the route of a message with this context."""
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
        fetched=context.fetched,
    )


def feedback_query(query: Query, link: Link, table: Table, on: dt.date) -> Query:
    """Return the query for a terugkoppeling, which is received where OSO_OV is (OSO: doel is OV).

    Without a place in the header it goes to the delivery point that announced the
    dossier, as long as that receives for OSO_OV by the same system or vendor;
    otherwise where anything for that school goes, whoever acts for it by now.
    """
    received_over = RECEIVED_OVER[Kind.FEEDBACK]
    query = query._replace(service=received_over, sender_service=query.service)
    if query.selection != Selection():
        return query
    for point in receiving_points(table, link.source, received_over, on):
        system = table.system(point.mandate.system_id)
        same = system is not None and system.acting_oin == link.source_oin
        if same and point.routing_key == link.source_routing_key:
            return query._replace(selection=Selection(routing_key=point.routing_key))
    return query


def _route(table: Table, query: Query, on: dt.date) -> Route:
    decision = decide(table, query, on)
    if isinstance(decision, Refusal):
        raise refused_for(query.asker, decision, table, query, on)
    return decision
