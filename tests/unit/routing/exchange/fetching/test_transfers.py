"""The rules of sessions: which difference is which refusal, and that the first end stands."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.sessions import NOW, SESSION, TERMS
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.transfers import (
    LIFETIME,
    TransferResult,
    best,
    check_transfer,
    sign_off,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, RoutingKey, Swv


def test_a_session_is_what_it_was_started_as() -> None:
    assert check_transfer(SESSION, TERMS, NOW) == SESSION
    assert check_transfer(SESSION, TERMS, NOW + LIFETIME - dt.timedelta(seconds=1)) == SESSION


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": Brin("99XB")}, Reason.SESSION_DEVIATES),
        ({"requester": Swv("PO9901")}, Reason.SESSION_DEVIATES),
        ({"kind": Kind.WITHIN_BRIN}, Reason.SESSION_DEVIATES),
        (
            {"requester_routing_key": RoutingKey("0000000700099XC00002")},
            Reason.DELIVERY_POINT_UNKNOWN,
        ),
    ],
)
def test_a_difference_is_refused(change: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        check_transfer(SESSION, replace(TERMS, **change), NOW)

    assert refused.value.reason is reason


def test_the_end_goes_before_expiry_and_both_before_differences() -> None:
    other = replace(TERMS, source=Brin("99XB"))
    ended = sign_off(SESSION, ZUID.oin, TransferResult.NOT_READY, NOW)
    for session, at, reason in (
        (None, NOW, Reason.SESSION_UNKNOWN),
        (ended, NOW + LIFETIME, Reason.SESSION_SIGNED_OFF),
        (SESSION, NOW + LIFETIME, Reason.SESSION_EXPIRED),
        (SESSION, NOW, Reason.SESSION_DEVIATES),
    ):
        with pytest.raises(Refused) as refused:
            check_transfer(session, other, at)
        assert refused.value.reason is reason


@given(st.lists(st.sampled_from(TransferResult), min_size=1, max_size=6))
def test_the_first_end_stands_whatever_is_said_later(results: list[TransferResult]) -> None:
    session = SESSION
    for result in results:
        try:
            session = sign_off(session, ZUID.oin, result, NOW)
        except Refused as refused:
            assert refused.reason is Reason.SESSION_SIGNED_OFF  # noqa: PT017 - others pass
            assert result is not results[0]
    assert session.result is results[0]


def test_nobody_else_ends_a_session() -> None:
    with pytest.raises(Refused, match="SESSION_UNKNOWN"):
        sign_off(SESSION, NOORD.oin, TransferResult.NOT_READY, NOW)
    with pytest.raises(Refused, match="SESSION_UNKNOWN"):
        sign_off(None, ZUID.oin, TransferResult.NOT_READY, NOW)
    with pytest.raises(Refused, match="SESSION_EXPIRED"):
        sign_off(SESSION, ZUID.oin, TransferResult.NOT_READY, NOW + LIFETIME)


@given(st.sets(st.sampled_from(TransferResult), min_size=1))
def test_the_best_result_is_the_highest_of_the_ladder(results: set[TransferResult]) -> None:
    ladder = list(TransferResult)

    assert best(results) in results
    assert all(ladder.index(best(results)) <= ladder.index(each) for each in results)
