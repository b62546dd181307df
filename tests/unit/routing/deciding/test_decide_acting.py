"""Who may send and receive: the gates of both sides (design.md#acting)."""

import dataclasses
import datetime as dt

import pytest

from support.builders.queries import decided, partner, query, refusal, route, vendor
from support.worlds import small_world as w
from wissel.clients.testing.cast import DUO, NOORD, SWV, ZUID
from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.query import Asker, Query
from wissel.routing.facts import (
    AgreementKind,
    Fact,
    Processing,
    Role,
    RolloutStage,
    System,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import BoardNumber, Brin, SystemId

SENDER_GATES: list[tuple[Reason, Fact]] = [
    (Reason.MANDATE_MISSING, dataclasses.replace(w.A_NOORD, stopped=True)),
    (
        Reason.MANDATE_MISSING,
        dataclasses.replace(w.A_NOORD, period=Period(w.START, w.TODAY - ONE_DAY)),
    ),
    (
        Reason.MANDATE_MISSING,
        dataclasses.replace(w.A_NOORD, period=Period(w.TODAY + ONE_DAY)),
    ),
    (
        Reason.AGREEMENT_MISSING,
        w.agreement(w.BOARD_1, AgreementKind.OSO, end=w.TODAY - ONE_DAY),
    ),
    (
        Reason.AGREEMENT_MISSING,
        w.agreement(w.BOARD_1, AgreementKind.KENNISNET_OSR, start=w.TODAY + ONE_DAY),
    ),
    (
        Reason.MANDATE_AWAITING,
        dataclasses.replace(w.A_NOORD, processing=Processing.AWAITING),
    ),
    (
        Reason.MANDATE_REJECTED,
        dataclasses.replace(w.A_NOORD, processing=Processing.REJECTED),
    ),
    (Reason.SYSTEM_NOT_QUALIFIED, w.qualification(w.LAS_NOORD, w.OSO_OV, qualified=False)),
    (
        Reason.VENDOR_AGREEMENT_MISSING,
        w.agreement(NOORD.oin, AgreementKind.VENDOR_OSO, end=w.TODAY - ONE_DAY),
    ),
    (
        Reason.ROLLOUT_CLOSED,
        w.qualification(w.LAS_NOORD, w.OSO_OV, rollout=RolloutStage.CLOSED),
    ),
    (
        Reason.ROLLOUT_CLOSED,
        w.qualification(w.LAS_NOORD, w.OSO_OV, rollout=RolloutStage.PILOT, pilots=[w.XC]),
    ),
]


@pytest.mark.parametrize(("reason", "fact"), SENDER_GATES)
def test_a_sender_that_may_not_act(reason: Reason, fact: Fact) -> None:
    assert (Side.SENDER, reason) == refusal(decided(None, fact))


@pytest.mark.parametrize(("reason", "fact"), SENDER_GATES)
def test_a_receiver_that_may_not_act(reason: Reason, fact: Fact) -> None:
    asked = query(w.XA, sender=w.XC, asker=vendor(ZUID.oin))

    assert (Side.RECEIVER, reason) == refusal(decided(asked, fact))


def test_a_pilot_school_goes_before_the_others() -> None:
    pilot = w.qualification(w.LAS_NOORD, w.OSO_OV, rollout=RolloutStage.PILOT, pilots=[w.XA])

    assert w.LAS_NOORD == route(decided(None, pilot)).sender_system_id


def test_a_processed_mandate_counts() -> None:
    processed = dataclasses.replace(w.A_NOORD, processing=Processing.PROCESSED)

    assert processed.mandate_id == route(decided(None, processed)).sender_mandate_id


@pytest.mark.parametrize(
    ("days", "later", "overdue"),
    [(10, 10, None), (10, 11, "2026-07-11"), (0, 400, None)],
)
def test_a_mandate_that_waits_too_long_is_told_to_be_overdue(
    days: int, later: int, overdue: str | None
) -> None:
    """It was given on 1 July."""
    on = w.CREATED.date() + later * ONE_DAY
    waiting = dataclasses.replace(
        w.A_NOORD, processing=Processing.AWAITING, period=Period(dt.date(2026, 7, 1))
    )
    service = dataclasses.replace(w.services()[0], processing_days=days)
    signed = [
        w.agreement(w.BOARD_1, kind, start=dt.date(2026, 7, 1))
        for kind in (AgreementKind.KENNISNET_OSR, AgreementKind.OSO)
    ]

    decision = decided(None, waiting, service, *signed, on=on)

    assert (Side.SENDER, Reason.MANDATE_AWAITING) == refusal(decision)
    assert isinstance(decision, Refusal)
    assert overdue == decision.metadata.get("overdue_since")


def test_a_moved_school_waits_until_its_new_board_has_signed() -> None:
    other = BoardNumber("99003")
    moved = w.school(w.XA, other)
    signed = [w.agreement(other, kind) for kind in (AgreementKind.KENNISNET_OSR, AgreementKind.OSO)]

    assert (Side.SENDER, Reason.AGREEMENT_MISSING) == refusal(decided(None, moved))
    route(decided(None, moved, *signed))


def test_what_counts_only_with_oso_counts_for_no_other_service() -> None:
    """It keeps the same key, so it is there instead of what the board had signed."""
    signed = w.agreement(w.BOARD_1, AgreementKind.KENNISNET_OSR)
    limited = dataclasses.replace(signed, only_with=AgreementKind.OSO)
    rio = w.mandate(w.XA, w.LAS_NOORD, w.RIO)

    route(decided(None, limited))
    refused = decided(query(service=w.RIO), limited, rio)
    assert (Side.SENDER, Reason.AGREEMENT_MISSING) == refusal(refused)
    assert isinstance(refused, Refusal)
    assert "KENNISNET_OSR" == refused.metadata["agreement"]
    assert (Side.SENDER, Reason.AGREEMENT_MISSING) == refusal(
        decided(None, limited, w.agreement(w.BOARD_1, AgreementKind.OSO, end=w.START))
    )


def test_the_extension_for_samenwerkingsverbanden_lapses_with_oso() -> None:
    lapsed = w.agreement(SWV, AgreementKind.OSO, end=w.TODAY - ONE_DAY)
    asked = query(SWV, service=w.OSO_SWV)
    only_extension = dataclasses.replace(
        w.services()[1], board_agreements=(AgreementKind.OSO_SWV_EXTENSION,)
    )

    assert (Side.RECEIVER, Reason.AGREEMENT_MISSING) == refusal(
        decided(asked, lapsed, only_extension)
    )


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        (Reason.SENDER_UNKNOWN, query(sender=Brin("99ZZ"))),
        (Reason.SENDER_UNKNOWN, query(sender=Brin("99ZZ"), asker=partner())),
        (Reason.SENDER_NOT_ALLOWED, query(sender=None)),
        (Reason.SENDER_NOT_ALLOWED, query(asker=Asker(oin=DUO.oin, role=Role.PORTAL))),
        (Reason.SENDER_NOT_ALLOWED, query(asker=Asker(oin=NOORD.oin, role=Role.VENDOR))),
        (Reason.SENDER_NOT_ALLOWED, query(sender_routing_key=w.key(w.XA, 9))),
        (Reason.MANDATE_MISSING, query(asker=vendor(ZUID.oin))),
    ],
)
def test_a_sender_that_is_none(reason: Reason, asked: Query) -> None:
    assert (Side.SENDER, reason) == refusal(decided(asked))


