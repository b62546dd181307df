"""Prepare and fetch: orders, keys of systems, headers that sources provide, and notifications."""

from collections.abc import Callable, Iterable
from typing import Final

from google.protobuf.message import DecodeError

from fuzz.shaping import patched
from fuzz.target import Target, told
from fuzz.targets.signed.envelopes import (
    changes,
    context_bytes,
    header_around,
    is_canonical,
    paper,
    written,
)
from fuzz.world import HUB_LEAF, NOORD_LEAF, PATHS, sealed
from support.builders.envelopes import NOW, header
from support.sessions import ORDER
from wissel.clients.las.message import notification_of
from wissel.clients.testing.cast import HUB
from wissel.dossier.v1 import dossier_pb2 as pb
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.fetching.orders import (
    order_fields,
    read_order,
    verify_order,
)
from wissel.routing.exchange.fetching.provided import check_provided
from wissel.routing.exchange.fetching.system_keys import read_system_key, system_key_fields
from wissel.routing.exchange.messages import read_header
from wissel.routing.refusals.errors import Refused
from wissel.routing.signing.dsse import PROVIDE_ORDER

_ORDER: Final = pb.ProvideOrder(**order_fields(ORDER)).SerializeToString()
_KEY: Final = pb.SystemKey(
    hub_oin=HUB.oin,
    system_id="noord",
    key_id="6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b05",
    public_key=bytes(range(32)),
)
_KEY.start_time.FromDatetime(NOW)
_KEY.end_time.FromDatetime(NOW.replace(year=NOW.year + 1))
_PROVIDED: Final = header(
    session_id=ORDER.session_id,
    receiver_oin=ORDER.requester_oin,
    sender_oin=ORDER.source_oin,
    sender=ORDER.source,
    receiver=ORDER.requester,
    kind=ORDER.kind,
)
_NOTIFICATION: Final = las.NotifyRequest(
    notification_id="6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b06",
    source_oin=ORDER.source_oin,
    source=pb.ProvideOrder.FromString(_ORDER).source,
    requester=pb.ProvideOrder.FromString(_ORDER).requester,
    overdrachtsoort=ORDER.kind.value,
    link_key="6f1c1f0e-7a1d-4a53-9c39-0a5a3c1d9b07",
).SerializeToString()


def _check_order(data: bytes) -> str:
    """Give a source an order that says what it likes, genuinely signed by the hub or another."""
    by, recipe = data[:1], data[1:]
    leaf = HUB_LEAF if by < b"\xc0" else NOORD_LEAF
    signed = sealed(patched(_ORDER, pb.ProvideOrder.DESCRIPTOR, recipe), PROVIDE_ORDER, leaf)
    try:
        found = verify_order(
            signed,
            pb.ProvideOrder,
            PATHS,
            hub_oin=HUB.oin,
            source_oin=ORDER.source_oin,
            now=ORDER.issued,
        )
    except Refused as refused:
        return told(refused)
    assert leaf == HUB_LEAF, "an order that the hub did not sign"
    assert (found.hub_oin, found.source_oin) == (HUB.oin, ORDER.source_oin)
    assert all(map(is_canonical, (found.source.organisation, found.requester.organisation)))
    return f"accepted {found.kind}"


def _check_provided(data: bytes) -> str:
    """Provide a header whose context says what it likes, for one order."""
    context = patched(context_bytes(_PROVIDED), pb.EnvelopeContext.DESCRIPTOR, data[1:])
    try:
        found = read_header(header_around(context), pb.EnvelopeHeader, pb.EnvelopeContext)
        check_provided(ORDER, found.context.sender_oin, found.context)
    except Refused as refused:
        return told(refused)
    said = found.context
    assert (said.session_id, said.receiver_oin) == (ORDER.session_id, ORDER.requester_oin)
    assert (said.sender.routing_key, said.receiver.routing_key) == (
        ORDER.source.routing_key,
        ORDER.requester.routing_key,
    )
    return "accepted"


def _check_notification(data: bytes) -> str:
    """Notify a LAS of whatever the fields say."""
    try:
        request = las.NotifyRequest.FromString(
            patched(_NOTIFICATION, las.NotifyRequest.DESCRIPTOR, data[1:])
        )
    except DecodeError:
        return "no message"
    try:
        found = notification_of(request)
    except Refused as refused:
        return told(refused)
    assert (found.link_key is None) != (found.session_id is None)
    assert all(map(is_canonical, (found.source_oin, found.source.organisation)))
    return f"about a {'link' if found.link_key else 'session'}"


def _seeds(*starts: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: (start + recipe for start in starts for recipe in (b"", *changes()))


TARGETS: Final = (
    paper("provide_order", pb.ProvideOrder, _ORDER, read_order, written(order_fields)),
    paper(
        "system_key",
        pb.SystemKey,
        _KEY.SerializeToString(),
        read_system_key,
        written(system_key_fields),
    ),
    Target(
        name="order",
        check=_check_order,
        seeds=_seeds(b"\0", b"\xff"),
        max_bytes=1024,
    ),
    Target(name="provided", check=_check_provided, seeds=_seeds(b"\0"), max_bytes=1024),
    Target(
        name="notification",
        check=_check_notification,
        seeds=_seeds(b"\0"),
        max_bytes=1024,
    ),
)
