"""The token of a preview, as a function of values (R5)."""

import datetime as dt
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.worlds import small_world as w
from support.worlds.register_world import refused
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.rules.copying import (
    TOKEN_LIFETIME,
    CopyPlan,
    CopyRow,
    CopyState,
    check_token,
    copied_period,
    token_for,
)

NOW: Final = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
SECOND: Final = dt.timedelta(seconds=1)
PLAN: Final = CopyPlan(
    source=w.A_NOORD,
    service=w.services()[0],
    period=copied_period(w.A_NOORD, w.TODAY),
    targets=frozenset(),
    rows=(CopyRow(brin=w.XB, state=CopyState.CAN_COPY),),
)
TOKEN: Final = token_for(PLAN, "p", NOW)


@pytest.mark.parametrize("late", [-SECOND, 0 * SECOND, TOKEN_LIFETIME])
def test_a_token_counts_for_its_lifetime(late: dt.timedelta) -> None:
    check_token(TOKEN, PLAN, "p", NOW + late)


def test_a_token_ends() -> None:
    with refused(Reason.COPY_PREVIEW_STALE):
        check_token(TOKEN, PLAN, "p", NOW + TOKEN_LIFETIME + SECOND)


def test_it_names_nobody() -> None:
    """What it holds are a moment and digests."""
    assert "somebody" not in token_for(PLAN, "mijn-duo:somebody", NOW)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_whatever_is_presented_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        check_token(text, PLAN, "p", NOW)

    assert Reason.COPY_TOKEN_INVALID is caught.value.reason
