"""The life of a message: the one state machine of forwarding (design.md#states).

    claim ──> ACCEPTED ──> DELIVERED    a receipt is in hand; final
                 │  │ └──> REFUSED      the receiver will never take it; final
                 │  └────> FAILED       the final chunk cannot have been sent: again, on any route
                 └───────> UNCERTAIN    it may have been: again, but only to the same receiver

A message that is ACCEPTED past its lease counts as UNCERTAIN: its process has
ended, and how far it came is not known. All functions here are functions of
values; the journal applies them under its lock. They keep two promises: no
receipt without a delivery, and no second import by a receiver that deduplicates.
"""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from wissel.routing.exchange.envelope import LIFETIME
from wissel.routing.refusals.errors import Refused
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
class Wanted:
    """Which deliveries to list; an empty field does not limit them.

    `party` (an OIN) and `organisation` (a BRIN or samenwerkingsverband) are
    their sender or receiver. They were accepted at or after `start` and before
    `end`.
    """

    party: Oin | None = None
    state: State | None = None
    organisation: str = ""
    start: dt.datetime | None = None
    end: dt.datetime | None = None


def stored_answer(
    delivery: Delivery | None, header_digest: bytes, now: dt.datetime
) -> Delivery | None:
    """Return a message's delivery if it is DELIVERED, or None if the message may be tried.

    The stored receipts of a delivered message are the answer, whatever clock and
    register say now (step 4 of forwarding).

    1. Another header has this message id: `Refused(MESSAGE_ID_REUSED)`.
    2. It is DELIVERED: its delivery is returned.
    3. It is REFUSED: the same refusal again, `Refused(RECEIVER_REFUSED)`.
    4. An attempt owns it: `Refused(MESSAGE_IN_PROGRESS)`, with the seconds to wait.
    5. It has FAILED, is UNCERTAIN, or its lease has run out: it may be tried.
    """
    if delivery is None:
        return None
    # 1.
    if delivery.order.header_digest != header_digest:
        raise Refused(Reason.MESSAGE_ID_REUSED, message_id=str(delivery.order.message_id))
    # 2.
    if delivery.state is State.DELIVERED:
        return delivery
    # 3.
    if delivery.state is State.REFUSED:
        raise refusal_of(delivery)
    # 4.
    if owned(delivery, now):
        wait = (delivery.order.lease_until - now).total_seconds()
        raise Refused(
            Reason.MESSAGE_IN_PROGRESS,
            retry_after=min(wait, 1.0),
            message_id=str(delivery.order.message_id),
        )
    # 5.
    return None


def claim(delivery: Delivery | None, order: Order, now: dt.datetime) -> Delivery:
    """Return the delivery once `order` is accepted (step 5 of forwarding).

    A message that is DELIVERED is returned as it is. Raises what `stored_answer`
    raises, and `Refused(DELIVERY_UNCERTAIN)` for an uncertain message whose order
    goes to another receiver than the one that may hold it.
    """
    delivered = stored_answer(delivery, order.header_digest, now)
    if delivered is not None:
        return delivered
    if delivery is None:
        return Delivery(order=order, attempt=1, state=State.ACCEPTED, accepted=now, updated=now)
    bound = delivery.state is not State.FAILED
    if bound and delivery.order.receiver_oin != order.receiver_oin:
        raise Refused(Reason.DELIVERY_UNCERTAIN, message_id=str(order.message_id))
    return replace(
        delivery,
        order=order,
        attempt=delivery.attempt + 1,
        state=State.ACCEPTED,
        updated=now,
        result=None,
        bound=bound,
    )


def finish(
    delivery: Delivery | None, attempt: int, result: Result, now: dt.datetime
) -> Delivery | None:
    """Return the delivery once an attempt has ended, or None if the result came too late.

    Only the attempt that owns the message may end it. The result of any other is
    discarded: its lease had run out, and a later attempt or the sweeper has
    decided. A bound message that fails is uncertain, as it was before.
    """
    if delivery is None or delivery.state is not State.ACCEPTED or delivery.attempt != attempt:
        return None
    if delivery.bound and result.state is State.FAILED:
        result = replace(result, state=State.UNCERTAIN)
    return replace(delivery, state=result.state, result=result, updated=now)


def expire(delivery: Delivery, now: dt.datetime) -> Delivery:
    """Return the delivery, UNCERTAIN if it is ACCEPTED past its lease (a move of the sweeper)."""
    if delivery.state is not State.ACCEPTED or owned(delivery, now):
        return delivery
    lost = Result(state=State.UNCERTAIN, reason=Reason.DELIVERY_UNCERTAIN)
    return replace(delivery, state=State.UNCERTAIN, result=lost, updated=now)


def settle(delivery: Delivery, attempt: int, result: Result, now: dt.datetime) -> Delivery | None:
    """Return an uncertain delivery with the receiver's final answer (a move of the sweeper).

    None if the message is no longer uncertain of that attempt, or `result` is not
    final.
    """
    if delivery.state is not State.UNCERTAIN or delivery.attempt != attempt:
        return None
    if result.state not in FINAL:
        return None
    return replace(delivery, state=result.state, result=result, updated=now)


def owned(delivery: Delivery, now: dt.datetime) -> bool:
    """Whether an attempt is under way whose lease still runs."""
    return delivery.state is State.ACCEPTED and now < delivery.order.lease_until


def refusal_of(delivery: Delivery) -> Refused:
    """Return the receiver's final refusal as `Refused(RECEIVER_REFUSED)`, the same each time."""
    result = delivery.result
    detail, text = (result.detail, result.text) if result else ("", "")
    return Refused(Reason.RECEIVER_REFUSED, receiver_reason=detail, receiver_text=text)


def _organisation_of(text: str) -> Organisation:
    """Return the organisation of a vestiging, school or samenwerkingsverband."""
    return Brin(text[:_BRIN_LENGTH]) if text[0].isdigit() else Swv(text)
