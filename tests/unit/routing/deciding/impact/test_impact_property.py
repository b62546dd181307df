"""An impact is exactly the difference of the decisions before and after (design.md#impact)."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from support.generated.decisions import DAYS, ORGANISATIONS, SERVICES, SYSTEMS, facts
from support.worlds import small_world as w
from wissel.clients.testing.cast import SWV
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Refusal, Route
from wissel.routing.deciding.impact.differences import Change, Subject, differences
from wissel.routing.deciding.may_act import may_act
from wissel.routing.deciding.query import ANYBODY, Query, Selection
from wissel.routing.facts import Fact
from wissel.routing.table import Table
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import Vestiging


def subjects() -> list[Subject]:
    """Every question there is in these worlds."""
    return [
        subject
        for code in (*ORGANISATIONS, w.XC)
        for service in SERVICES
        for subject in (
            Subject(code, service),
            *(
                Subject(code, service, Vestiging(f"{code}{number}"))
                for number in ("00", "01", "02")
                if code != SWV
            ),
            *(Subject(code, service, None, system_id) for system_id in SYSTEMS),
        )
    ]


def told(table: Table, subject: Subject, day: dt.date) -> object:
    """What a table says: how a route leads, that a system may act, or nothing."""
    code, service, vestiging, sender = subject
    if sender is not None:
        return not isinstance(may_act(table, code, service, sender, day), Refusal)
    asked = Query(ANYBODY, None, code, service, Selection(vestiging=vestiging))
    decision = decide(table, asked, day)
    if not isinstance(decision, Route):
        return False
    return (
        decision.endpoint_id,
        decision.url,
        decision.receiver_oin,
        decision.receiver_mandate_id,
        decision.system_id,
        decision.version,
        decision.vestiging,
        decision.aanleverpunt,
        decision.routing_key,
    )


def change(before: object, after: object) -> Change | None:
    """How two answers differ."""
    if bool(before) != bool(after):
        return Change.GAINED if after else Change.LOST
    return None if before == after else Change.MOVED


@given(st.lists(facts(), max_size=8), st.lists(facts(), min_size=1, max_size=3))
def test_an_impact_is_the_difference_of_the_decisions(
    world: list[Fact], changed: list[Fact]
) -> None:
    before = w.table(*world)
    after = before.supposing(changed)
    days = [w.TODAY + number * ONE_DAY for number in range(DAYS)]
    expected = {
        (subject, day): kind
        for subject in subjects()
        for day in days
        if (kind := change(told(before, subject, day), told(after, subject, day)))
    }

    found = [
        (each.subject, day, each.change)
        for some in differences(before, after, w.TODAY)
        for each in some
        for day in days
        if each.first <= day <= each.last
    ]

    assert expected == {(subject, day): kind for subject, day, kind in found}
    assert len(expected) == len(found)
