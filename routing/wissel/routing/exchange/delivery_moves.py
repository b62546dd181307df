"""The life of a message: the one state machine of forwarding (design.md#states).

    claim ──> ACCEPTED ──> DELIVERED    a receipt is in hand; final
                 │  │ └──> REFUSED      the receiver will never take it; final
                 │  └────> FAILED       the final chunk cannot have been sent: again, on any route
                 └───────> UNCERTAIN    it may have been: again, but only to the same receiver

A message that is ACCEPTED past its lease counts as UNCERTAIN: its process has
ended, and how far it came is not known. Years later a delivery is reduced to what
is kept for good, and its message is never delivered again (design.md#retention).
All functions here are functions of values; the journal applies them under its
lock. They keep two promises: no receipt without a delivery, and no second import
by a receiver that deduplicates.
"""

import datetime as dt
from dataclasses import replace

from wissel.routing.exchange.delivery import (
    FINAL,
    Delivery,
    Known,
    Order,
    ReducedDelivery,
    Result,
    State,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import day_of


def stored_answer(known: Known | None, header_digest: bytes, now: dt.datetime) -> Delivery | None:
    """Return a message's delivery if it is DELIVERED, or None if the message may be tried.

    The stored receipts of a delivered message are the answer, whatever clock and
    register say now (step 4 of forwarding).

    1. Another header has this message id: `Refused(MESSAGE_ID_REUSED)`.
    2. It was reduced, so its envelope has expired: `Refused(ENVELOPE_EXPIRED)`.
    3. It is DELIVERED: its delivery is returned.
    4. It is REFUSED: the same refusal again, `Refused(RECEIVER_REFUSED)`.
    5. An attempt owns it: `Refused(MESSAGE_IN_PROGRESS)`, with the seconds to wait.
    6. It has FAILED, is UNCERTAIN, or its lease has run out: it may be tried.
    """
    if known is None:
        return None
    # 1.
    _require_header(known, header_digest)
    # 2.
    delivery = _require_whole(known)
    # 3.
    if delivery.state is State.DELIVERED:
        return delivery
    # 4.
    if delivery.state is State.REFUSED:
        raise refusal_of(delivery)
    # 5.
    if owned(delivery, now):
        wait = (delivery.order.lease_until - now).total_seconds()
        raise Refused(
            Reason.MESSAGE_IN_PROGRESS,
            retry_after=min(wait, 1.0),
            message_id=str(delivery.order.message_id),
        )
    # 6.
    return None


def claim(known: Known | None, order: Order, now: dt.datetime) -> Delivery:
    """Return the delivery once `order` is accepted (step 5 of forwarding).

    A message that is DELIVERED is returned as it is. Raises what `stored_answer`
    raises, and `Refused(DELIVERY_UNCERTAIN)` for an uncertain message whose order
    goes to another receiver than the one that may hold it.
    """
    delivered = stored_answer(known, order.header_digest, now)
    if delivered is not None:
        return delivered
    if known is None:
        return Delivery(order=order, attempt=1, state=State.ACCEPTED, accepted=now, updated=now)
    delivery = _require_whole(known)
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


def finish(known: Known | None, attempt: int, result: Result, now: dt.datetime) -> Delivery | None:
    """Return the delivery once an attempt has ended, or None if the result came too late.

    Only the attempt that owns the message may end it. The result of any other is
    discarded: its lease had run out, and a later attempt or the sweeper has
    decided. A bound message that fails is uncertain, as it was before.
    """
    delivery = known if isinstance(known, Delivery) else None
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


def reduced(
    delivery: Delivery, hub_receipt_digest: bytes, receiver_receipt_digest: bytes
) -> ReducedDelivery:
    """Return what is kept for good of a delivery that has ended.

    Both digests are empty for a message that was not delivered.
    """
    return ReducedDelivery(
        sender_oin=delivery.order.sender_oin,
        message_id=delivery.order.message_id,
        header_digest=delivery.order.header_digest,
        state=delivery.state,
        day=day_of(delivery.accepted),
        hub_receipt_digest=hub_receipt_digest,
        receiver_receipt_digest=receiver_receipt_digest,
    )


def refusal_of(delivery: Delivery) -> Refused:
    """Return the receiver's final refusal as `Refused(RECEIVER_REFUSED)`, the same each time."""
    result = delivery.result
    detail, text = (result.detail, result.text) if result else ("", "")
    return Refused(Reason.RECEIVER_REFUSED, receiver_reason=detail, receiver_text=text)


def _require_header(known: Known, header_digest: bytes) -> None:
    order = known.order if isinstance(known, Delivery) else known
    if order.header_digest != header_digest:
        raise Refused(Reason.MESSAGE_ID_REUSED, message_id=str(order.message_id))


def _require_whole(known: Known) -> Delivery:
    """Return a delivery that was not reduced, or raise `Refused(ENVELOPE_EXPIRED)`.

    No envelope lives as long as a delivery is kept in full.
    """
    if isinstance(known, ReducedDelivery):
        raise Refused(Reason.ENVELOPE_EXPIRED, message_id=str(known.message_id))
    return known
