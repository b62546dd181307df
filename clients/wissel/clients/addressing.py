"""Reads what people write: organisations (`99XA`, `99XA02`, `PO9901`) and hosts with a port."""

import re
from typing import Final, TypedDict

from wissel.clients.errors import WisselError
from wissel.routing.exchange.envelope import Address
from wissel.routing.values.identifiers import Aanleverpunt, Brin, Oin, RoutingKey, Swv, Vestiging
from wissel.traffic.v1 import route_service_pb2 as pb
from wissel.traffic.v1 import transfer_service_pb2 as transfer_pb

_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.%]{2,60}\]")
_LAST_PORT: Final = 65535


class Organisation(TypedDict, total=False):
    """The field of a request that names an organisation; empty for none."""

    brin: str
    swv: str


def organisation(text: str) -> Organisation:
    """Return the field for a BRIN (`99XA`) or samenwerkingsverband (`PO9901`).

    Empty for an empty text. Any other text is taken for a BRIN, and the hub
    refuses it.
    """
    if not text:
        return {}
    return {"swv": text} if Swv.pattern.fullmatch(text) else {"brin": text}


def requester_of(address: Address) -> transfer_pb.Requester:
    """Return who asks for a dossier, at the delivery point in its address."""
    return transfer_pb.Requester(
        routing_key=address.routing_key or "", **organisation(address.organisation)
    )


def route_query(*, sender: str, receiver: str, service: str, **more: str) -> pb.ResolveRouteRequest:
    """Return the request for a route.

    `sender` is a BRIN, a vestiging (of which the BRIN counts), a
    samenwerkingsverband or an OIN; `receiver` is a BRIN, a vestiging or a
    samenwerkingsverband. `more` are other text fields of the request; empty ones
    are left out. Texts that are none of these are taken for a BRIN, and the hub
    refuses them.
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


def parse_address(
    text: str, field: str, *, routing_key: str = "", aanleverpunt: str = ""
) -> Address:
    """Return the address of an organisation written as `99XA`, `99XA02` or `PO9901`.

    Empty texts for routing key and aanleverpunt mean none. Raises
    `wissel.routing.refusals.errors.Refused(IDENTIFIER_MALFORMED)`, in which the
    request field is `field`, `<field>_routing_key` or `<field>_aanleverpunt`.
    """
    key = RoutingKey.parse(routing_key, f"{field}_routing_key") if routing_key else None
    point = Aanleverpunt.parse(aanleverpunt, f"{field}_aanleverpunt") if aanleverpunt else None
    vestiging = None
    organisation: Brin | Swv
    if Swv.pattern.fullmatch(text):
        organisation = Swv(text)
    elif Vestiging.pattern.fullmatch(text):
        vestiging = Vestiging(text)
        organisation = vestiging.brin
    else:
        organisation = Brin.parse(text, field)
    return Address(
        organisation=organisation, vestiging=vestiging, routing_key=key, aanleverpunt=point
    )


def host_and_port(server: str) -> tuple[str, int]:
    """Return host and port of a server written as `hub.example:7443` or `[::1]:7443`.

    Raises `WisselError` for another text; a name must be in ASCII (RFC 1035 2.3.1;
    one in another script in its `xn--` form).
    """
    host, _, port = server.rpartition(":")
    right = port.isascii() and port.isdecimal() and 0 < int(port[:9]) <= _LAST_PORT
    if not right or not _HOST.fullmatch(host):
        problem = "is no host" if right else "has no port"
        message = f"{server!r} {problem}; write the server as hub.example:7443"
        raise WisselError(message)
    return host.strip("[]"), int(port)
