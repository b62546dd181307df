"""To and from the test school neither qualification nor rollout gates (R7, ADR 28)."""

import dataclasses

import pytest

from support.builders.queries import decided, query, refusal, route, vendor
from support.worlds import small_world as w
from wissel.clients.testing.cast import ZUID
from wissel.routing.deciding.decision import Permission, Refusal
from wissel.routing.deciding.may_act import may_act
from wissel.routing.deciding.query import Query
from wissel.routing.facts import TEST_SCHOOL, AgreementKind, Fact, Processing, RolloutStage
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.values.days import ONE_DAY

GIVEN = w.mandate(TEST_SCHOOL, w.LAS_ZUID)
SCHOOL: list[Fact] = [w.school(TEST_SCHOOL, w.BOARD_2), GIVEN, w.endpoint(GIVEN, 1)]
UNFIT: list[Fact] = [
    w.qualification(system, w.OSO_OV, qualified=False, rollout=RolloutStage.CLOSED)
    for system in (w.LAS_NOORD, w.LAS_ZUID)
]
TO: Query = query(TEST_SCHOOL)
FROM: Query = query(w.XA, sender=TEST_SCHOOL, asker=vendor(ZUID.oin))


@pytest.mark.parametrize("asked", [TO, FROM])
def test_a_system_that_is_not_qualified_exchanges_with_the_test_school(asked: Query) -> None:
    found = route(decided(asked, *SCHOOL, *UNFIT))
    real = refusal(decided(query(), *SCHOOL, *UNFIT))

    assert found.test
    assert real == (Side.SENDER, Reason.SYSTEM_NOT_QUALIFIED)


@pytest.mark.parametrize(
    ("reason", "fact"),
    [
        (Reason.AGREEMENT_MISSING, w.agreement(w.BOARD_2, AgreementKind.OSO, end=w.START)),
        (
            Reason.VENDOR_AGREEMENT_MISSING,
            w.agreement(ZUID.oin, AgreementKind.VENDOR_OSO, end=w.START),
        ),
        (Reason.MANDATE_AWAITING, dataclasses.replace(GIVEN, processing=Processing.AWAITING)),
        (Reason.MANDATE_MISSING, dataclasses.replace(GIVEN, stopped=True)),
    ],
)
def test_mandates_and_agreements_gate_as_ever(reason: Reason, fact: Fact) -> None:
    asked = [decided(each, *SCHOOL, *UNFIT, fact) for each in (TO, FROM)]

    assert [refusal(each)[1] for each in asked] == [reason, reason]


def test_its_own_mandate_is_valid_for_a_test() -> None:
    table = w.table(*SCHOOL, *UNFIT)

    own = may_act(table, TEST_SCHOOL, w.OSO_OV, w.LAS_ZUID, w.TODAY)
    real = may_act(table, w.XA, w.OSO_OV, w.LAS_NOORD, w.TODAY)

    assert isinstance(own, Permission)
    assert isinstance(real, Refusal)


def test_no_route_between_real_schools_is_a_test() -> None:
    assert not route(decided(None, *SCHOOL)).test


def test_a_rollout_that_closes_ends_no_test() -> None:
    closing = w.qualification(w.LAS_NOORD, w.OSO_OV, rollout=RolloutStage.CLOSED)

    assert route(decided(TO, *SCHOOL, closing, on=w.TODAY + ONE_DAY)).valid_until is None
