"""What is signed about a delivery: the hub's stamp, and the receipts of receiver and hub.

See design.md#receipts. `wissel.routing.exchange.proof` verifies them.
"""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from wissel.routing.values.identifiers import Oin, RoutingKey

RECEIVER_ROLE: Final = "RECEIVER"
HUB_ROLE: Final = "HUB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What each receipt of a delivery repeats, so that none fits another delivery.

    `header_digest` is the SHA-256 of the signed header's payload; both digests
    are 32 bytes. `payload_size` counts the bytes on the wire.
    """

    hub_oin: Oin
    sender_oin: Oin
    receiver_oin: Oin
    message_id: UUID
    header_digest: bytes
    payload_size: int
    payload_sha256: bytes

    def differences(self, other: "Exchange") -> list[str]:
        """Return the names of the fields in which the two differ."""
        return [
            item.name
            for item in fields(self)
            if getattr(self, item.name) != getattr(other, item.name)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStamp:
    """The hub's order to a receiver: take this message, for this routing key, in this attempt.

    `attempt` counts from 1; after `expires` a receiver refuses the stamp.
    """

    hub_oin: Oin
    sender_oin: Oin
    receiver_oin: Oin
    message_id: UUID
    header_digest: bytes
    routing_key: RoutingKey
    endpoint_id: UUID
    registry_revision: int
    attempt: int
    issued: dt.datetime
    expires: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverReceipt:
    """The receiver's statement that it holds the message.

    `stamp_digest` is the SHA-256 of the signed stamp's payload.
    """

    signer_oin: Oin
    exchange: Exchange
    received: dt.datetime
    stamp_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReceipt:
    """The hub's statement that the message was delivered, and by which mandates and endpoint.

    `delivered` is the hub's own claim. `receiver_receipt_digest` is the SHA-256
    of the receiver receipt's signed payload. `revocation_stale` says that a
    revocation list was past its nextUpdate at that moment, `test` that it was an
    exchange with the test school (R7, ADR 28).
    """

    signer_oin: Oin
    exchange: Exchange
    delivered: dt.datetime
    sender_mandate_id: UUID | None
    receiver_mandate_id: UUID
    endpoint_id: UUID
    registry_revision: int
    receiver_receipt_digest: bytes
    revocation_stale: bool = False
    test: bool = False
