"""Parsing a request to resolve into the query that is decided."""

import datetime as dt
from dataclasses import dataclass

from wissel.routing.deciding.query import Asker, Query, Selection
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import parse_day
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Brin,
    Namespace,
    Oin,
    Organisation,
    RoutingKey,
    ServiceCode,
    Swv,
    Vestiging,
)
from wissel.server.rpc.requests.parsing import optional
from wissel.traffic.v1 import route_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class Question:
    """A query with the day that it is about."""

    query: Query
    day: dt.date


def question(
    table: Table, request: pb.ResolveRouteRequest, asker: Asker, today: dt.date
) -> Question:
    """Return the query and its day; raises `Refused` with the name of the field."""
    sender = _sender(table, request)
    receiver = _receiver(request)
    query = Query(
        asker,
        sender,
        receiver,
        ServiceCode.parse(request.service, "service"),
        _selection(request, receiver),
        optional(Namespace, request.service_version, "service_version"),
    )
    return Question(query, parse_day(on, "on_date") if (on := request.on_date) else today)


def organisations_in(request: pb.ResolveRouteRequest) -> tuple[str, ...]:
    """Return the texts that name the two sides of an exchange, or OINs of these."""
    texts = (request.sender_brin, request.sender_swv, request.sender_oin)
    return (*texts, request.receiver_brin, request.receiver_swv)


def _sender(table: Table, request: pb.ResolveRouteRequest) -> Organisation | None:
    """Return the sending organisation; None for a party that sends in its own name."""
    if brin := request.sender_brin:
        return Brin.parse(brin, "sender_brin")
    if swv := request.sender_swv:
        return Swv.parse(swv, "sender_swv")
    if not (text := request.sender_oin):
        field = request.WhichOneof("sender") or "sender_brin"
        raise Refused(Reason.FIELD_REQUIRED, field=field)
    oin = Oin.parse(text, "sender_oin")
    organisation = table.organisation_of(oin)
    if organisation is None and table.party(oin) is None:
        raise Refused(Reason.SENDER_UNKNOWN, field="sender_oin", organisation=oin)
    return organisation


def _receiver(request: pb.ResolveRouteRequest) -> Organisation:
    if brin := request.receiver_brin:
        return Brin.parse(brin, "receiver_brin")
    if swv := request.receiver_swv:
        return Swv.parse(swv, "receiver_swv")
    field = request.WhichOneof("receiver") or "receiver_brin"
    raise Refused(Reason.FIELD_REQUIRED, field=field)


_ANY = Selection()


def _selection(request: pb.ResolveRouteRequest, receiver: Organisation) -> Selection:
    vestiging, aanleverpunt = request.receiver_vestiging, request.receiver_aanleverpunt
    routing_key = request.receiver_routing_key
    if not (vestiging or aanleverpunt or routing_key):
        return _ANY
    return Selection(
        vestiging=_vestiging(receiver, vestiging) if vestiging else None,
        aanleverpunt=optional(Aanleverpunt, aanleverpunt, "receiver_aanleverpunt"),
        routing_key=optional(RoutingKey, routing_key, "receiver_routing_key"),
    )


def _vestiging(receiver: Organisation, text: str) -> Vestiging:
    if isinstance(receiver, Brin):
        return Vestiging.within(receiver, text, "receiver_vestiging")
    raise Refused(
        Reason.FIELD_INVALID,
        field="receiver_vestiging",
        expected="none: a samenwerkingsverband has no vestigingen",
    )
