"""What a journal knows of a message: its order, its state, how its last attempt ended.

The moves from one state to the next are in `delivery_moves` (design.md#states).
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from wissel.routing.exchange.envelope import LIFETIME
from wissel.routing.facts import TEST_SCHOOL
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Oin, Organisation, RoutingKey, ServiceCode, Swv


class State(StrEnum):
    """Where a message stands."""

    ACCEPTED = "ACCEPTED"
    DELIVERED = "DELIVERED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    UNCERTAIN = "UNCERTAIN"


ENDS: Final = frozenset({State.DELIVERED, State.REFUSED, State.FAILED, State.UNCERTAIN})
"""How an attempt can end."""

FINAL: Final = frozenset({State.DELIVERED, State.REFUSED})
"""States that a message never leaves."""

LEASE_MARGIN: Final = dt.timedelta(seconds=5)
"""How much longer an attempt is owned than it may last."""

REMEMBERED: Final = LIFETIME + dt.timedelta(days=2)
"""How long after its acceptance a receiver may still be asked for a message.

A message expires within its lifetime, receivers keep what they know of it for a
day more (design.md#sdk), and one day is for clocks and queues.
"""

LEAST_KEPT: Final = REMEMBERED + dt.timedelta(days=1)
"""The least time that a delivery is kept in full: until then it may still be settled."""

_BRIN_LENGTH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be delivered, and to whom: all that a claim records.

    `sender` and `receiver` are a vestiging or an organisation, such as `99XA02`
    or `PO9901`. Both digests are SHA-256 in 32 bytes. `owner` names the process
    that owns the attempt until `lease_until`. `payload_sha256` is empty in orders
    that the journal recorded before it had that column.
    """

    sender_oin: Oin
    message_id: UUID
    header_digest: bytes
    receiver_oin: Oin
    sender: str
    receiver: str
    service: ServiceCode
    kind: str
    routing_key: RoutingKey
    endpoint_id: UUID
    sender_mandate_id: UUID | None
    receiver_mandate_id: UUID
    registry_revision: int
    payload_size: int
    payload_sha256: bytes
    owner: str
    lease_until: dt.datetime

    @property
    def sender_organisation(self) -> Organisation:
        """The organisation that sends."""
        return _organisation_of(self.sender)

    @property
    def receiver_organisation(self) -> Organisation:
        """The organisation that receives."""
        return _organisation_of(self.receiver)

    @property
    def test(self) -> bool:
        """Whether it is an exchange with the test school (R7)."""
        return TEST_SCHOOL in (self.sender_organisation, self.receiver_organisation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an attempt ended.

    `reason` is why it was not delivered, `detail` the receiver's own reason for
    a refusal and `text` its sentence. Both receipts are serialized `Signed`
    messages, present exactly when the state is DELIVERED.
    """

    state: State
    reason: Reason | None = None
    detail: str = ""
    text: str = ""
    hub_receipt: bytes = b""
    receiver_receipt: bytes = b""

    def __post_init__(self) -> None:
        receipted = bool(self.hub_receipt) and bool(self.receiver_receipt)
        if self.state not in ENDS or receipted != (self.state is State.DELIVERED):
            raise ValueError("receipts and DELIVERED belong together")


class Position(NamedTuple):
    """Where a delivery stands in lists, which begin with the greatest position.

    First by when it was accepted, to the microsecond. Two hubs may accept
    messages in the same one: then by what tells messages apart.
    """

    accepted: dt.datetime
    sender_oin: Oin
    message_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message in the journal: its last order, the number of its attempt, its state.

    `accepted` is when its first attempt was, `result` that of the last attempt,
    None while it runs. `bound` says that the receiver may hold it from an
    earlier attempt: then no later failure frees it for another one.
    """

    order: Order
    attempt: int
    state: State
    accepted: dt.datetime
    updated: dt.datetime
    result: Result | None = None
    bound: bool = False

    @property
    def position(self) -> Position:
        """Where it stands in lists; the same for as long as it exists."""
        return Position(self.accepted, self.order.sender_oin, self.order.message_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedDelivery:
    """What is kept for good of a message whose delivery was reduced (design.md#retention).

    `day` is the one on which it was accepted, in Amsterdam. All digests are
    SHA-256 in 32 bytes; those of the receipts are of their signed payloads, and
    empty unless the state is DELIVERED. Who received it is not kept.
    """

    sender_oin: Oin
    message_id: UUID
    header_digest: bytes
    state: State
    day: dt.date
    hub_receipt_digest: bytes = b""
    receiver_receipt_digest: bytes = b""


Known: TypeAlias = Delivery | ReducedDelivery
"""What a journal holds of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which deliveries to list; an empty field does not limit them.

    `party` (an OIN) and `organisation` (a BRIN or samenwerkingsverband) are
    their sender or receiver. They were accepted at or after `start` and before
    `end`. Their receiver says `outcome` of them; or they were delivered before
    `silent_since`, and it says nothing.
    """

    party: Oin | None = None
    state: State | None = None
    organisation: str = ""
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    outcome: str = ""
    silent_since: dt.datetime | None = None


def _organisation_of(text: str) -> Organisation:
    """Return the organisation of a vestiging, school or samenwerkingsverband."""
    return Brin(text[:_BRIN_LENGTH]) if text[0].isdigit() else Swv(text)
