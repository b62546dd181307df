"""The hub's order to a source: give this dossier, to this requester, in this session."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from uuid import UUID

from wissel.routing.exchange.envelope import (
    DOSSIERS,
    SKEW,
    Address,
    Kind,
    parse_choice,
    parse_message_id,
)
from wissel.routing.exchange.message_shapes import Moment, OrderMessage
from wissel.routing.exchange.messages import (
    Fields,
    address_fields,
    address_of,
    instant_fields,
    instant_of,
    parse_strict,
)
from wissel.routing.exchange.receipt_messages import refused_as
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import PROVIDE_ORDER, Signed, verify
from wissel.routing.signing.trusted_path import PathFinder
from wissel.routing.values.identifiers import Oin

SEARCH_KEY_BYTES: Final = 32
MOST_VERSIONS: Final = 10
"""Versions that a requester may say it accepts."""
MOST_TEXT: Final = 64
"""Characters of the id of a key; those of a version are three times as many."""

DossierKey: TypeAlias = bytes | UUID
"""Which dossier: a search key of 32 bytes, or a link key. Neither tells whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a requester asks of one delivery point of a source.

    With a search key come the ids of the two systems' keys with which it was made.
    `if_collected_after`: only a dossier newer than that. `accepted_versions`: those
    that the requester reads, any if there are none.
    """

    key: DossierKey = field(repr=False)
    source_key_id: str = ""
    requester_key_id: str = ""
    if_collected_after: dt.datetime | None = None
    accepted_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideOrder:
    """What the hub signs for a source; `source` and `requester` have their routing keys."""

    hub_oin: Oin
    session_id: UUID
    source_oin: Oin
    source: Address
    requester_oin: Oin
    requester: Address
    kind: Kind
    wish: Wish
    issued: dt.datetime
    expires: dt.datetime


def parse_wish(
    *,
    search_key: bytes,
    link_key: str,
    source_key_id: str,
    requester_key_id: str,
    if_collected_after: dt.datetime | None,
    accepted_versions: tuple[str, ...],
) -> Wish:
    """Return what is asked for, or raise `Refused` with the field at fault.

    There is one key: 32 bytes, or a UUID. Ids of keys have at most 64 printable
    characters, and at most 10 versions are named, of 192 each.
    """
    for name, text in (("source_key_id", source_key_id), ("requester_key_id", requester_key_id)):
        _require_text(text, MOST_TEXT, name)
    if len(accepted_versions) > MOST_VERSIONS:
        raise Refused(Reason.FIELD_INVALID, field="accepted_versions")
    for version in accepted_versions:
        _require_text(version, 3 * MOST_TEXT, "accepted_versions")
    return Wish(
        key=_key_of(search_key, link_key),
        source_key_id=source_key_id,
        requester_key_id=requester_key_id,
        if_collected_after=if_collected_after,
        accepted_versions=accepted_versions,
    )


def verify_order(
    signed: Signed,
    message_type: type[OrderMessage],
    paths: PathFinder,
    *,
    hub_oin: Oin,
    source_oin: Oin,
    now: dt.datetime,
) -> ProvideOrder:
    """Return the order that a source was given.

    1. It is signed as an order, by a path that is trusted now.
    2. The verified bytes are an order, without unknown fields.
    3. Its signer is the hub that it names, and the source's own one.
    4. It is for this source.
    5. It was not made later than now and has not expired, give or take five minutes.

    Raises `Refused(ORDER_INVALID)`.
    """
    with refused_as(Reason.ORDER_INVALID):
        # 1.
        verified = verify(signed, PROVIDE_ORDER, paths, now)
        # 2.
        order = read_order(verified.payload, message_type)
        # 3.
        if not verified.signer == order.hub_oin == hub_oin:
            raise Refused(Reason.ORDER_INVALID, problem="of another hub", at="hub_oin")
        # 4.
        if order.source_oin != source_oin:
            raise Refused(Reason.ORDER_INVALID, problem="for another source", at="source_oin")
        # 5.
        if not order.issued - SKEW <= now < order.expires + SKEW:
            raise Refused(Reason.ORDER_INVALID, problem="out of time", at="expire_time")
    return order


def read_order(data: bytes, message_type: type[OrderMessage]) -> ProvideOrder:
    """Return the order in *verified* bytes, or raise `Refused` with the field at fault."""
    message = parse_strict(message_type, data, Reason.ORDER_INVALID)
    return ProvideOrder(
        hub_oin=Oin.parse(message.hub_oin, "hub_oin"),
        session_id=parse_message_id(message.session_id, "session_id"),
        source_oin=Oin.parse(message.source_oin, "source_oin"),
        source=address_of(message.source, "source"),
        requester_oin=Oin.parse(message.requester_oin, "requester_oin"),
        requester=address_of(message.requester, "requester"),
        kind=Kind(parse_choice(message.overdrachtsoort, DOSSIERS, "overdrachtsoort")),
        wish=parse_wish(
            search_key=message.search_key,
            link_key=message.link_key,
            source_key_id=message.source_key_id,
            requester_key_id=message.requester_key_id,
            if_collected_after=optional_instant(message.if_collected_after),
            accepted_versions=tuple(message.accepted_versions),
        ),
        issued=instant_of(message.issued_time, "issued_time"),
        expires=instant_of(message.expire_time, "expire_time"),
    )


def order_fields(order: ProvideOrder) -> Fields:
    """Return the fields of a ProvideOrder."""
    wish = order.wish
    return {
        "hub_oin": order.hub_oin,
        "session_id": str(order.session_id),
        "source_oin": order.source_oin,
        "source": address_fields(order.source),
        "requester_oin": order.requester_oin,
        "requester": address_fields(order.requester),
        "overdrachtsoort": order.kind.value,
        **_key_fields(wish.key),
        "source_key_id": wish.source_key_id,
        "requester_key_id": wish.requester_key_id,
        "if_collected_after": instant_fields(wish.if_collected_after)
        if wish.if_collected_after
        else None,
        "accepted_versions": wish.accepted_versions,
        "issued_time": instant_fields(order.issued),
        "expire_time": instant_fields(order.expires),
    }


def key_bytes(key: DossierKey) -> bytes:
    """Return the bytes of a key, of which a digest is kept."""
    return key.bytes if isinstance(key, UUID) else key


def optional_instant(message: Moment) -> dt.datetime | None:
    """Return the instant of a Timestamp, None for one that is not set."""
    if not message.seconds and not message.nanos:
        return None
    return instant_of(message, "if_collected_after")


def _key_of(search_key: bytes, link_key: str) -> DossierKey:
    if link_key:
        return parse_message_id(link_key, "link_key")
    if not search_key:
        raise Refused(Reason.FIELD_REQUIRED, field="search_key")
    if len(search_key) != SEARCH_KEY_BYTES:
        raise Refused(Reason.FIELD_INVALID, field="search_key")
    return search_key


def _key_fields(key: DossierKey) -> Fields:
    return {"link_key": str(key)} if isinstance(key, UUID) else {"search_key": key}


def _require_text(text: str, most: int, field: str) -> None:
    if len(text) > most or not text.isprintable():
        raise Refused(Reason.FIELD_INVALID, field=field)
