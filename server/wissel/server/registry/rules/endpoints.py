"""The rules of endpoints as functions of values (R8, R9)."""

import datetime as dt
import ipaddress
import re
from typing import Final

from wissel.routing.facts import Attribute, Mandate, Samenwerkingsverband, School
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Brin,
    Oin,
    Organisation,
    RoutingKey,
    Vestiging,
)
from wissel.server.registry.rules.mandates import allow_start
from wissel.server.registry.scope import Scope

_URL_LIMIT: Final = 500
_URL: Final = re.compile(
    r"https://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?P<port>:[1-9][0-9]{0,4})?"
    r"(?P<rest>[/?][!-\"$-~]*)?"
)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LAST_PORT: Final = 65535
_HOST_LIMIT: Final = 253


def address(url: str, *, forwardable: bool) -> str:
    """Return a URL with its host in lower case, or raise `Refused(URL_INVALID)`.

    For a service that the hub forwards it is `https://host[:port]`; for another
    a path and a query may follow. A user, a password or a fragment is never
    accepted, nor more than 500 characters.
    """
    parts = _URL.fullmatch(url) if len(url) <= _URL_LIMIT else None
    if parts is None:
        raise _url_invalid()
    host, port, rest = parts["host"].lower(), parts["port"] or "", parts["rest"] or ""
    if not _is_host(host) or int(port[1:] or 1) > _LAST_PORT or (rest and forwardable):
        raise _url_invalid()
    return f"https://{host}{port}{rest}"


def own_key(key: RoutingKey, giver: School | Samenwerkingsverband) -> RoutingKey:
    """Return a routing key of this organisation.

    `Refused(ROUTING_KEY_FOREIGN)` if it is of another; `ROUTING_KEY_RESERVED` if
    it is the organisation's own OIN.
    """
    oin = oin_of(giver)
    name = giver.brin if isinstance(giver, School) else giver.code
    if not key.belongs_to(oin):
        raise Refused(
            Reason.ROUTING_KEY_FOREIGN, field="routing_key", routing_key=key, organisation=name
        )
    if key.reserved_for(oin):
        raise Refused(
            Reason.ROUTING_KEY_RESERVED, field="routing_key", routing_key=key, organisation=name
        )
    return key


def oin_of(giver: School | Samenwerkingsverband) -> Oin:
    """Return the OIN of an organisation; its routing keys begin with the stem of that."""
    return giver.brin.oin if isinstance(giver, School) else giver.oin


def own_vestiging(
    text: str, giver: School | Samenwerkingsverband, day: dt.date
) -> Vestiging | None:
    """Return the vestiging written as `02` or `99XA02`, None for an empty text.

    It is of this school (IDENTIFIER_MALFORMED, VESTIGING_NOT_FOUND) and open on
    the day (SCHOOL_CLOSED). A samenwerkingsverband has none (FIELD_INVALID).
    """
    if not text:
        return None
    if not isinstance(giver, School):
        raise Refused(
            Reason.FIELD_INVALID, field="vestiging", problem="a samenwerkingsverband has none"
        )
    vestiging = Vestiging.within(giver.brin, text, "vestiging")
    for location in giver.locations:
        if location.vestiging == vestiging:
            if location.closed is not None and location.closed < day:
                raise Refused(
                    Reason.SCHOOL_CLOSED,
                    field="vestiging",
                    organisation=vestiging,
                    closed=str(location.closed),
                )
            return vestiging
    raise Refused(Reason.VESTIGING_NOT_FOUND, field="vestiging", vestiging=vestiging)


def allowed_aanleverpunt(
    point: Aanleverpunt | None,
    vestiging: Vestiging | None,
    attribute: Attribute,
    giver: School | Samenwerkingsverband,
) -> Aanleverpunt | None:
    """Return the aanleverpunt, or raise `Refused(AANLEVERPUNT_INVALID)` (R9).

    By default (None) the school's own system at a vestiging gets the number of
    that vestiging, and any other system none. Below 100 it equals the number of
    the vestiging, or without a vestiging that of some location of the school:
    `0` only if there is a location 00. From 100 on it is an extra one, which an operator
    approves.
    """
    if point is None:
        if vestiging is None or attribute is not Attribute.LAS:
            return None
        return Aanleverpunt(vestiging.number)
    if point.extra:
        fits = True
    elif vestiging is not None:
        fits = int(point) == vestiging.number
    else:
        locations = giver.locations if isinstance(giver, School) else ()
        fits = any(int(point) == location.vestiging.number for location in locations)
    if not fits:
        raise Refused(
            Reason.AANLEVERPUNT_INVALID,
            field="aanleverpunt",
            aanleverpunt=point,
            vestiging=vestiging or "",
        )
    return point


def fitting_attribute(attribute: Attribute | None, organisation: Organisation) -> Attribute:
    """Return the attribute, by default LAS for a school and SWV for a samenwerkingsverband.

    `Refused(FIELD_INVALID)` for SWV at a school or LAS at a samenwerkingsverband:
    no route would ever find such an endpoint.
    """
    own, other = Attribute.LAS, Attribute.SWV
    if not isinstance(organisation, Brin):
        own, other = other, own
    if attribute is other:
        raise Refused(
            Reason.FIELD_INVALID,
            field="attribute",
            problem=f"{attribute} does not fit {organisation}",
        )
    return attribute or own


def endpoint_period(
    start: dt.date | None, end: dt.date | None, mandate: Mandate, today: dt.date, scope: Scope
) -> Period:
    """Return the period of a new endpoint.

    By default its first day is today, or the mandate's if that is later; in the
    past only for an operator (DATE_IN_PAST). Its last day is not before it
    (PERIOD_INVALID). At least one of its days is the mandate's
    (ENDPOINT_OUTSIDE_MANDATE); on the others no route leads to it.
    """
    first = max(today, mandate.period.start) if start is None else allow_start(start, today, scope)
    period = Period.parse(first, end)
    refuse_outside(period, mandate)
    return period


def refuse_outside(period: Period, mandate: Mandate) -> None:
    """Raise `Refused(ENDPOINT_OUTSIDE_MANDATE)` if a period shares no day with a mandate."""
    if not period.overlaps(mandate.period):
        raise Refused(
            Reason.ENDPOINT_OUTSIDE_MANDATE,
            field="start_date",
            mandate_id=str(mandate.mandate_id),
            start=str(mandate.period.start),
            end=str(mandate.period.end or ""),
        )


def _is_host(host: str) -> bool:
    """Whether it is an IP address, or a name that cannot be taken for one."""
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
        else:
            ipaddress.IPv4Address(host)
    except ValueError:
        labels = host.split(".")
        # A last label that begins with a digit, as in 127.1 or 0x7f.0x1, some
        # resolvers read as an address.
        return (
            len(host) <= _HOST_LIMIT
            and all(_LABEL.fullmatch(label) for label in labels)
            and labels[-1][0].isalpha()
        )
    return True


def _url_invalid() -> Refused:
    """Return the refusal; it does not repeat the text, which may hold a password."""
    return Refused(Reason.URL_INVALID, field="url")
