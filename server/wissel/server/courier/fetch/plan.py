"""What is decided of a fetch before its source is called: from where, for whom, by which order."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from wissel.routing.deciding.audience import refused_by, refused_for
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal, Route
from wissel.routing.deciding.delivery_points import delivery_points
from wissel.routing.deciding.query import Asker, Query, Selection
from wissel.routing.exchange.envelope import Address
from wissel.routing.exchange.fetching.orders import ProvideOrder, Wish
from wissel.routing.exchange.fetching.transfers import Terms, Transfer
from wissel.routing.exchange.kinds import SERVICE_OF_KIND
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.views import EndpointView
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.server.courier.message import SendingParty
from wissel.server.courier.receivers.line import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What a requester asks for: one delivery point of the source of its session."""

    session: Transfer
    source_routing_key: RoutingKey
    wish: Wish
    requester: SendingParty


class Planned(NamedTuple):
    """Both ends of a fetch on one table; `source` sends, as far as deciding is concerned."""

    point: EndpointView
    source: Asker
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A fetch that may begin: the line to its source, and the order that it is given.

    `ends` were decided on `table`, at the moment at which the order was issued. It
    ends at `deadline`, in seconds on the event loop's clock.
    """

    fetch: Fetch
    table: Table
    ends: Planned
    deadline: float
    source: Key
    order: ProvideOrder


def order_of(
    fetch: Fetch, planned: Planned, hub_oin: Oin, now: dt.datetime, expires: dt.datetime
) -> ProvideOrder:
    """Return the order for the source of a fetch."""
    terms, (point, source, route) = fetch.session.terms, planned
    return ProvideOrder(
        hub_oin=hub_oin,
        session_id=fetch.session.session_id,
        source_oin=source.oin,
        source=Address(
            organisation=terms.source, vestiging=point.vestiging, routing_key=point.routing_key
        ),
        requester_oin=route.receiver_oin,
        requester=Address(
            organisation=terms.requester,
            vestiging=route.vestiging,
            routing_key=route.routing_key,
        ),
        kind=terms.kind,
        wish=fetch.wish,
        issued=now,
        expires=expires,
    )


def both_ends(fetch: Fetch, table: Table, now: dt.datetime) -> Planned:
    """Return both ends of a fetch, decided on a table at a moment.

    1. A route leads from its source to the requester: see `point_and_route`.
    2. That is an endpoint of the requester: DELIVERY_POINT_UNKNOWN.

    Raises `Refused`.
    """
    terms, requester = fetch.session.terms, fetch.requester.asker
    # 1.
    planned = point_and_route(terms, fetch.source_routing_key, requester, table, now)
    # 2.
    if planned.route.system_id not in requester.system_ids:
        raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=terms.requester_routing_key)
    return planned


def point_and_route(
    terms: Terms,
    key: RoutingKey,
    reader: Asker,
    table: Table,
    now: dt.datetime,
) -> Planned:
    """Return a delivery point of a source, and the route from there to a requester.

    1. The source is known, open or closed less than twelve months ago, and `key` is
       that of an active delivery point of it (see `delivery_points`):
       SENDER_UNKNOWN, SENDER_CLOSED, SOURCE_NOT_CONNECTED, DELIVERY_POINT_UNKNOWN.
    2. A route leads from there to the requester's routing key. If there is none,
       `reader` reads as much of the reason as it may know.

    Raises `Refused`.
    """
    service, on = SERVICE_OF_KIND[terms.kind], day_of(now)
    # 1.
    points = delivery_points(table, terms.source, service, on)
    if isinstance(points, Refusal):
        raise refused_by(points)
    point = next((each for each in points if each.routing_key == key), None)
    system = None if point is None else table.system(point.mandate.system_id)
    if point is None or system is None:
        raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=key)
    # 2.
    source = Asker(oin=system.acting_oin, role=Role.VENDOR, system_ids=(system.system_id,))
    query = Query(
        asker=source,
        sender=terms.source,
        receiver=terms.requester,
        service=service,
        selection=Selection(routing_key=terms.requester_routing_key),
        sender_routing_key=key,
        fetched=True,
    )
    route = decide(table, query, on)
    if isinstance(route, Refusal):
        raise refused_for(reader, route, table, query, on)
    return Planned(point, source, route)
