"""Requests to resolve become queries, which are decided."""

import datetime as dt
from dataclasses import dataclass

from wissel.routing.days import parse_day
from wissel.routing.decision import Asker, Query, Selection
from wissel.routing.errors import Refused
from wissel.routing.identifiers import (
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
from wissel.routing.reasons import Reason
from wissel.routing.table import Table
from wissel.server.rpc.parsing import identifier, optional
from wissel.traffic.v1 import route_service_pb2 as pb


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query with the day it is about; `field` values were checked once, here."""

    query: Query
    day: dt.date


def question(
    table: Table, request: pb.ResolveRouteRequest, asker: Asker, today: dt.date
) -> Question:
    """Return what is asked, parsed; raises `Refused` with the field at fault."""
    sender = _sender(table, request)
    receiver = _receiver(request)
    query = Query(
        asker=asker,
        sender=sender,
        receiver=receiver,
        service=identifier(ServiceCode, request.service, "service"),
        selection=_selection(request, receiver),
        version=optional(Namespace, request.service_version, "service_version"),
    )
    day = parse_day(request.on_date, "on_date") if request.on_date else today
    return Question(query=query, day=day)


def _sender(table: Table, request: pb.ResolveRouteRequest) -> Organisation | None:
    """Return who sends; None for a party that sends in its own name."""
    match request.WhichOneof("sender"):
        case "sender_brin":
            return identifier(Brin, request.sender_brin, "sender_brin")
        case "sender_swv":
            return identifier(Swv, request.sender_swv, "sender_swv")
        case "sender_oin":
            oin = identifier(Oin, request.sender_oin, "sender_oin")
            organisation = table.organisation_of(oin)
            if organisation is None and table.party(oin) is None:
                raise Refused(Reason.SENDER_UNKNOWN, field="sender_oin", organisation=oin)
            return organisation
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="sender_brin")


def _receiver(request: pb.ResolveRouteRequest) -> Organisation:
    match request.WhichOneof("receiver"):
        case "receiver_brin":
            return identifier(Brin, request.receiver_brin, "receiver_brin")
        case "receiver_swv":
            return identifier(Swv, request.receiver_swv, "receiver_swv")
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="receiver_brin")


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
