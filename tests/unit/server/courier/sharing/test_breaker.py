"""When a receiver is left alone, and when it is tried again."""

from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wissel.server.courier.sharing import breaker as machine
from wissel.server.courier.sharing.breaker import Breaker, BreakerRules

RULES: Final = BreakerRules()
NOW: Final = 1000.0


def timed_out(breaker: Breaker, now: float, *, probe: bool = False) -> Breaker:
    """Return the breaker after a time-out of what was sent half a minute ago."""
    return machine.timed_out(breaker, RULES, now, sent=now - 30.0, probe=probe)


def opened(now: float = NOW) -> Breaker:
    breaker = Breaker()
    for _ in range(RULES.timeouts):
        breaker = timed_out(breaker, now)
    return breaker


def test_it_opens_after_so_many_in_a_row() -> None:
    breaker = Breaker()
    for _ in range(RULES.timeouts - 1):
        breaker = timed_out(breaker, NOW)
        assert not breaker.open

    assert timed_out(breaker, NOW).open


def test_time_outs_that_lie_far_apart_do_not_add_up() -> None:
    breaker = Breaker()
    for number in range(10):
        breaker = timed_out(breaker, NOW + number * (RULES.apart + 1))

    assert not breaker.open


def test_an_answer_in_between_begins_the_count_anew() -> None:
    breaker = timed_out(timed_out(Breaker(), NOW), NOW)
    breaker = machine.answered(NOW)

    assert not timed_out(breaker, NOW + 31).open


def test_a_time_out_says_nothing_if_others_were_answered_meanwhile() -> None:
    breaker = machine.answered(NOW)
    for _ in range(10):
        breaker = machine.timed_out(breaker, RULES, NOW + 20, sent=NOW - 10, probe=False)

    assert breaker == machine.answered(NOW)


def test_an_open_one_lets_one_through_when_its_time_is_over() -> None:
    breaker = opened()

    assert machine.wait(breaker, RULES, NOW) == RULES.first
    assert machine.wait(breaker, RULES, NOW + RULES.first) == 0
    probing = machine.let_through(breaker, NOW + RULES.first)
    assert machine.wait(probing, RULES, NOW + RULES.first + 1) == RULES.probe - 1


def test_a_probe_that_tells_nothing_makes_room_for_another() -> None:
    began = NOW + RULES.first
    probing = machine.let_through(opened(), began)

    assert machine.wait(machine.probe_ended(probing, began), RULES, began) == 0
    assert machine.wait(probing, RULES, began + RULES.probe) == 0


def test_an_earlier_probe_does_not_end_a_later_one() -> None:
    later = machine.let_through(opened(), NOW + 100)

    assert machine.probe_ended(later, NOW + 40) == later


def test_a_probe_that_times_out_opens_it_for_twice_as_long_each_time() -> None:
    breaker, now, waits = opened(), NOW, []
    for _ in range(6):
        waits.append(machine.wait(breaker, RULES, now))
        now += waits[-1]
        breaker = timed_out(machine.let_through(breaker, now), now, probe=True)

    assert waits == [30, 60, 120, 240, 300, 300]


def test_those_that_were_under_way_do_not_keep_it_open() -> None:
    breaker = opened()

    assert timed_out(breaker, NOW + 20) == breaker


@pytest.mark.parametrize("now", [NOW, NOW + 100.0])
def test_an_answer_closes_it(now: float) -> None:
    assert machine.wait(machine.answered(now), RULES, now) == 0


class Receiver(RuleBasedStateMachine):
    """A receiver that answers or not, transfers that end as they like, and a model of both."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.breaker = Breaker()
        self.under_way: list[tuple[float, float | None]] = []
        self.in_a_row = 0

    @rule()
    def one_comes(self) -> None:
        if machine.wait(self.breaker, RULES, self.now) > 0:
            return
        probe = self.now if self.breaker.open else None
        self.breaker = machine.let_through(self.breaker, self.now)
        self.under_way.append((self.now, probe))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def one_is_answered(self, data: st.DataObject) -> None:
        self._one(data)
        self.breaker = machine.answered(self.now)
        self.in_a_row = 0

        assert not self.breaker.open

    @precondition(lambda self: any(self.now - sent >= 30 for sent, _ in self.under_way))
    @rule(data=st.data())
    def one_times_out(self, data: st.DataObject) -> None:
        late = [each for each in self.under_way if self.now - each[0] >= 30]
        sent, probe = data.draw(st.sampled_from(late))
        self.under_way.remove((sent, probe))
        before = self.breaker
        self.breaker = machine.timed_out(
            before, RULES, self.now, sent=sent, probe=probe is not None
        )
        self.in_a_row += 1

        assert not self.breaker.open or before.open or self.in_a_row >= RULES.timeouts

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def one_tells_nothing(self, data: st.DataObject) -> None:
        before, (_, probe) = self.breaker, self._one(data)
        if probe is not None:
            self.breaker = machine.probe_ended(before, probe)

        assert self.breaker.open == before.open

    @rule(seconds=st.sampled_from([1.0, 31.0, 301.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def nobody_waits_for_ever(self) -> None:
        assert machine.wait(self.breaker, RULES, self.now) <= RULES.most

    @invariant()
    def only_one_is_let_through_at_a_time(self) -> None:
        if machine.wait(self.breaker, RULES, self.now) == 0 and self.breaker.open:
            assert machine.wait(machine.let_through(self.breaker, self.now), RULES, self.now) > 0

    def _one(self, data: st.DataObject) -> tuple[float, float | None]:
        one = data.draw(st.sampled_from(self.under_way))
        self.under_way.remove(one)
        return one


TestReceiver = Receiver.TestCase
TestReceiver.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
