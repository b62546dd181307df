"""Where a dossier can be asked for: active endpoints, and those of a system that made way (R3)."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Decision, Refusal, Route
from wissel.routing.deciding.delivery_points import delivery_points, only_provides
from wissel.routing.deciding.query import ANYBODY, Asker, Query, Selection
from wissel.routing.facts import Fact, Mandate, Role, Switch
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.views import EndpointView
from wissel.routing.values.days import ONE_DAY, Period

SWITCHED = w.TODAY
UNTIL = w.TODAY + 30 * ONE_DAY
A_ZUID = w.mandate(w.XA, w.LAS_ZUID, period=Period(SWITCHED))
A_NOORD = replace(
    w.A_NOORD,
    period=Period(w.START, SWITCHED - ONE_DAY),
    switch=Switch(to=A_ZUID.mandate_id, former=w.ALWAYS, provides_until=UNTIL),
)
OLD, NEW = w.key(w.XA, 1), w.key(w.XA, 2)


def switched(*facts: Fact, old: Mandate = A_NOORD) -> Table:
    """Return the world in which Noord made way for Zuid at 99XA."""
    return w.table(old, A_ZUID, w.endpoint(A_ZUID, 2), *facts)


def points(table: Table, on: dt.date) -> list[str]:
    found = delivery_points(table, w.XA, w.OSO_OV, on)
    assert not isinstance(found, Refusal)
    return [each.routing_key for each in found]


def from_noord(table: Table, on: dt.date, *, fetched: bool) -> Decision:
    """Return how 99XA sends to 99XC through the old system, in a fetch or by itself."""
    asker = Asker(oin=NOORD.oin, role=Role.VENDOR, system_ids=(w.LAS_NOORD,))
    query = Query(asker, w.XA, w.XC, w.OSO_OV, sender_routing_key=OLD, fetched=fetched)
    return decide(table, query, on)


@given(days=st.integers(-31, 60))
def test_the_old_system_provides_until_its_day_and_does_nothing_else(days: int) -> None:
    table, on = switched(), SWITCHED + days * ONE_DAY
    receives = on < SWITCHED

    provides = from_noord(table, on, fetched=True)
    sends = from_noord(table, on, fetched=False)
    to_old = decide(table, Query(ANYBODY, None, w.XA, w.OSO_OV, Selection(routing_key=OLD)), on)

    expected = [OLD] if receives else [OLD, NEW] if on <= UNTIL else [NEW]
    assert points(table, on) == expected
    assert isinstance(provides, Route) is (on <= UNTIL)
    assert isinstance(sends, Route) is receives
    assert isinstance(to_old, Route) is receives
    if isinstance(provides, Route):
        assert provides.sender.last_day == (A_NOORD.period.end if receives else UNTIL)
    else:
        assert provides.reason is Reason.SENDER_NOT_ALLOWED


@pytest.mark.parametrize("days", [-1, 0, 30])
def test_who_is_told_that_a_point_only_provides(days: int) -> None:
    on = SWITCHED + days * ONE_DAY
    found = delivery_points(switched(), w.XA, w.OSO_OV, on)

    assert isinstance(found, list)
    assert [only_provides(each, on) for each in found] == ([False] if days < 0 else [True, False])


@pytest.mark.parametrize(
    "changes",
    [
        {"switch": None},
        {"switch": Switch(to=A_ZUID.mandate_id, former=w.ALWAYS)},
        {"stopped": True},
    ],
    ids=["another end", "no day was named", "withdrawn"],
)
def test_a_mandate_that_ended_otherwise_provides_nothing(changes: dict[str, Any]) -> None:
    table = switched(old=replace(A_NOORD, **changes))

    assert points(table, SWITCHED) == [NEW]
    assert isinstance(from_noord(table, SWITCHED, fetched=True), Refusal)


@pytest.mark.parametrize(
    "fact",
    [
        w.endpoint(A_NOORD, 1, suspended=True),
        w.endpoint(A_NOORD, 1, stopped=True),
        w.endpoint(A_NOORD, 1, period=Period(w.START, SWITCHED - ONE_DAY)),
        replace(w.endpoint(A_NOORD, 1), unapproved=True),
        w.qualification(w.LAS_NOORD, w.OSO_OV, qualified=False),
    ],
    ids=["suspended", "ended at once", "ended", "unapproved", "not qualified"],
)
def test_an_endpoint_that_would_not_receive_does_not_provide(fact: Fact) -> None:
    assert points(switched(fact), SWITCHED) == [NEW]


def test_until_the_new_system_is_connected_the_old_one_alone_provides() -> None:
    table = w.table(A_NOORD, A_ZUID)

    assert points(table, SWITCHED) == [OLD]
    refused = delivery_points(table, w.XA, w.OSO_OV, UNTIL + ONE_DAY)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.SOURCE_NOT_CONNECTED


def test_a_routing_key_that_the_new_system_took_over_leads_to_it() -> None:
    table = switched(w.endpoint(A_ZUID, 1))

    (first, _) = found(table)
    assert (first.routing_key, first.mandate.system_id) == (OLD, w.LAS_ZUID)


def test_of_two_versions_at_one_key_the_latest_counts() -> None:
    table = w.table(w.endpoint(w.A_NOORD, 1, version=w.OV_2025))

    (only,) = found(table)
    assert only.version == (w.OSO_OV, w.OV_2026)


def found(table: Table) -> list[EndpointView]:
    points = delivery_points(table, w.XA, w.OSO_OV, SWITCHED)
    assert isinstance(points, list)
    return points
