"""What is told of what is missing, and to whom (design.md#gaps)."""

import dataclasses

import pytest

from support.builders.queries import decided, operator, query, vendor
from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.deciding.decision import Audience, Refusal
from wissel.routing.deciding.explain import RULES
from wissel.routing.deciding.gaps.gaps import Gap, gaps, gaps_for_audience
from wissel.routing.deciding.query import Query
from wissel.routing.facts import AgreementKind, Fact
from wissel.routing.refusals.catalogue import CATALOGUE
from wissel.routing.refusals.catalogue.entry import Action
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import Brin, ServiceCode

UNSIGNED: list[Fact] = [
    w.agreement(w.BOARD_2, kind, end=w.TODAY - ONE_DAY)
    for kind in (AgreementKind.KENNISNET_OSR, AgreementKind.OSO)
]
SUSPENDED = w.endpoint(w.C_ZUID, 1, vestiging="01", aanleverpunt="1", suspended=True)
UNQUALIFIED = w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False)
NO_SENDER = dataclasses.replace(w.A_NOORD, stopped=True)


def found(*facts: Fact, asked: Query | None = None) -> tuple[Gap, ...]:
    return gaps(w.table(*facts), asked or query(), w.TODAY)


def told(some: tuple[Gap, ...]) -> list[tuple[Side, Reason]]:
    return [(gap.refusal.side, gap.refusal.reason) for gap in some]


def test_every_reason_of_deciding_has_what_closes_it() -> None:
    silent = {
        reason
        for rule in RULES
        for reason in rule.reasons
        if CATALOGUE[reason].action in (Action.NONE, Action.CONNECT_RECEIVER)
    }

    assert set() == silent


def test_a_route_has_no_gaps() -> None:
    assert () == found()


def test_all_that_is_missing_is_told_and_not_only_the_first() -> None:
    some = found(NO_SENDER, *UNSIGNED, UNQUALIFIED, SUSPENDED)

    assert [
        (Side.SENDER, Reason.MANDATE_MISSING),
        (Side.RECEIVER, Reason.AGREEMENT_MISSING),
        (Side.RECEIVER, Reason.AGREEMENT_MISSING),
        (Side.RECEIVER, Reason.SYSTEM_NOT_QUALIFIED),
        (Side.RECEIVER, Reason.ENDPOINT_SUSPENDED),
    ] == told(some)
    assert ["KENNISNET_OSR", "OSO"] == [gap.refusal.metadata["agreement"] for gap in some[1:3]]
    assert some[0].refusal == decided(None, NO_SENDER, *UNSIGNED, UNQUALIFIED, SUSPENDED)


def test_a_receiver_without_a_mandate_is_told_of_no_system() -> None:
    """Which one to choose is the board's affair; the endpoint is that one's."""
    some = found(asked=query(w.XC, asker=operator(), service=w.RIO))

    assert [Reason.MANDATE_MISSING, Reason.ENDPOINT_MISSING, Reason.MANDATE_AWAITING] == [
        gap.refusal.reason for gap in some
    ]
    assert not any({"system_id", "mandate_id"} & gap.refusal.metadata.keys() for gap in some)
    assert [{}, {}, {}] == [gap.by for gap in some]


def test_an_endpoint_that_is_missing_is_under_a_mandate() -> None:
    ended = w.endpoint(w.C_ZUID, 1, vestiging="01", aanleverpunt="1", stopped=True)

    (gap,) = found(ended)

    assert Action.REGISTER_ENDPOINT is gap.action
    assert {"mandate_id": str(w.C_ZUID.mandate_id), "system_id": w.LAS_ZUID} == gap.by


def test_of_several_endpoints_one_is_named_that_leads_somewhere() -> None:
    closed = w.qualification(w.LAS_NOORD, w.OSO_OV, qualified=False)

    (gap,) = found(closed, asked=query(w.XB, sender=w.XC, asker=vendor(ZUID.oin)))

    assert Action.CHOOSE_ENDPOINT is gap.action
    assert {"routing_key": w.key(w.XB, 2)} == gap.by


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (query(Brin("99ZZ")), Reason.RECEIVER_UNKNOWN),
        (query(service=ServiceCode("NONE")), Reason.SERVICE_NOT_FOUND),
    ],
)
def test_of_what_is_not_known_nothing_more_is_told(asked: Query, reason: Reason) -> None:
    assert [reason] == [gap.refusal.reason for gap in found(asked=asked)]


def test_a_vestiging_that_is_not_known_keeps_nothing_else_from_being_found() -> None:
    some = found(UNQUALIFIED, asked=query(w.XC, vestiging="09"))

    assert [Reason.RECEIVER_UNKNOWN, Reason.ENDPOINT_MISSING, Reason.SYSTEM_NOT_QUALIFIED] == [
        gap.refusal.reason for gap in some
    ]


def test_a_sender_that_may_never_send_hides_nothing_of_the_receiver() -> None:
    some = found(SUSPENDED, asked=query(sender=None))

    assert [
        (Side.SENDER, Reason.SENDER_NOT_ALLOWED),
        (Side.RECEIVER, Reason.ENDPOINT_SUSPENDED),
    ] == told(some)


OWN_SIDES = (Audience.OWN_SIDE, Audience.CHAIN_PARTNER, Audience.OPERATOR)


@pytest.mark.parametrize("audience", OWN_SIDES)
def test_own_sides_are_told_all(audience: Audience) -> None:
    some = found(*UNSIGNED, UNQUALIFIED)

    assert some == gaps_for_audience(some, audience)


def test_the_other_side_is_told_what_a_refusal_would_tell_it() -> None:
    some = found(*UNSIGNED, UNQUALIFIED, SUSPENDED)

    (gap,) = gaps_for_audience(some, Audience.OTHER_SIDE)

    assert Reason.RECEIVER_NOT_CONNECTED is gap.refusal.reason
    assert Action.CONNECT_RECEIVER is gap.action
    assert {} == gap.by
    assert not {"agreement", "signatory", "system_id"} & gap.refusal.metadata.keys()


def test_the_other_side_is_told_nothing_more_while_its_own_is_missing() -> None:
    some = found(NO_SENDER, *UNSIGNED, SUSPENDED)

    assert [(Side.SENDER, Reason.MANDATE_MISSING)] == told(
        gaps_for_audience(some, Audience.OTHER_SIDE)
    )


def test_the_other_side_is_not_told_whose_endpoint_it_may_choose() -> None:
    some = found(asked=query(w.XB, sender=w.XA, asker=vendor(NOORD.oin)))

    (gap,) = gaps_for_audience(some, Audience.OTHER_SIDE)

    assert (Reason.ROUTE_AMBIGUOUS, Action.CHOOSE_ENDPOINT) == (gap.refusal.reason, gap.action)
    assert {} == gap.by


def test_a_samenwerkingsverband_is_missing_its_own() -> None:
    unsigned = w.agreement(SWV, AgreementKind.OSO, end=w.TODAY - ONE_DAY)
    asked = query(SWV, asker=operator(), service=w.OSO_SWV)
    decision = decided(asked, unsigned)

    (gap,) = found(unsigned, asked=asked)

    assert isinstance(decision, Refusal)
    assert gap.refusal == decision
    assert SWV == gap.refusal.metadata["signatory"]
