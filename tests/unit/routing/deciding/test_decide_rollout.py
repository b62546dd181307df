"""The rollout of the day that is asked about decides, and how long it lasts (R7)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from support.builders.queries import decided, refusal
from support.worlds import small_world as w
from wissel.routing.deciding.decision import Permission, Refusal, Route
from wissel.routing.deciding.may_act import may_act
from wissel.routing.facts import Qualification, RolloutStage, RolloutStep
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import Brin

CLOSED, PILOT, OPEN = RolloutStage
DAYS = [w.TODAY + days * ONE_DAY for days in range(8)]


def rollout(*steps: tuple[int, RolloutStage], first: RolloutStage = CLOSED) -> Qualification:
    """Noord's rollout for OSO_OV: each stage from so many days after today; 99XA is the pilot."""
    return dataclasses.replace(
        w.qualification(w.LAS_NOORD, w.OSO_OV, rollout=first),
        steps=tuple(
            RolloutStep(
                start=w.TODAY + days * ONE_DAY,
                stage=stage,
                pilots=frozenset({w.XA} if stage is PILOT else ()),
            )
            for days, stage in steps
        ),
    )


NEWS = rollout((2, PILOT), (5, OPEN))


def test_a_school_waits_for_its_day_and_hears_when_it_is() -> None:
    closed = decided(None, NEWS)
    pilot = decided(None, NEWS, on=DAYS[2])
    another = may_act(w.table(NEWS), w.XB, w.OSO_OV, w.LAS_NOORD, DAYS[2])

    assert (Side.SENDER, Reason.ROLLOUT_CLOSED) == refusal(closed)
    assert isinstance(closed, Refusal)
    assert (closed.metadata["stage"], closed.metadata["opens"]) == ("CLOSED", str(DAYS[2]))
    assert isinstance(pilot, Route)
    assert isinstance(another, Refusal)
    assert (another.metadata["stage"], another.metadata["opens"]) == ("PILOT", str(DAYS[5]))


def test_a_gate_that_closes_is_the_last_day_of_a_route() -> None:
    route = decided(None, rollout((3, CLOSED), first=OPEN))
    lasting = decided(None, rollout((3, PILOT), first=OPEN))
    never = decided(None, rollout((3, CLOSED), first=OPEN), on=DAYS[3])

    assert isinstance(route, Route)
    assert isinstance(lasting, Route)
    assert isinstance(never, Refusal)
    assert (route.valid_until, lasting.valid_until) == (DAYS[2], None)
    assert "opens" not in never.metadata


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.sampled_from(RolloutStage)), unique_by=lambda each: each[0]
    ),
    st.sampled_from(RolloutStage),
    st.sampled_from([w.XA, w.XB]),
)
def test_each_day_is_as_its_step_says_and_as_long_as_is_told(
    steps: Sequence[tuple[int, RolloutStage]], first: RolloutStage, school: Brin
) -> None:
    plan = rollout(*sorted(steps), first=first)
    table = w.table(plan)
    through = {day: plan.rollout_on(day).admits(school) for day in DAYS}

    outcomes = {day: may_act(table, school, w.OSO_OV, w.LAS_NOORD, day) for day in DAYS}

    assert through == {day: isinstance(found, Permission) for day, found in outcomes.items()}
    for day, found in outcomes.items():
        later = [other for other in DAYS if other > day]
        if isinstance(found, Permission):
            shut = next((other for other in later if not through[other]), None)
            assert (shut is None) == (found.last_day == dt.date.max)
            assert shut is None or found.last_day == shut - ONE_DAY
        else:
            opens = next((str(other) for other in later if through[other]), None)
            assert opens == found.metadata.get("opens")
