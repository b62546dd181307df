"""Random lives of the mandates of one triple, compared with a simple model (R3).

The model keeps plain sets of days; the register must agree with it after every
step, in what it holds as well as in what it refuses and why.
"""

import asyncio
import datetime as dt
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from support.worlds.register_world import (
    AS_BOARD,
    AS_OPERATOR,
    DAY,
    TODAY,
    World,
    mandate_command,
    open_world,
)
from wissel.routing.facts import Mandate
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.commands import KEEP, EndMandate, Keep, UpdateMandate
from wissel.server.registry.mandates.changing import (
    end_mandate,
    update_mandate,
    withdraw_mandate,
)
from wissel.server.registry.mandates.commands import WithdrawMandate
from wissel.server.registry.mandates.giving import create_mandate
from wissel.server.registry.ports import Transaction

T = TypeVar("T")
FOREVER = TODAY + 400 * DAY
offsets = st.integers(-3, 8)
open_offsets = st.none() | offsets


@dataclass
class Known:
    """What the model knows of one mandate."""

    start: dt.date
    end: dt.date | None
    stopped: bool = False

    def days(self) -> set[dt.date]:
        last = self.end or FOREVER
        return {self.start + n * DAY for n in range((last - self.start).days + 1)}

    def ended(self, today: dt.date) -> bool:
        return self.stopped or max(self.days()) < today


