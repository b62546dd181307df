"""An impact is exactly the difference of the decisions before and after (design.md#impact)."""

from hypothesis import given
from hypothesis import strategies as st

from support.generated.decisions import DAYS, facts
from support.generated.subjects import change, subjects, told
from support.worlds import small_world as w
from wissel.routing.deciding.impact.differences import differences
from wissel.routing.facts import Fact
from wissel.routing.values.days import ONE_DAY


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
