"""How a forecast is told: in pages, to each its own, and with what keeps a route."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated.decisions import DAYS, facts
from support.worlds import small_world as w
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.deciding.forecast.causes import Entity, Happening
from wissel.routing.deciding.forecast.changes import Extent, day_changes
from wissel.routing.deciding.forecast.forecast import EXAMPLES, Event, Forecast, concerning
from wissel.routing.deciding.forecast.remedies import Remedy, remedies
from wissel.routing.deciding.impact.impact import EVERYTHING, Impact, Viewer
from wissel.routing.facts import AgreementKind, Fact, RolloutStage, RolloutStep
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import Brin

LAST = w.TODAY + 5 * ONE_DAY
NEXT = LAST + ONE_DAY
NOORDS = Viewer(systems=frozenset({w.LAS_NOORD}))
VIEWERS = (
    EVERYTHING,
    NOORDS,
    Viewer(systems=frozenset({w.LAS_ZUID})),
    Viewer(organisations=frozenset({w.XB})),
    Viewer(services=frozenset({w.OSO_OV})),
    Viewer(),
)


def forecast(
    table: Table, viewer: Viewer = EVERYTHING, *, after: str = "", size: int = 1000
) -> Forecast:
    extent = Extent(today=w.TODAY, until=w.TODAY + DAYS * ONE_DAY, concerns=concerning(viewer))
    found = Forecast(table, w.TODAY, viewer, after=after, size=size)
    for changes in day_changes(table, extent):
        found.add(changes)
    return found


def events(*changed: Fact, viewer: Viewer = EVERYTHING) -> list[Event]:
    return forecast(w.table(*changed), viewer).page()[0]


def kept_by(event: Event) -> list[Remedy]:
    assert event.refusal is not None
    return list(remedies(w.table(), event.causes, event.refusal, "en"))


@given(st.lists(facts(), max_size=8), st.sampled_from(VIEWERS), st.integers(1, 3))
def test_pages_are_the_whole_and_each_counts_all(
    world: list[Fact], viewer: Viewer, size: int
) -> None:
    table = w.table(*world)
    whole, none = forecast(table, viewer).page()
    total: Impact | None = None
    found: list[Event] = []
    after = ""
    while True:
        page = forecast(table, viewer, after=after, size=size)
        some, after = page.page()
        found += some
        assert total is None or total.total == page.total.total
        total = page.total
        if not after:
            break

    assert not none
    assert whole == found
    assert sum(event.tally.size for event in whole) == total.total.size


@given(st.lists(facts(), max_size=8))
def test_a_vendor_is_never_told_of_another(world: list[Fact]) -> None:
    """Neither by a cause nor by who served before or does after."""
    for event in forecast(w.table(*world), NOORDS).page()[0]:
        assert {each.system_id for each in event.causes} <= {"", w.LAS_NOORD}
        for example in event.examples:
            served = {each.system_id for each in (example.was, example.becomes) if each}
            assert served == {w.LAS_NOORD}
        if event.refusal is not None:
            assert w.LAS_ZUID not in event.refusal.metadata.values()


def test_what_many_have_in_common_is_one_event() -> None:
    schools = [Brin(f"{number:02}ZZ") for number in range(20)]
    connected: list[Fact] = []
    for brin in schools:
        given_to = w.mandate(brin, w.LAS_ZUID)
        connected += [w.school(brin, w.BOARD_2), given_to, w.endpoint(given_to, 1)]

    (event,) = events(*connected, w.agreement(ZUID.oin, AgreementKind.VENDOR_OSO, end=LAST))

    (cause,) = event.causes
    assert (Happening.ENDS, Entity.AGREEMENT) == (cause.happening, cause.entity)
    assert (ZUID.oin, "VENDOR_OSO", w.LAS_ZUID) == (
        cause.signatory,
        cause.agreement,
        cause.system_id,
    )
    assert NEXT == event.day
    assert EXAMPLES == len(event.examples)
    assert [("SIGN_AGREEMENT", "VENDOR")] == [(e.action, e.owner) for e in kept_by(event)]


@pytest.mark.parametrize(
    ("changed", "entity", "action", "owner"),
    [
        (
            dataclasses.replace(w.C_ZUID, period=Period(w.START, LAST)),
            Entity.MANDATE,
            "GIVE_MANDATE",
            "BOARD",
        ),
        (
            w.endpoint(w.C_ZUID, 1, vestiging="01", period=Period(w.START, LAST)),
            Entity.ENDPOINT,
            "REGISTER_ENDPOINT",
            "VENDOR",
        ),
        (
            w.agreement(w.BOARD_1, AgreementKind.OSO, end=LAST),
            Entity.AGREEMENT,
            "SIGN_AGREEMENT",
            "BOARD",
        ),
        (
            w.school(w.XC, w.BOARD_2, "01", closed=LAST),
            Entity.SCHOOL,
            "REOPEN_SCHOOL",
            "BOARD",
        ),
        (
            w.qualification(
                w.LAS_NOORD, w.OSO_OV, steps=[RolloutStep(start=NEXT, stage=RolloutStage.CLOSED)]
            ),
            Entity.ROLLOUT,
            "OPEN_ROLLOUT",
            "OPERATOR",
        ),
    ],
)
def test_each_end_has_its_remedy(changed: Fact, entity: Entity, action: str, owner: str) -> None:
    found = events(changed)

    assert {NEXT} == {event.day for event in found}
    assert entity in {cause.entity for event in found for cause in event.causes}
    assert (action, owner) in {
        (each.action, each.owner) for event in found for each in kept_by(event)
    }


def test_where_another_stands_in_the_way_the_gap_is_what_to_close() -> None:
    """A second endpoint of the whole school begins: senders are to say which they mean."""
    second = w.endpoint(w.A_NOORD, 7, period=Period(NEXT))

    (event,) = events(second)

    assert [Happening.BEGINS] == [cause.happening for cause in event.causes]
    assert event.refusal is not None
    assert Reason.ROUTE_AMBIGUOUS is event.refusal.reason
    assert ["CHOOSE_ENDPOINT"] == [each.action for each in kept_by(event)]


def test_what_is_lost_and_comes_back_is_lost_until_then() -> None:
    again = dt.timedelta(days=3)
    later = w.mandate(w.XA, w.LAS_NOORD, name="2", period=Period(NEXT + again))

    found = events(
        dataclasses.replace(w.A_NOORD, period=Period(w.START, LAST)),
        later,
        w.endpoint(later, 5, period=Period(NEXT + again)),
    )

    lost = [event for event in found if event.day == NEXT]
    assert {NEXT + again - ONE_DAY} == {e.last for event in lost for e in event.examples}
    assert NOORD.oin in {
        each.becomes.party for event in found for each in event.examples if each.becomes
    }
