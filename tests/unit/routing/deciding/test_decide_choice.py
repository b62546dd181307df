"""Which endpoint is chosen, and that a closed gate never leads elsewhere (design.md#locating)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.builders.queries import decided, partner, query, refusal, route
from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal, Route
from wissel.routing.deciding.locate import Located, locate
from wissel.routing.deciding.query import Query
from wissel.routing.facts import (
    AgreementKind,
    Attribute,
    Endpoint,
    Fact,
    Location,
    Mandate,
    Processing,
    RolloutStage,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Vestiging

WIDE_NOORD = w.endpoint(w.B_NOORD, 5)
SECOND_00 = w.endpoint(w.B_ZUID, 6, vestiging="00")


@pytest.mark.parametrize(
    ("extra", "asked", "number"),
    [
        ([], query(w.XB, vestiging="00"), 1),
        ([], query(w.XB, vestiging="02"), 2),
        ([], query(w.XB, aanleverpunt="2"), 2),
        ([], query(w.XB, routing_key=w.key(w.XB, 2)), 2),
        ([WIDE_NOORD], query(w.XB), 5),
        ([WIDE_NOORD], query(w.XB, vestiging="02"), 2),
        ([SECOND_00], query(w.XB, routing_key=w.key(w.XB, 6), vestiging="00"), 6),
        ([w.school(w.XB, w.BOARD_2, "00", "02", "03"), WIDE_NOORD], query(w.XB, vestiging="03"), 5),
    ],
)
def test_what_is_chosen(extra: list[Fact], asked: Query, number: int) -> None:
    assert w.key(w.XB, number) == route(decided(asked, *extra)).routing_key


@pytest.mark.parametrize(
    ("extra", "asked", "choices"),
    [
        ([], query(w.XB), "99XB00/0, 99XB02/2"),
        ([SECOND_00], query(w.XB, vestiging="00"), "99XB00/0, 99XB00/0"),
        ([SECOND_00], query(w.XB, aanleverpunt="0"), "99XB00/0, 99XB00/0"),
        (
            [WIDE_NOORD, w.endpoint(w.B_ZUID, 7)],
            query(w.XB),
            "99XB/-, 99XB/-, 99XB00/0, 99XB02/2",
        ),
    ],
)
def test_two_that_fit_are_ambiguous(extra: list[Fact], asked: Query, choices: str) -> None:
    decision = decided(asked, *extra)

    assert (Side.RECEIVER, Reason.ROUTE_AMBIGUOUS) == refusal(decision)
    assert isinstance(decision, Refusal)
    assert choices == decision.metadata["choices"]


def _location(number: str, closed: dt.date | None = None) -> Location:
    return Location(
        vestiging=Vestiging(f"{w.XC}{number}"), name="School", source="PO", closed=closed
    )


@pytest.mark.parametrize(
    ("other_closed", "asked", "expected"),
    [
        (None, query(), Reason.ROUTE_AMBIGUOUS),
        (w.TODAY, query(), Reason.ROUTE_AMBIGUOUS),
        (w.TODAY - dt.timedelta(days=1), query(), "route"),
        (None, query(vestiging="02"), "route"),
        (None, query(aanleverpunt="2"), "route"),
        (None, query(routing_key=w.key(w.XC, 9)), "route"),
    ],
)
def test_a_location_s_own_endpoint_receives_only_what_is_addressed_to_it(
    other_closed: dt.date | None, asked: Query, expected: str
) -> None:
    school = dataclasses.replace(
        w.school(w.XC, w.BOARD_2), locations=(_location("00", other_closed), _location("02"))
    )
    own = w.endpoint(w.C_ZUID, 9, vestiging="02")

    decision = decide(_located(school, own), asked, w.TODAY)

    if isinstance(decision, Refusal):
        assert expected == decision.reason
        assert ("99XC02/2", "1") == (decision.metadata["choices"], decision.metadata["count"])
    else:
        assert ("route", w.key(w.XC, 9)) == (expected, decision.routing_key)


def _located(*facts: Fact) -> Table:
    return Table.load(1, [*w.base(), w.A_NOORD, w.C_ZUID, *facts])


def test_one_system_with_two_endpoints_is_ambiguous_too() -> None:
    second = w.endpoint(w.C_ZUID, 2)
    third = w.endpoint(w.C_ZUID, 3)

    assert (Side.RECEIVER, Reason.ROUTE_AMBIGUOUS) == refusal(decided(None, second, third))


@pytest.mark.parametrize(
    "asked",
    [
        query(w.XB, vestiging="00", routing_key=w.key(w.XB, 2)),
        query(w.XB, aanleverpunt="0", routing_key=w.key(w.XB, 2)),
        query(w.XB, vestiging="00", aanleverpunt="2"),
    ],
)
def test_a_selection_that_contradicts_itself_finds_nothing(asked: Query) -> None:
    assert (Side.RECEIVER, Reason.ENDPOINT_MISSING) == refusal(decided(asked))


def test_vestiging_00_is_never_assumed() -> None:
    two_others: list[Fact] = [
        w.school(w.XB, w.BOARD_2, "00", "02", "03"),
        w.endpoint(w.B_NOORD, 1, vestiging="00"),
        w.endpoint(w.B_ZUID, 2, vestiging="03"),
    ]

    assert (Side.RECEIVER, Reason.ROUTE_AMBIGUOUS) == refusal(decided(query(w.XB), *two_others))


@pytest.mark.parametrize("attribute", [Attribute.OT, Attribute.LDOS, Attribute.SWV])
def test_what_is_no_las_of_a_school_counts_only_when_selected(attribute: Attribute) -> None:
    only = w.endpoint(w.C_ZUID, 1, attribute=attribute, aanleverpunt="100")

    assert (Side.RECEIVER, Reason.ENDPOINT_MISSING) == refusal(decided(None, only))
    assert w.key(w.XC, 1) == route(decided(query(aanleverpunt="100"), only)).routing_key
    assert w.key(w.XC, 1) == route(decided(query(routing_key=w.key(w.XC, 1)), only)).routing_key


def test_a_long_list_of_choices_is_cut_with_a_count() -> None:
    many = [w.endpoint(w.C_ZUID, number) for number in range(100, 150)]
    decision = decided(None, *many)

    assert isinstance(decision, Refusal)
    assert decision.metadata["choices"].endswith(" and 31 more")
    assert decision.metadata["count"] == "51"


SHUT: list[tuple[Reason, Fact]] = [
    (
        Reason.ENDPOINT_SUSPENDED,
        w.endpoint(w.B_ZUID, 2, vestiging="02", aanleverpunt="2", suspended=True),
    ),
    (Reason.SYSTEM_NOT_QUALIFIED, w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False)),
    (Reason.ROLLOUT_CLOSED, w.qualification(w.LAS_ZUID, w.OSO_OV, rollout=RolloutStage.CLOSED)),
    (
        Reason.ROLLOUT_CLOSED,
        w.qualification(w.LAS_ZUID, w.OSO_OV, rollout=RolloutStage.PILOT, pilots=[w.XC]),
    ),
    (
        Reason.MANDATE_AWAITING,
        dataclasses.replace(w.B_ZUID, processing=Processing.AWAITING),
    ),
]


@pytest.mark.parametrize(("reason", "shut"), SHUT)
def test_a_shut_exact_endpoint_beside_a_school_wide_one_is_refused(
    reason: Reason, shut: Fact
) -> None:
    asked = query(w.XB, vestiging="02")

    assert (Side.RECEIVER, reason) == refusal(decided(asked, WIDE_NOORD, shut))


GATES: Sequence[Fact] = (
    *(
        w.qualification(system, w.OSO_OV, qualified=qualified, rollout=rollout)
        for system in (w.LAS_NOORD, w.LAS_ZUID)
        for qualified in (True, False)
        for rollout in RolloutStage
    ),
    *(w.agreement(w.BOARD_2, kind, end=w.START) for kind in AgreementKind),
    *(w.agreement(party, AgreementKind.VENDOR_OSO, end=w.START) for party in (NOORD.oin, ZUID.oin)),
)
"""Facts that close gates without taking an endpoint or mandate out of its period."""

NUMBERS = st.sampled_from([None, "00", "02", "03"])


@st.composite
def endpoints(draw: st.DrawFn) -> list[Endpoint]:
    """Return endpoints of 99XB, of both vendors, open and suspended."""
    return [
        w.endpoint(
            draw(st.sampled_from([w.B_NOORD, w.B_ZUID])),
            number,
            version=draw(st.sampled_from([w.OV_2025, w.OV_2026])),
            vestiging=draw(NUMBERS),
            attribute=draw(st.sampled_from([Attribute.LAS, Attribute.LAS, Attribute.OT])),
            suspended=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(1, 6)))
    ]


QUERIES = st.builds(
    lambda vestiging, number, version: query(
        w.XB,
        asker=partner(),
        vestiging=vestiging,
        routing_key=None if number is None else w.key(w.XB, number),
        version=version,
    ),
    NUMBERS,
    st.none() | st.integers(1, 5),
    st.sampled_from([None, w.OV_2025, w.OV_2026]),
)


def _world(*facts: Fact) -> Table:
    school = w.school(w.XB, w.BOARD_2, "00", "02", "03")
    return Table.load(1, [*w.base(), school, w.A_NOORD, w.B_NOORD, w.B_ZUID, *facts])


@settings(max_examples=300, deadline=None)
@given(endpoints(), QUERIES, st.lists(st.sampled_from(GATES), max_size=4), st.data())
def test_a_failing_gate_never_reroutes(
    rows: list[Endpoint], asked: Query, gates: list[Fact], data: st.DataObject
) -> None:
    """With all gates open the same endpoint is chosen: a gate says only yes or no."""
    awaiting = data.draw(st.sampled_from([w.B_NOORD, w.B_ZUID]))
    shut: Mandate = dataclasses.replace(
        awaiting, processing=data.draw(st.sampled_from(list(Processing)))
    )
    opened = [dataclasses.replace(row, suspended=False) for row in rows]
    gated = decide(_world(*rows, *gates, shut), asked, w.TODAY)
    free = decide(_world(*opened), asked, w.TODAY)

    if isinstance(gated, Route):
        assert isinstance(free, Route)
        assert free.endpoint_id == gated.endpoint_id
    if isinstance(free, Refusal):
        assert free == gated


@settings(max_examples=200, deadline=None)
@given(endpoints(), QUERIES, st.randoms(use_true_random=False))
def test_what_is_decided_depends_on_the_facts_and_not_on_their_order(
    rows: list[Endpoint], asked: Query, random: Random
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)

    assert decide(_world(*rows), asked, w.TODAY) == decide(_world(*shuffled), asked, w.TODAY)


@settings(max_examples=300, deadline=None)
@given(endpoints(), QUERIES)
def test_no_route_leads_to_a_location_that_was_not_asked_for(
    rows: list[Endpoint], asked: Query
) -> None:
    """99XB has three open locations."""
    decision = decide(_world(*rows), asked, w.TODAY)
    addressed = asked.selection.vestiging, asked.selection.routing_key

    if isinstance(decision, Route) and decision.vestiging is not None:
        assert (None, None) != addressed


@settings(max_examples=200, deadline=None)
@given(endpoints(), QUERIES)
def test_a_route_leads_to_what_locate_finds(rows: list[Endpoint], asked: Query) -> None:
    table = _world(*rows)
    decision = decide(table, asked, w.TODAY)
    located = locate(table, w.XB, asked.selection, w.OSO_OV, asked.version, w.TODAY)

    if isinstance(decision, Route):
        assert isinstance(located, Located)
        assert located.endpoint.endpoint_id == decision.endpoint_id
        assert not located.endpoint.suspended
    elif isinstance(located, Refusal) and asked.selection.vestiging is None:
        assert located == decision
