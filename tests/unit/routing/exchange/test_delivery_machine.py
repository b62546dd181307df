"""The life of a message, step by step; `test_delivery_life` has it as a whole."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from support.builders.orders import DIGEST, DONE, FAILED, LATER, NO, NOW, UNCERTAIN, order
from support.cast import STRANGER
from wissel.routing.exchange.delivery import Delivery, Result, State
from wissel.routing.exchange.delivery_moves import (
    claim,
    expire,
    finish,
    reduced,
    settle,
    stored_answer,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

OTHER_DIGEST = b"\x02" * 32


def ended(result: Result) -> Delivery:
    delivery = finish(claim(None, order(), NOW), 1, result, NOW)
    assert delivery is not None
    return delivery


def test_a_new_message_is_accepted() -> None:
    delivery = claim(None, order(), NOW)

    assert (delivery.state, delivery.attempt, delivery.accepted) == (State.ACCEPTED, 1, NOW)


def test_a_delivered_message_is_answered_with_itself_whatever_the_clock_says() -> None:
    delivered = ended(DONE)

    assert stored_answer(delivered, DIGEST, LATER + dt.timedelta(days=400)) is delivered
    assert claim(delivered, order(receiver_oin=STRANGER.oin), LATER) is delivered


@pytest.mark.parametrize(
    ("delivery", "digest", "reason"),
    [
        (ended(DONE), OTHER_DIGEST, Reason.MESSAGE_ID_REUSED),
        (ended(FAILED), OTHER_DIGEST, Reason.MESSAGE_ID_REUSED),
        (ended(NO), DIGEST, Reason.RECEIVER_REFUSED),
        (claim(None, order(), NOW), DIGEST, Reason.MESSAGE_IN_PROGRESS),
    ],
)
def test_what_a_repeated_message_is_refused_with(
    delivery: Delivery, digest: bytes, reason: Reason
) -> None:
    with pytest.raises(Refused) as refused:
        stored_answer(delivery, digest, NOW)

    assert refused.value.reason is reason


def test_a_refusal_by_the_receiver_is_the_same_each_time() -> None:
    with pytest.raises(Refused) as refused:
        stored_answer(ended(NO), DIGEST, LATER)

    assert refused.value.metadata == {"receiver_reason": "FULL", "receiver_text": "Vol."}


def test_a_message_in_progress_says_when_to_come_back() -> None:
    with pytest.raises(Refused) as refused:
        stored_answer(claim(None, order(), NOW), DIGEST, NOW)

    assert refused.value.retry_after == 1.0


def test_a_failed_message_may_go_by_any_route() -> None:
    again = claim(ended(FAILED), order(receiver_oin=STRANGER.oin), NOW)

    assert (again.state, again.attempt, again.bound) == (State.ACCEPTED, 2, False)


@pytest.mark.parametrize("delivery", [ended(UNCERTAIN), claim(None, order(), NOW)])
def test_an_uncertain_message_goes_to_the_same_receiver_only(delivery: Delivery) -> None:
    again = claim(delivery, order(endpoint_id=UUID(int=9)), LATER)

    assert (again.attempt, again.bound) == (2, True)
    with pytest.raises(Refused) as refused:
        claim(delivery, order(receiver_oin=STRANGER.oin), LATER)
    assert refused.value.reason is Reason.DELIVERY_UNCERTAIN


def test_a_failure_does_not_make_an_uncertain_message_certain() -> None:
    """Attempt 1 may have arrived; that attempt 2 did not says nothing about it."""
    second = claim(ended(UNCERTAIN), order(lease_until=LATER), NOW)

    after = finish(second, 2, FAILED, NOW)

    assert after is not None
    assert after.state is State.UNCERTAIN
    with pytest.raises(Refused, match="DELIVERY_UNCERTAIN"):
        claim(after, order(receiver_oin=STRANGER.oin), NOW)


@pytest.mark.parametrize(
    ("delivery", "attempt"),
    [
        (None, 1),
        (ended(DONE), 1),
        (claim(None, order(), NOW), 2),
        (claim(ended(FAILED), order(), NOW), 1),
    ],
)
def test_a_result_that_comes_too_late_is_discarded(delivery: Delivery | None, attempt: int) -> None:
    assert finish(delivery, attempt, DONE, NOW) is None


def test_the_sweeper_ends_what_nobody_owns_and_settles_it() -> None:
    running = claim(None, order(), NOW)
    assert expire(running, NOW) is running

    lost = expire(running, LATER)

    assert lost.state is State.UNCERTAIN
    assert settle(lost, 2, DONE, LATER) is None
    assert settle(lost, 1, FAILED, LATER) is None
    settled = settle(lost, 1, DONE, LATER)
    assert settled is not None
    assert settled.state is State.DELIVERED


@pytest.mark.parametrize(
    "fields",
    [
        {"state": State.DELIVERED},
        {"state": State.DELIVERED, "hub_receipt": b"x"},
        {"state": State.FAILED, "hub_receipt": b"x", "receiver_receipt": b"y"},
        {"state": State.ACCEPTED},
    ],
)
def test_receipts_and_delivered_belong_together(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="belong together"):
        Result(**fields)


@pytest.mark.parametrize("result", [DONE, NO, FAILED, UNCERTAIN])
@pytest.mark.parametrize(
    ("digest", "reason"),
    [(DIGEST, Reason.ENVELOPE_EXPIRED), (OTHER_DIGEST, Reason.MESSAGE_ID_REUSED)],
)
def test_a_reduced_message_never_moves_again(result: Result, digest: bytes, reason: Reason) -> None:
    kept = reduced(ended(result), b"", b"")

    for at in (NOW, LATER, NOW + dt.timedelta(days=10_000)):
        with pytest.raises(Refused) as asked:
            stored_answer(kept, digest, at)
        with pytest.raises(Refused) as claimed:
            claim(kept, order(header_digest=digest), at)
        assert (reason, reason) == (asked.value.reason, claimed.value.reason)
    assert finish(kept, 1, DONE, NOW) is None
