"""What a mandate lacks before its system can act, and from when it can (R3)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD
from wissel.routing.deciding.decision import Permission
from wissel.routing.deciding.may_act import may_act
from wissel.routing.deciding.outlook import Outlook, outlook
from wissel.routing.facts import AgreementKind, Fact, Mandate, Processing, RolloutStage, RolloutStep
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import SystemId

NEXT_YEAR: Final = w.TODAY + 365 * ONE_DAY
OWN: Final = w.A_NOORD
UNQUALIFIED: Final = w.qualification(w.LAS_NOORD, w.OSO_OV, qualified=False)
CLOSED: Final = w.qualification(w.LAS_NOORD, w.OSO_OV, rollout=RolloutStage.CLOSED)
GAPS: Final[Sequence[tuple[Reason, Fact]]] = (
    (Reason.AGREEMENT_MISSING, w.agreement(w.BOARD_1, AgreementKind.OSO, end=w.START)),
    (Reason.MANDATE_AWAITING, dataclasses.replace(OWN, processing=Processing.AWAITING)),
    (Reason.SYSTEM_NOT_QUALIFIED, UNQUALIFIED),
    (
        Reason.VENDOR_AGREEMENT_MISSING,
        w.agreement(NOORD.oin, AgreementKind.VENDOR_OSO, end=w.START),
    ),
)


def seen(*facts: Fact, mandate: Mandate = OWN, on: dt.date = w.TODAY) -> Outlook:
    found = outlook(w.table(mandate, *facts), mandate, on)
    assert found is not None
    return found


def lacking(found: Outlook) -> list[Reason]:
    return [refusal.reason for refusal in found.lacking]


def test_what_lacks_nothing_acts_from_the_day_that_is_asked_about() -> None:
    assert Outlook(lacking=(), acts_from=w.TODAY, connected=True) == seen()


def test_what_is_planned_acts_from_its_first_day() -> None:
    planned = dataclasses.replace(OWN, period=Period(NEXT_YEAR))

    assert NEXT_YEAR == seen(mandate=planned).acts_from


@given(st.sets(st.sampled_from(GAPS)))
def test_all_that_lacks_is_named_in_the_order_of_deciding(gaps: set[tuple[Reason, Fact]]) -> None:
    """A closed rollout goes along with the qualification of which it is a part."""
    facts = [fact for _, fact in gaps]
    found = outlook(w.table(*facts), OWN, w.TODAY)

    assert found is not None
    assert [reason for reason, _ in GAPS if reason in {one for one, _ in gaps}] == lacking(found)
    assert (found.acts_from is None) is bool(gaps)


def test_a_system_that_is_neither_qualified_nor_open_lacks_both() -> None:
    both = w.qualification(
        w.LAS_NOORD, w.OSO_OV, qualified=False, rollout=RolloutStage.PILOT, pilots=[w.XC]
    )

    assert [Reason.SYSTEM_NOT_QUALIFIED, Reason.ROLLOUT_CLOSED] == lacking(seen(both))


def test_a_closed_rollout_is_named() -> None:
    assert [Reason.ROLLOUT_CLOSED] == lacking(seen(CLOSED))


@pytest.mark.parametrize("end", [None, NEXT_YEAR, NEXT_YEAR - ONE_DAY])
def test_an_agreement_that_begins_later_tells_from_when(end: dt.date | None) -> None:
    mandate = dataclasses.replace(OWN, period=Period(w.START, end))
    later = w.agreement(NOORD.oin, AgreementKind.VENDOR_OSO, start=NEXT_YEAR)
    table = w.table(mandate, later)

    found = outlook(table, mandate, w.TODAY)

    assert found is not None
    assert [Reason.VENDOR_AGREEMENT_MISSING] == lacking(found)
    assert found.acts_from == (None if end == NEXT_YEAR - ONE_DAY else NEXT_YEAR)
    if found.acts_from is not None:
        acts = may_act(table, w.XA, w.OSO_OV, w.LAS_NOORD, found.acts_from)
        before = may_act(table, w.XA, w.OSO_OV, w.LAS_NOORD, found.acts_from - ONE_DAY)
        assert isinstance(acts, Permission)
        assert not isinstance(before, Permission)


def test_a_rollout_that_is_planned_tells_from_when() -> None:
    pilot = RolloutStep(start=NEXT_YEAR, stage=RolloutStage.PILOT, pilots=frozenset({w.XC}))
    every = RolloutStep(start=NEXT_YEAR + ONE_DAY, stage=RolloutStage.OPEN)
    planned = dataclasses.replace(CLOSED, steps=(pilot, every))

    found = seen(planned)

    assert [Reason.ROLLOUT_CLOSED] == lacking(found)
    assert NEXT_YEAR + ONE_DAY == found.acts_from


def test_an_agreement_of_two_kinds_is_named_twice() -> None:
    found = seen(
        w.agreement(w.BOARD_1, AgreementKind.OSO, end=w.START),
        w.agreement(w.BOARD_1, AgreementKind.KENNISNET_OSR, end=w.START),
    )

    assert ["KENNISNET_OSR", "OSO"] == [each.metadata["agreement"] for each in found.lacking]


def test_an_unknown_system_lacks_and_is_asked_about_once() -> None:
    nobodys = dataclasses.replace(OWN, system_id=SystemId("las-niemand"))

    assert [Reason.SYSTEM_NOT_QUALIFIED] == lacking(seen(mandate=nobodys))


@pytest.mark.parametrize(
    "mandate",
    [
        dataclasses.replace(OWN, stopped=True),
        dataclasses.replace(OWN, period=Period(w.START, w.TODAY - ONE_DAY)),
    ],
)
def test_what_has_ended_has_no_outlook(mandate: Mandate) -> None:
    assert outlook(w.table(mandate), mandate, w.TODAY) is None


def test_what_the_table_does_not_know_has_no_outlook() -> None:
    assert outlook(w.table(), w.mandate(w.XC, w.LAS_NOORD), w.TODAY) is None


def test_an_endpoint_under_another_mandate_does_not_connect() -> None:
    """99XB has an endpoint of each of its two systems; 99XA for OSO_SWV has none."""
    assert seen(mandate=w.B_ZUID).connected
    assert not seen(mandate=w.A_NOORD_SWV).connected
    assert not seen(w.endpoint(w.A_NOORD, 1, period=Period(w.START, w.TODAY - ONE_DAY))).connected