@pytest.mark.parametrize(
    ("closed", "allowed"),
    [(dt.date(2025, 9, 1), True), (dt.date(2025, 8, 31), False), (dt.date(2026, 12, 31), True)],
)
def test_a_closed_school_sends_for_twelve_months(closed: dt.date, allowed: bool) -> None:
    decision = decided(None, w.school(w.XA, w.BOARD_1, closed=closed))

    if allowed:
        assert closed.replace(year=closed.year + 1) == route(decision).valid_until
    else:
        assert (Side.SENDER, Reason.SENDER_CLOSED) == refusal(decision)


def test_twelve_months_after_a_leap_day() -> None:
    closed = w.school(w.XA, w.BOARD_1, closed=dt.date(2028, 2, 29))

    route(decided(None, closed, on=dt.date(2029, 2, 28)))
    assert (Side.SENDER, Reason.SENDER_CLOSED) == refusal(
        decided(None, closed, on=dt.date(2029, 3, 1))
    )


def test_the_routing_key_picks_the_senders_system() -> None:
    asker = Asker(oin=NOORD.oin, role=Role.VENDOR, system_ids=(w.LAS_NOORD, w.LAS_ZUID))
    by_key = query(sender=w.XB, asker=asker, sender_routing_key=w.key(w.XB, 2))
    without = query(sender=w.XB, asker=asker)

    assert w.LAS_ZUID == route(decided(by_key)).sender_system_id
    assert w.LAS_NOORD == route(decided(without)).sender_system_id


def test_the_key_of_anothers_system_does_not_let_send() -> None:
    asked = query(sender=w.XB, sender_routing_key=w.key(w.XB, 2))

    assert (Side.SENDER, Reason.SENDER_NOT_ALLOWED) == refusal(decided(asked))


def test_the_first_system_in_order_of_id_that_may_act_sends() -> None:
    extra = SystemId("a-first")
    asker = Asker(oin=NOORD.oin, role=Role.VENDOR, system_ids=(w.LAS_NOORD, extra))
    system = System(system_id=extra, party=NOORD.oin, name="first")
    given = w.mandate(w.XA, extra)

    assert w.LAS_NOORD == route(decided(query(asker=asker), system, given)).sender_system_id
    qualified = w.qualification(extra, w.OSO_OV)
    assert extra == route(decided(query(asker=asker), system, given, qualified)).sender_system_id


def test_the_refusal_is_that_of_the_system_that_got_furthest() -> None:
    extra = SystemId("a-first")
    asker = Asker(oin=NOORD.oin, role=Role.VENDOR, system_ids=(extra, w.LAS_NOORD))
    closed = w.qualification(w.LAS_NOORD, w.OSO_OV, rollout=RolloutStage.CLOSED)

    assert (Side.SENDER, Reason.ROLLOUT_CLOSED) == refusal(decided(query(asker=asker), closed))