class Mandates(RuleBasedStateMachine):
    """Gives, changes, withdraws and ends mandates of one school to one system, as days go by."""

    ids: Bundle[UUID] = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.known: dict[UUID, Known] = {}
        self.world: World = self.runner.run(
            self.stack.enter_async_context(open_world(Path(self.folder.name)))
        )

    @property
    def today(self) -> dt.date:
        return self.world.clock.today

    @initialize(target=ids)
    def begin(self) -> MultipleResults[UUID]:
        return multiple()

    @rule(target=ids, start=open_offsets, length=open_offsets, operator=st.booleans())
    def give(
        self, start: int | None, length: int | None, operator: bool
    ) -> MultipleResults[UUID] | UUID:
        first = self.today + (start or 0) * DAY
        last = None if length is None else first + length * DAY
        command = mandate_command(start=None if start is None else first, end=last)
        scope = AS_OPERATOR if operator else AS_BOARD
        expected = (
            self._start_refused(first, operator)
            or self._order_refused(first, last)
            or self._overlap_refused(Known(first, last))
        )

        outcome = self._do(lambda transaction: create_mandate(transaction, command, scope, uuid4))

        if isinstance(outcome, Reason):
            assert outcome is expected
            return multiple()
        assert expected is None
        self.known[outcome.mandate.mandate_id] = Known(first, last)
        return outcome.mandate.mandate_id

    @rule(
        mandate_id=ids,
        start=st.just(KEEP) | offsets,
        end=st.just(KEEP) | open_offsets,
        operator=st.booleans(),
    )
    def update(
        self, mandate_id: UUID, start: int | Keep, end: int | Keep | None, operator: bool
    ) -> None:
        now = self.known[mandate_id]
        first = now.start if isinstance(start, Keep) else self.today + start * DAY
        last = now.end if isinstance(end, Keep) else self._day(end)
        changed = Known(first, last)
        command = UpdateMandate(
            mandate_id=mandate_id,
            start=start if isinstance(start, Keep) else first,
            end=end if isinstance(end, Keep) else last,
        )
        expected = (
            self._ended_refused(now)
            or self._move_refused(now, first, operator)
            or (None if isinstance(end, Keep) else self._end_refused(last))
            or self._order_refused(first, last)
            or self._overlap_refused(changed, mandate_id)
        )

        scope = AS_OPERATOR if operator else AS_BOARD
        outcome = self._do(lambda transaction: update_mandate(transaction, command, scope))

        self._settle(mandate_id, outcome, expected, changed)

    @rule(mandate_id=ids, end=offsets)
    def end_after(self, mandate_id: UUID, end: int) -> None:
        now, last = self.known[mandate_id], self.today + end * DAY
        changed = Known(now.start, last)
        expected = (
            self._ended_refused(now)
            or self._end_refused(last)
            or self._order_refused(now.start, last)
            or self._overlap_refused(changed, mandate_id)
        )

        command = EndMandate(mandate_id=mandate_id, end=last)
        outcome = self._do(lambda transaction: end_mandate(transaction, command, AS_OPERATOR))

        self._settle(mandate_id, outcome, expected, changed)

    @rule(mandate_id=consumes(ids))
    def stop(self, mandate_id: UUID) -> None:
        now = self.known[mandate_id]
        changed = Known(now.start, max(now.start, self.today), stopped=True)

        command = EndMandate(mandate_id=mandate_id)
        outcome = self._do(lambda transaction: end_mandate(transaction, command, AS_OPERATOR))

        self._settle(mandate_id, outcome, self._ended_refused(now), changed)

    @rule(mandate_id=ids)
    def withdraw(self, mandate_id: UUID) -> None:
        now = self.known[mandate_id]
        changed = Known(now.start, now.start, stopped=True)
        started = Reason.MANDATE_STARTED if now.start <= self.today else None

        command = WithdrawMandate(mandate_id=mandate_id)
        outcome = self._do(lambda transaction: withdraw_mandate(transaction, command, AS_BOARD))

        self._settle(mandate_id, outcome, self._ended_refused(now) or started, changed)

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.world.clock.today += days * DAY

    @invariant()
    def the_register_holds_what_the_model_knows(self) -> None:
        held = self._do(lambda transaction: transaction.find(Mandate))

        assert not isinstance(held, Reason)
        assert {
            each.mandate_id: Known(each.period.start, each.period.end, each.stopped)
            for each in held
        } == self.known

    @invariant()
    def no_day_is_held_twice(self) -> None:
        held = [each.days() for each in self.known.values() if not each.stopped]

        assert sum(map(len, held)) == len(set().union(*held))

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    def _do(self, step: Callable[[Transaction], Awaitable[T]]) -> T | Reason:
        try:
            return self.runner.run(self.world.run(step))
        except Refused as refusal:
            return refusal.reason

    def _settle(
        self, mandate_id: UUID, outcome: Mandate | Reason, expected: Reason | None, changed: Known
    ) -> None:
        assert (outcome if isinstance(outcome, Reason) else None) is expected
        if expected is None:
            self.known[mandate_id] = changed

    def _day(self, offset: int | None) -> dt.date | None:
        return None if offset is None else self.today + offset * DAY

    def _start_refused(self, first: dt.date, operator: bool) -> Reason | None:
        return Reason.DATE_IN_PAST if first < self.today and not operator else None

    def _move_refused(self, now: Known, first: dt.date, operator: bool) -> Reason | None:
        if first == now.start:
            return None
        started = now.start <= self.today
        return Reason.MANDATE_STARTED if started else self._start_refused(first, operator)

    def _end_refused(self, last: dt.date | None) -> Reason | None:
        return Reason.DATE_IN_PAST if last is not None and last < self.today else None

    def _order_refused(self, first: dt.date, last: dt.date | None) -> Reason | None:
        return Reason.PERIOD_INVALID if last is not None and last < first else None

    def _ended_refused(self, now: Known) -> Reason | None:
        return Reason.MANDATE_ENDED if now.ended(self.today) else None

    def _overlap_refused(self, new: Known, own: UUID | None = None) -> Reason | None:
        for mandate_id, other in self.known.items():
            if mandate_id != own and not other.stopped and other.days() & new.days():
                return Reason.MANDATE_OVERLAPS
        return None


TestMandates = Mandates.TestCase
TestMandates.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,  # the database and two cores shared with others take their time
    suppress_health_check=[HealthCheck.too_slow],
)
