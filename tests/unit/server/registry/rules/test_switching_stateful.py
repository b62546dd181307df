"""Who provides and who receives as systems make way for each other, and days go by (R3)."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from support.worlds import small_world as w
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Route
from wissel.routing.deciding.delivery_points import delivery_points
from wissel.routing.deciding.query import ANYBODY, Query, Selection
from wissel.routing.facts import Endpoint, Mandate, Switch
from wissel.routing.table import Table
from wissel.routing.values.days import FOREVER, ONE_DAY, Period
from wissel.routing.values.identifiers import RoutingKey
from wissel.server.registry.rules.mandates import stopped_now
from wissel.server.registry.rules.switching import made_way, restored

DAYS: Final = st.integers(0, 6)


@dataclass
class Known:
    """What the model knows of one mandate: its days, and until when its system provides."""

    fact: Mandate
    key: RoutingKey
    start: dt.date
    last: dt.date = FOREVER
    until: dt.date | None = None
    gone: bool = False

    def receives(self, on: dt.date) -> bool:
        return not self.gone and self.start <= on <= self.last

    def provides(self, on: dt.date) -> bool:
        after = self.until is not None and self.last < on <= self.until
        return not self.gone and (after or self.receives(on))


class Switching(RuleBasedStateMachine):
    """99XA has a mandate, whose system makes way for the other one again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.today = w.TODAY
        self.known: list[Known] = []
        self.table = Table.load(1, w.base())
        self.undoable = False
        self.given = 0
        self._give(w.START)

    @rule(days=DAYS, provides=st.none() | DAYS)
    def switch(self, days: int, provides: int | None) -> None:
        """The last one makes way from a day on, and may provide for some days from then."""
        old, start = self.known[-1], self.today + days * ONE_DAY
        if not old.receives(start) or old.fact.switch is not None:
            return
        until = None if provides is None else start + provides * ONE_DAY
        new = self._give(start)
        to = Switch(to=new.fact.mandate_id, former=old.fact.period, provides_until=until)
        self._put(old, made_way(old.fact, to, start, self.today))
        old.gone = old.start == start
        old.last, old.until = start - ONE_DAY, until
        self.undoable = True

    @precondition(lambda self: self.undoable)
    @rule()
    def undo(self) -> None:
        """The last switch is taken back, before its day."""
        old, new = self.known[-2:]
        if new.start <= self.today:
            return
        self._put(new, stopped_now(new.fact, self.today))
        self._put(old, restored(old.fact))
        self.known.pop()
        old.last, old.until, old.gone, self.undoable = FOREVER, None, False, False

    @rule()
    def end_immediately(self) -> None:
        """The last one is ended, and another is given."""
        last = self.known[-1]
        self._put(last, replace(stopped_now(last.fact, self.today), switch=None))
        last.gone, self.undoable = True, False
        self._give(self.today)

    @rule(days=DAYS)
    def wait(self, days: int) -> None:
        self.today += days * ONE_DAY

    @invariant()
    def each_provides_and_receives_on_its_days(self) -> None:
        for day in (self.today + n * ONE_DAY for n in range(14)):
            found = delivery_points(self.table, w.XA, w.OSO_OV, day)
            points = {each.routing_key for each in found} if isinstance(found, list) else set()

            assert points == {each.key for each in self.known if each.provides(day)}
            for each in self.known:
                assert self._leads_to(each.key, day) is each.receives(day)

    def _give(self, start: dt.date) -> Known:
        """Give a mandate to the other system than the last one's, and let it register."""
        number, self.given = self.given, self.given + 1
        system = w.LAS_NOORD if number % 2 == 0 else w.LAS_ZUID
        fact = w.mandate(w.XA, system, name=str(number), period=Period(start))
        known = Known(fact, w.key(w.XA, number + 1), start)
        self.known.append(known)
        self._put(known, fact, w.endpoint(fact, number + 1, period=Period(w.START)))
        return known

    def _put(self, known: Known, fact: Mandate, *endpoints: Endpoint) -> None:
        known.fact = fact
        self.table = self.table.with_facts(self.table.revision + 1, [fact, *endpoints])

    def _leads_to(self, routing_key: RoutingKey, on: dt.date) -> bool:
        query = Query(ANYBODY, None, w.XA, w.OSO_OV, Selection(routing_key=routing_key))
        return isinstance(decide(self.table, query, on), Route)


TestSwitching = Switching.TestCase
TestSwitching.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
