"""The life of a message as a whole: any order of events, against a model of its own.

The model knows nothing of the code's rules. It is the world: receivers that
store or refuse, carriers that are slow, dead or back from the dead, questions
whose answers come late; and beside it the little that a hub can know of that.
"""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from support.builders.orders import DONE, FAILED, LEASE, NO, NOW, UNCERTAIN, order
from support.cast import STRANGER
from wissel.clients.testing.cast import ZUID
from wissel.routing.exchange.delivery import Delivery, Result, State
from wissel.routing.exchange.delivery_moves import claim, expire, finish, settle
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

RECEIVERS = [ZUID.oin, STRANGER.oin]


@dataclass
class Attempt:
    """One carrier at work; `known_failed` once the hub was told so in time."""

    number: int
    receiver: Oin
    lease_until: dt.datetime
    known_failed: bool = False


@dataclass
class Truth:
    """What receivers have, and what the hub may know of its attempts."""

    stored: set[Oin] = field(default_factory=set)
    refused: set[Oin] = field(default_factory=set)
    attempts: list[Attempt] = field(default_factory=list)
    in_charge: Attempt | None = None
    final: State | None = None

    def state(self) -> State | None:
        """Where the message stands for a hub that believes only what it knows."""
        if self.final is not None:
            return self.final
        if self.in_charge is not None:
            return State.ACCEPTED
        if not self.attempts:
            return None
        return State.UNCERTAIN if self.maybe() else State.FAILED

    def maybe(self) -> set[Oin]:
        """Who may hold the message, as far as the hub knows."""
        return {each.receiver for each in self.attempts if not each.known_failed}

    def refusal(self, receiver: Oin, now: dt.datetime) -> Reason | None:
        """Why the message may not go to a receiver now."""
        if self.final is State.REFUSED:
            return Reason.RECEIVER_REFUSED
        if self.in_charge is not None and now < self.in_charge.lease_until:
            return Reason.MESSAGE_IN_PROGRESS
        if self.final is None and self.maybe() - {receiver}:
            return Reason.DELIVERY_UNCERTAIN
        return None


class Life(RuleBasedStateMachine):
    """Attempts, ends, crashes, sweeps, questions and answers, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.delivery: Delivery | None = None
        self.truth = Truth()
        self.carriers: list[Attempt] = []
        self.questions: list[Attempt] = []

    @rule(receiver=st.sampled_from(RECEIVERS), seconds=st.sampled_from([1, 125]))
    def a_sender_tries(self, receiver: Oin, seconds: int) -> None:
        lease_until = self.now + dt.timedelta(seconds=seconds)
        wanted = order(receiver_oin=receiver, lease_until=lease_until)
        expected = self.truth.refusal(receiver, self.now)
        if expected is not None:
            with pytest.raises(Refused, match=expected):
                claim(self.delivery, wanted, self.now)
            return
        self.delivery = claim(self.delivery, wanted, self.now)
        if self.truth.final is None:
            attempt = Attempt(len(self.truth.attempts) + 1, receiver, lease_until)
            self.truth.attempts.append(attempt)
            self.truth.in_charge = attempt
            self.carriers.append(attempt)

    @precondition(lambda self: self.carriers)
    @rule(data=st.data())
    def a_carrier_ends(self, data: st.DataObject) -> None:
        """In charge or long overtaken: it does not know, and reports all the same."""
        attempt = data.draw(st.sampled_from(self.carriers))
        self.carriers.remove(attempt)
        result = self._carried(data, attempt.receiver)
        after = finish(self.delivery, attempt.number, result, self.now)
        if attempt is not self.truth.in_charge:
            assert after is None
            return
        self.truth.in_charge = None
        attempt.known_failed = result is FAILED
        if result in (DONE, NO):
            self.truth.final = result.state
        assert after is not None
        self.delivery = after

    def _carried(self, data: st.DataObject, receiver: Oin) -> Result:
        """Let a carrier reach its receiver, or not; return what it saw of that."""
        if not data.draw(st.booleans(), "final chunk sent"):
            return FAILED
        if receiver not in self.truth.stored | self.truth.refused:
            willing = data.draw(st.sampled_from([True, True, False]), "willing")
            (self.truth.stored if willing else self.truth.refused).add(receiver)
        if data.draw(st.sampled_from([True, True, False]), "answer lost"):
            return UNCERTAIN
        return DONE if receiver in self.truth.stored else NO

    @precondition(lambda self: self.carriers)
    @rule(data=st.data())
    def a_carrier_dies(self, data: st.DataObject) -> None:
        attempt = data.draw(st.sampled_from(self.carriers))
        self.carriers.remove(attempt)
        self._carried(data, attempt.receiver)

    @rule(seconds=st.sampled_from([1, 60, LEASE.total_seconds() + 1]))
    def time_passes(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    @precondition(lambda self: self.delivery is not None)
    @rule()
    def a_sweep_ends_what_nobody_owns(self) -> None:
        assert self.delivery is not None
        self.delivery = expire(self.delivery, self.now)
        in_charge = self.truth.in_charge
        if in_charge is not None and in_charge.lease_until <= self.now:
            self.truth.in_charge = None

    @precondition(lambda self: self.truth.state() is State.UNCERTAIN)
    @rule()
    def a_sweep_asks(self) -> None:
        self.questions.append(self.truth.attempts[-1])

    @precondition(lambda self: self.questions)
    @rule(data=st.data())
    def an_answer_comes(self, data: st.DataObject) -> None:
        """At once or much later; about what its receiver has at that moment."""
        attempt = data.draw(st.sampled_from(self.questions))
        self.questions.remove(attempt)
        if attempt.receiver not in self.truth.stored | self.truth.refused:
            return
        answer = DONE if attempt.receiver in self.truth.stored else NO
        assert self.delivery is not None
        assert settle(self.delivery, attempt.number, FAILED, self.now) is None
        after = settle(self.delivery, attempt.number, answer, self.now)
        current = attempt is self.truth.attempts[-1]
        assert (after is not None) is (current and self.truth.state() is State.UNCERTAIN)
        if after is not None:
            self.delivery = after
            self.truth.final = answer.state

    @invariant()
    def it_stands_where_the_hub_may_believe_it_to(self) -> None:
        assert (self.delivery and self.delivery.state) == self.truth.state()

    @invariant()
    def at_most_one_receiver_ever_holds_it(self) -> None:
        assert len(self.truth.stored) <= 1

    @invariant()
    def a_receipt_means_that_it_was_delivered(self) -> None:
        if self.delivery is not None and self.delivery.state is State.DELIVERED:
            assert self.truth.stored == {self.delivery.order.receiver_oin}

    @invariant()
    def a_refusal_means_that_its_receiver_does_not_hold_it(self) -> None:
        if self.delivery is not None and self.delivery.state is State.REFUSED:
            assert self.delivery.order.receiver_oin in self.truth.refused
            assert self.truth.stored == set()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=250, stateful_step_count=50, deadline=None)
