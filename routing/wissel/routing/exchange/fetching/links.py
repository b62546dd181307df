"""The link between a school and a samenwerkingsverband about one pupil: OSO's koppelsleutel.

A school announces a swv-dossier; the hub makes a random key, under which the
samenwerkingsverband fetches it and sends its terugkoppeling. The hub keeps the digest
of the key and between whom it counts (design.md#links).
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from wissel.routing.exchange.envelope import EnvelopeContext, Kind
from wissel.routing.exchange.fetching.orders import DossierKey, ProvideOrder
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Oin, Organisation, RoutingKey

_LEAP_DAY: Final = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Between whom a link key counts, and until when; both ends with OIN and delivery point."""

    source_oin: Oin
    source: Brin
    source_routing_key: RoutingKey
    requester_oin: Oin
    requester: Organisation
    requester_routing_key: RoutingKey
    expires: dt.datetime


def link_digest(key: UUID) -> bytes:
    """Return what is kept of a link key: the SHA-256 of its 16 bytes."""
    return hashlib.sha256(key.bytes).digest()


def twelve_months_after(moment: dt.datetime) -> dt.datetime:
    """Return the same moment a year later; 28 February for 29 February."""
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return moment.replace(year=moment.year + 1, day=_LEAP_DAY)


def require_key_of_kind(kind: Kind, key: DossierKey) -> None:
    """Demand a link key for a swv-dossier, and a search key for all others.

    Which pupil a swv-dossier is about no number says (PaO.LL12). Raises
    `Refused(FIELD_REQUIRED)`.
    """
    if isinstance(key, UUID) is not (kind is Kind.SWV):
        field = "link_key" if kind is Kind.SWV else "search_key"
        raise Refused(Reason.FIELD_REQUIRED, field=field)


def check_fetch(link: Link | None, order: ProvideOrder, now: dt.datetime) -> None:
    """Check that a link is that of a fetch: of both organisations, OINs and delivery points.

    Raises `Refused(LINK_KEY_INVALID)`, which does not tell what differs.
    """
    source, requester = order.source, order.requester
    ordered = (
        (order.source_oin, source.organisation, source.routing_key),
        (order.requester_oin, requester.organisation, requester.routing_key),
    )
    if link is None or now >= link.expires or ordered != _ends(link):
        raise Refused(Reason.LINK_KEY_INVALID)


def check_feedback(link: Link | None, context: EnvelopeContext, now: dt.datetime) -> Link:
    """Return the link of a terugkoppeling, if it may have it.

    1. The link is known and has not expired.
    2. The sender is the link's requester: its OIN, organisation and delivery point.
    3. The receiver is the school of the link, whoever acts for it now.

    Raises `Refused(LINK_KEY_INVALID)`.
    """
    # 1.
    if link is None or now >= link.expires:
        raise Refused(Reason.LINK_KEY_INVALID)
    # 2.
    sender = (context.sender_oin, context.sender.organisation, context.sender.routing_key)
    if sender != _ends(link)[1]:
        raise Refused(Reason.LINK_KEY_INVALID)
    # 3.
    if context.receiver.organisation != link.source:
        raise Refused(Reason.LINK_KEY_INVALID)
    return link


_End = tuple[Oin, Organisation, RoutingKey]


def _ends(link: Link) -> tuple[_End, _End]:
    return (
        (link.source_oin, link.source, link.source_routing_key),
        (link.requester_oin, link.requester, link.requester_routing_key),
    )
