"""A forecast is exactly how decisions differ from day to day (design.md#forecast)."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from support.generated.decisions import DAYS, facts
from support.generated.subjects import change, subjects, told
from support.worlds import small_world as w
from wissel.routing.deciding.forecast.causes import Cause, Causes, Entity, Happening
from wissel.routing.deciding.forecast.changes import DayChange, Extent, day_changes
from wissel.routing.deciding.forecast.forecast import concerning
from wissel.routing.deciding.impact.differences import Change
from wissel.routing.deciding.impact.impact import EVERYTHING, Viewer
from wissel.routing.facts import (
    Agreement,
    Endpoint,
    Fact,
    Mandate,
    Qualification,
    School,
    Service,
)
from wissel.routing.facts.keys import key_of
from wissel.routing.table import Table
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import Vestiging

UNTIL = w.TODAY + DAYS * ONE_DAY
EVERY_DAY = [w.TODAY + number * ONE_DAY for number in range(1, DAYS + 1)]


def foretold(table: Table, viewer: Viewer = EVERYTHING) -> list[DayChange]:
    extent = Extent(today=w.TODAY, until=UNTIL, concerns=concerning(viewer))
    return [changed for some in day_changes(table, extent) for changed in some]


@given(st.lists(facts(), max_size=8))
def test_a_forecast_is_the_difference_of_each_day_with_the_day_before(world: list[Fact]) -> None:
    table = w.table(*world)
    expected = {
        (subject, day): kind
        for subject in subjects()
        for day in EVERY_DAY
        if (kind := change(told(table, subject, day - ONE_DAY), told(table, subject, day)))
    }

    found = foretold(table)

    assert expected == {(each.subject, each.day): each.change for each in found}
    assert len(expected) == len(found)


@given(st.lists(facts(), max_size=8))
def test_whatever_changes_has_a_cause_and_what_lasts_keeps_a_route(world: list[Fact]) -> None:
    table = w.table(*world)
    why = Causes(table)
    known = {(type(fact), key_of(fact)): fact for fact in [*w.small(), *world]}
    for changed in foretold(table):
        because = why.of(changed)

        assert because
        if changed.change is not Change.GAINED and all(
            each.happening is Happening.ENDS for each in because
        ):
            lasting = dict(known)
            for cause in because:
                fact = made_to_last(lasting, cause, changed)
                lasting[type(fact), key_of(fact)] = fact
            kept = Table.load(1, lasting.values())
            before = changed.day - ONE_DAY
            assert told(table, changed.subject, before) == told(kept, changed.subject, changed.day)


def made_to_last(
    known: dict[tuple[type[Fact], str], Fact], cause: Cause, changed: DayChange
) -> Fact:
    """Return the fact that a cause is about, as it is when it does not end."""
    brin, service = changed.subject.organisation, changed.subject.service
    match cause.entity:
        case Entity.MANDATE | Entity.ENDPOINT | Entity.AGREEMENT:
            kinds = {Entity.MANDATE: Mandate, Entity.ENDPOINT: Endpoint}
            fact = known[kinds.get(cause.entity, Agreement), cause.entity_id]
            assert isinstance(fact, Mandate | Endpoint | Agreement)
            return dataclasses.replace(fact, period=Period(fact.period.start))
        case Entity.SCHOOL | Entity.VESTIGING:
            school = known[School, brin]
            assert isinstance(school, School)
            last = changed.day - ONE_DAY
            named = {each.vestiging for each in school.locations if each.closed == last}
            if cause.entity is Entity.VESTIGING:
                named &= {Vestiging(cause.entity_id)}
            locations = (  # of no known sector: that of what is open would count alone
                dataclasses.replace(each, closed=None, sector=None)
                if each.vestiging in named
                else each
                for each in school.locations
            )
            return dataclasses.replace(school, locations=tuple(locations))
        case Entity.SERVICE_VERSION:
            fact = known[Service, service]
            assert isinstance(fact, Service)
            versions = (
                dataclasses.replace(each, period=Period(each.period.start))
                if cause.entity_id == f"{service}/{each.namespace}"
                else each
                for each in fact.versions
            )
            return dataclasses.replace(fact, versions=tuple(versions))
        case _:
            fact = known[Qualification, cause.entity_id]
            assert isinstance(fact, Qualification)
            steps = (step for step in fact.steps if step.start < changed.day)
            return dataclasses.replace(fact, steps=tuple(steps))
