"""Explaining a decision, and what each audience is told of it (design.md#explaining)."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.builders.queries import decided, operator, partner, query, vendor
from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.deciding.audience import audience_for, for_audience, steps_for_audience
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Audience, Outcome, Refusal, Route
from wissel.routing.deciding.explain import RULES, explain
from wissel.routing.deciding.query import Asker, Query
from wissel.routing.facts import (
    AgreementKind,
    Desk,
    Fact,
    Party,
    Processing,
    Role,
    RolloutStage,
    Sector,
    System,
)
from wissel.routing.refusals.catalogue import describe
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import Brin, Namespace, ServiceCode

SUSPENDED = w.endpoint(w.C_ZUID, 1, vestiging="01", suspended=True)
UNAPPROVED = dataclasses.replace(w.endpoint(w.C_ZUID, 1, aanleverpunt="100"), unapproved=True)
STOPPED = dataclasses.replace(w.C_ZUID, stopped=True)
AWAITING = dataclasses.replace(w.C_ZUID, processing=Processing.AWAITING)
UNSIGNED = w.agreement(w.BOARD_2, AgreementKind.OSO, end=w.TODAY - ONE_DAY)
UNSERVED = w.school(w.XC, w.BOARD_2, "01", sector=Sector.MBO)
CLOSED = w.school(w.XC, w.BOARD_2, "01", closed=w.TODAY - ONE_DAY)

FACTS: list[Fact] = [
    *(SUSPENDED, STOPPED, AWAITING, UNSIGNED, CLOSED, UNSERVED),
    w.school(w.XA, w.BOARD_1, sector=Sector.VO),
    dataclasses.replace(w.services()[0], sectors=(Sector.PO, Sector.SO)),
    w.school(w.XA, w.BOARD_1, closed=w.START.replace(year=2025)),
    w.endpoint(w.C_ZUID, 1, vestiging="01", stopped=True),
    w.endpoint(w.C_ZUID, 2),
    w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False),
    w.qualification(w.LAS_NOORD, w.OSO_OV, rollout=RolloutStage.CLOSED),
    w.agreement(ZUID.oin, AgreementKind.VENDOR_OSR, end=w.START),
    w.mandate(w.XA, w.LAS_NOORD, processing=Processing.REJECTED),
]
QUERIES = st.builds(
    lambda receiver, sender, asker, service, version: query(
        receiver, sender=sender, asker=asker, service=service, version=version
    ),
    st.sampled_from([w.XA, w.XB, w.XC, SWV, Brin("99ZZ")]),
    st.sampled_from([None, w.XA, w.XB, w.XC, Brin("99ZZ")]),
    st.sampled_from([vendor(NOORD.oin), vendor(ZUID.oin), partner(), operator()]),
    st.sampled_from([w.OSO_OV, w.OSO_SWV, ServiceCode("VVA")]),
    st.sampled_from([None, None, w.OV_2026, Namespace("urn:none")]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FACTS), max_size=3), QUERIES)
def test_an_explanation_agrees_with_the_decision(facts: list[Fact], asked: Query) -> None:
    table = w.table(*facts)
    explanation = explain(table, asked, w.TODAY)
    failed = [step for step in explanation.steps if step.outcome is Outcome.FAILED]
    decision = decide(table, asked, w.TODAY)

    assert decision == explanation.decision
    assert len(RULES) == len(explanation.steps)
    if isinstance(decision, Refusal):
        assert [(decision.side, decision.reason)] == [(step.side, step.reason) for step in failed]
    else:
        assert not failed


def test_steps_before_the_failing_one_passed_and_those_after_it_were_skipped() -> None:
    steps = explain(w.table(UNSIGNED), query(), w.TODAY).steps
    outcomes = {step.rule: step.outcome for step in steps}

    assert outcomes["RECEIVER_ENDPOINT"] is Outcome.PASSED
    assert outcomes["RECEIVER_AGREEMENTS"] is Outcome.FAILED
    assert outcomes["RECEIVER_QUALIFIED"] is Outcome.SKIPPED


def test_the_steps_of_a_route_name_what_counted() -> None:
    facts = {step.rule: step.facts for step in explain(w.table(), query(), w.TODAY).steps}

    assert facts["SENDER_MANDATE"]["mandate_id"] == str(w.A_NOORD.mandate_id)
    assert facts["RECEIVER_ENDPOINT"]["routing_key"] == w.key(w.XC, 1)


def test_a_sender_that_needs_no_mandate_skips_its_gates() -> None:
    steps = explain(w.table(), query(asker=partner(), sender=None), w.TODAY).steps
    sender = {step.outcome for step in steps if step.side is Side.SENDER}

    assert sender == {Outcome.SKIPPED}


TOLD: list[tuple[Reason, Reason, Fact]] = [
    (Reason.ENDPOINT_SUSPENDED, Reason.ENDPOINT_UNAVAILABLE, SUSPENDED),
    (Reason.ENDPOINT_UNAPPROVED, Reason.RECEIVER_NOT_CONNECTED, UNAPPROVED),
    (Reason.MANDATE_MISSING, Reason.RECEIVER_NOT_CONNECTED, STOPPED),
    (Reason.MANDATE_AWAITING, Reason.RECEIVER_NOT_CONNECTED, AWAITING),
    (Reason.AGREEMENT_MISSING, Reason.RECEIVER_NOT_CONNECTED, UNSIGNED),
    (Reason.RECEIVER_CLOSED, Reason.RECEIVER_CLOSED, CLOSED),
    (Reason.SECTOR_NOT_SERVED, Reason.RECEIVER_NOT_CONNECTED, UNSERVED),
]
OPEN_TO_ALL = {
    *(Reason.RECEIVER_UNKNOWN, Reason.RECEIVER_CLOSED, Reason.RECEIVER_NOT_CONNECTED),
    *(Reason.ROUTE_AMBIGUOUS, Reason.ENDPOINT_UNAVAILABLE),
}


OF_SCHOOLS = dataclasses.replace(w.services()[0], sectors=(Sector.PO, Sector.VO))


def _told(asker: Asker, *facts: Fact) -> Refusal:
    table, asked = w.table(OF_SCHOOLS, *facts), query(asker=asker)
    decision = decide(table, asked, w.TODAY)
    assert isinstance(decision, Refusal)
    return for_audience(decision, audience_for(table, asker, asked, w.TODAY))


@pytest.mark.parametrize(("full", "told", "fact"), TOLD)
def test_a_vendor_hears_little_of_the_other_side(full: Reason, told: Reason, fact: Fact) -> None:
    refusal = _told(vendor(), fact)

    assert told == refusal.reason
    assert not {"system_id", "endpoint_id", "mandate_id", "agreement", "signatory"} & set(
        refusal.metadata
    )
    assert w.LAS_ZUID not in " ".join(refusal.metadata.values())


@pytest.mark.parametrize("asker", [partner(), operator()])
@pytest.mark.parametrize(("full", "told", "fact"), TOLD)
def test_chain_partners_and_operators_hear_the_reason(
    asker: Asker, full: Reason, told: Reason, fact: Fact
) -> None:
    assert full == _told(asker, fact).reason


def test_choices_are_told_without_vendors() -> None:
    table, asked = w.table(), query(w.XB)
    decision = decided(asked)
    assert isinstance(decision, Refusal)
    told = for_audience(decision, audience_for(table, asked.asker, asked, w.TODAY))

    assert told.reason is Reason.ROUTE_AMBIGUOUS
    assert told.metadata["choices"] == "99XB00/0, 99XB02/2"


def test_the_receivers_vendor_is_on_its_own_side() -> None:
    asked = query(w.XC, sender=w.XB, asker=vendor(ZUID.oin))

    for fact in (SUSPENDED, AWAITING, UNSIGNED):
        assert audience_for(w.table(fact), asked.asker, asked, w.TODAY) is Audience.OWN_SIDE


@pytest.mark.parametrize(
    ("asker", "audience"),
    [(vendor(ZUID.oin), Audience.OWN_SIDE), (vendor(NOORD.oin), Audience.OTHER_SIDE)],
)
def test_of_two_vendors_at_a_school_each_hears_of_its_own(asker: Asker, audience: Audience) -> None:
    asked = query(w.XB, sender=w.XA, asker=asker, vestiging="02")

    assert audience_for(w.table(), asker, asked, w.TODAY) is audience


def test_of_two_vendors_neither_hears_all_when_no_endpoint_was_meant() -> None:
    asked = query(w.XB, asker=vendor(ZUID.oin), aanleverpunt="9")

    assert audience_for(w.table(), asked.asker, asked, w.TODAY) is Audience.OTHER_SIDE


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FACTS), max_size=3), QUERIES)
def test_the_other_side_never_hears_more(facts: list[Fact], asked: Query) -> None:
    explanation = explain(w.table(*facts), asked, w.TODAY)
    steps = steps_for_audience(explanation.steps, Audience.OTHER_SIDE)
    shown = [step for step in steps if step.side is Side.RECEIVER]

    assert [step.rule for step in shown] == [
        "RECEIVER_KNOWN",
        "RECEIVER_OPEN",
        "RECEIVER_CONNECTED",
    ]
    assert all(step.reason is None or step.reason in OPEN_TO_ALL for step in shown)
    assert not any("system_id" in step.facts for step in shown)
    if isinstance(explanation.decision, Route):
        assert all(step.outcome is Outcome.PASSED for step in shown)


def test_own_side_sees_all_steps() -> None:
    steps = explain(w.table(), query(), w.TODAY).steps

    assert steps == steps_for_audience(steps, Audience.OWN_SIDE)


DESK = Desk(mail="desk@zuid.example", telephone="050 123 45 67", hours="9-17")
ZUID_WITH_DESK = dataclasses.replace(
    next(each for each in w.small() if isinstance(each, System) and each.party == ZUID.oin),
    desk=DESK,
)
DUO_WITH_DESK = Party(
    oin=w.services()[0].owner, name="Eigenaar", role=Role.CHAIN_PARTNER, desk=Desk(mail="e@e.nl")
)


@pytest.mark.parametrize(
    "facts",
    [
        [w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False)],
        [w.agreement(ZUID.oin, AgreementKind.VENDOR_OSR, end=w.START)],
        [SUSPENDED],
        [w.endpoint(w.C_ZUID, 1, vestiging="01", stopped=True)],
    ],
)
def test_who_can_help_is_the_desk_of_the_very_system(facts: list[Fact]) -> None:
    refusal = decide(w.table(ZUID_WITH_DESK, *facts), query(), w.TODAY)

    assert isinstance(refusal, Refusal)
    assert refusal.metadata["system_id"] == "las-zuid"
    told = describe(refusal.reason, refusal.metadata)
    assert told.contact == f"{ZUID_WITH_DESK.name}: desk@zuid.example, 050 123 45 67 (9-17)"


def test_a_system_without_a_desk_has_that_of_its_vendor() -> None:
    vendors = Party(oin=ZUID.oin, name="Zuid", role=Role.VENDOR, desk=DESK)

    refusal = decide(w.table(vendors, SUSPENDED), query(), w.TODAY)
    without = decide(w.table(SUSPENDED), query(), w.TODAY)

    assert isinstance(refusal, Refusal)
    assert isinstance(without, Refusal)
    assert refusal.metadata["desk"].startswith("Zuid: desk@zuid.example")
    assert "desk" not in without.metadata
    assert describe(without.reason, without.metadata).contact == (
        "the service desk of the administration system"
    )


def test_who_waits_for_the_owner_of_a_service_is_told_its_desk() -> None:
    refusal = decide(w.table(DUO_WITH_DESK, AWAITING), query(), w.TODAY)

    assert isinstance(refusal, Refusal)
    assert refusal.metadata["desk"] == "Eigenaar: e@e.nl"


def test_the_other_side_hears_of_no_desk() -> None:
    table = w.table(ZUID_WITH_DESK, SUSPENDED)
    refusal = decide(table, query(), w.TODAY)

    assert isinstance(refusal, Refusal)
    assert {"desk", "system_id"}.isdisjoint(for_audience(refusal, Audience.OTHER_SIDE).metadata)
