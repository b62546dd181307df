"""Whether what a source provides is what it was asked for (design.md#fetching)."""

from typing import Protocol
from uuid import UUID

from wissel.routing.exchange.envelope import Address, EnvelopeContext, Kind
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin


class Asked(Protocol):
    """What a source was asked for: as the hub ordered it, or as the requester knows it."""

    @property
    def hub_oin(self) -> Oin:
        """The hub."""

    @property
    def session_id(self) -> UUID:
        """The session."""

    @property
    def source_oin(self) -> Oin:
        """Who gives it."""

    @property
    def source(self) -> Address:
        """From which delivery point."""

    @property
    def requester_oin(self) -> Oin:
        """Who fetches it."""

    @property
    def requester(self) -> Address:
        """To which delivery point."""

    @property
    def kind(self) -> Kind:
        """Of which kind it is."""


def check_provided(order: Asked, signer: Oin, context: EnvelopeContext) -> None:
    """Check a header that a source gave for an order, before or after the hub passed it on.

    1. It was signed by the source that was asked, which names itself as sender.
    2. It was made for this hub and session, and for the requester that fetches.
    3. Its kind is that of the session.
    4. It leads from the delivery point that was asked to that of the requester.

    Raises `Refused(SOURCE_INVALID)` with the first field that differs.
    """
    said = (
        # 1.
        ("signer", signer, order.source_oin),
        ("sender_oin", context.sender_oin, order.source_oin),
        # 2.
        ("hub_oin", context.hub_oin, order.hub_oin),
        ("session_id", context.session_id, order.session_id),
        ("receiver_oin", context.receiver_oin, order.requester_oin),
        # 3.
        ("overdrachtsoort", context.kind, order.kind),
        # 4.
        ("sender", _point(context.sender), _point(order.source)),
        ("receiver", _point(context.receiver), _point(order.requester)),
    )
    for field, found, expected in said:
        if found != expected:
            raise Refused(Reason.SOURCE_INVALID, problem="it is of another exchange", at=field)


def _point(address: Address) -> tuple[object, object]:
    return address.organisation, address.routing_key
