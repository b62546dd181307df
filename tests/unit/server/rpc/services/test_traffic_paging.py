"""The page token of ListDeliveries holds a position, and takes nothing else for one."""

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wissel.routing.exchange.delivery import Position
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.services.traffic.paging import parse_position, position_text

OIN = "00000003990000030000"
ID = "00000000-0000-0000-0000-000000000001"
NOON = "2026-03-02T12:00:00+00:00"


@given(
    st.datetimes(timezones=st.just(dt.UTC)),
    st.integers(0, 2**128 - 1),
)
def test_a_position_comes_back_as_it_was(accepted: dt.datetime, message: int) -> None:
    position = Position(accepted, Oin(OIN), UUID(int=message))

    assert position == parse_position(position_text(position))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("17", id="of a version that paged by number"),
        pytest.param(f"{NOON} {OIN}", id="without a message"),
        pytest.param(f"{NOON} {OIN} {ID} ", id="with more"),
        pytest.param(f"2026-03-02T12:00:00 {OIN} {ID}", id="of no zone"),
        pytest.param(f"2026-03-02T12:00:00+01:00 {OIN} {ID}", id="of another zone"),
        pytest.param(f"0001-01-01T00:00:00+14:00 {OIN} {ID}", id="before all years"),
        pytest.param(f"2026-03-02 {OIN} {ID}", id="a day"),
        pytest.param(f"yesterday {OIN} {ID}", id="no time"),
        pytest.param(f"{NOON} {OIN[:-1]} {ID}", id="no OIN"),
        pytest.param(f"{NOON} {OIN} {ID[:-1]}", id="no message id"),
        pytest.param(f"{NOON} {OIN} {{{ID}}}", id="a message id written otherwise"),
    ],
)
def test_what_is_no_position_is_no_page_token(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_position(text)

    assert Reason.PAGE_TOKEN_INVALID is refused.value.reason
