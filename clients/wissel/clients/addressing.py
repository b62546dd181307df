"""Organisations as people write them, in the fields of requests."""

from typing import TypedDict

from wissel.routing.values.identifiers import Oin, Swv, Vestiging
from wissel.traffic.v1 import route_service_pb2 as pb


class Organisation(TypedDict, total=False):
    """The field of a request that names an organisation, or neither."""

    brin: str
    swv: str


def organisation(text: str) -> Organisation:
    """Return the field for `99XA` or `PO9901`; none for an empty text.

    What is neither goes as a BRIN, so that the hub says what is wrong with it.
    """
    if not text:
        return {}
    return {"swv": text} if Swv.pattern.fullmatch(text) else {"brin": text}


def route_query(*, sender: str, receiver: str, service: str, **more: str) -> pb.ResolveRouteRequest:
    """Return the query; a receiver written as `99XB02` names its vestiging too.

    `more` are further text fields of the request; empty ones are left out.
    """
    query = pb.ResolveRouteRequest(service=service)
    for name, value in more.items():
        if value:
            setattr(query, name, value)
    if Oin.pattern.fullmatch(sender):
        query.sender_oin = sender
    elif Swv.pattern.fullmatch(sender):
        query.sender_swv = sender
    else:
        query.sender_brin = sender[:4] if Vestiging.pattern.fullmatch(sender) else sender
    if Vestiging.pattern.fullmatch(receiver):
        query.receiver_brin, query.receiver_vestiging = receiver[:4], receiver
    elif Swv.pattern.fullmatch(receiver):
        query.receiver_swv = receiver
    else:
        query.receiver_brin = receiver
    return query
