"""Who is told of an announcement: decided when it is made, and each time that it is told."""

import datetime as dt

from wissel.routing.deciding.query import ANYBODY, Asker
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.notifications import Announcement, Notification
from wissel.routing.facts import Attribute
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.server.courier.fetch.plan import Planned, point_and_route
from wissel.server.courier.receivers.line import Key, key_of


def announced_ends(said: Announcement, reader: Asker, table: Table, now: dt.datetime) -> Planned:
    """Return both ends of an announcement, decided on a table at a moment.

    1. A route leads from the source's delivery point to the requester's: see
       `point_and_route`, which words what stands in its way for `reader`.
    2. Of a swv-dossier that is told to the system of a samenwerkingsverband (OSO:
       doel is SWV): DELIVERY_POINT_UNKNOWN.

    Raises `Refused`.
    """
    terms = said.terms
    # 1.
    ends = point_and_route(terms, said.source_routing_key, reader, table, now)
    # 2.
    if terms.kind is Kind.SWV and ends.route.endpoint.attribute is not Attribute.SWV:
        raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=terms.requester_routing_key)
    return ends


def line_to(notification: Notification, table: Table, now: dt.datetime) -> Key:
    """Return the line to the requester of a notification, on a table at a moment.

    1. It could be announced at this moment too: see `announced_ends`.
    2. Source and requester have the systems that they had: DELIVERY_POINT_UNKNOWN.
       A link counts between these alone, and nobody else is told its key.

    Raises `Refused`.
    """
    said = notification.announcement
    # 1.
    ends = announced_ends(said, ANYBODY, table, now)
    # 2.
    if ends.source.oin != said.source_oin:
        raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=said.source_routing_key)
    if ends.route.receiver_oin != notification.requester_oin:
        key = said.terms.requester_routing_key
        raise Refused(Reason.DELIVERY_POINT_UNKNOWN, routing_key=key)
    return key_of(ends.route.url, ends.route.receiver_oin)
