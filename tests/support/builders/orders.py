"""Orders and results for tests of deliveries."""

import datetime as dt
from typing import Any, Final
from uuid import UUID

from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.delivery import Order, Result, State
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import RoutingKey, ServiceCode

NOW: Final = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
LEASE: Final = dt.timedelta(seconds=125)
LATER: Final = NOW + LEASE
DIGEST: Final = b"\x01" * 32
DONE: Final = Result(state=State.DELIVERED, hub_receipt=b"hub", receiver_receipt=b"las")
NO: Final = Result(state=State.REFUSED, reason=Reason.RECEIVER_REFUSED, detail="FULL", text="Vol.")
FAILED: Final = Result(state=State.FAILED, reason=Reason.RECEIVER_UNREACHABLE)
UNCERTAIN: Final = Result(state=State.UNCERTAIN, reason=Reason.RECEIVER_TIMEOUT)


def order(**changes: Any) -> Order:
    """Return an order from Noord to Zuid, but for `changes`."""
    values: dict[str, Any] = {
        "sender_oin": NOORD.oin,
        "message_id": UUID(int=1),
        "header_digest": DIGEST,
        "receiver_oin": ZUID.oin,
        "sender": "99XA",
        "receiver": "99XB02",
        "service": ServiceCode("OSO_OV"),
        "kind": "overstapdossier",
        "routing_key": RoutingKey("0000000700099XB00002"),
        "endpoint_id": UUID(int=2),
        "sender_mandate_id": UUID(int=3),
        "receiver_mandate_id": UUID(int=4),
        "registry_revision": 7,
        "payload_size": 10,
        "payload_sha256": b"\x05" * 32,
        "owner": "one",
        "lease_until": NOW + LEASE,
    }
    return Order(**{**values, **changes})
