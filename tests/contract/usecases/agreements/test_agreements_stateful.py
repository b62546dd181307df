"""Random lives of the agreements of one board, compared with a simple model (R2).

The model keeps first and last days; the register, and the table that deciding reads,
must agree with it after every step, in what holds as well as in what is refused and why.
"""

import asyncio
import datetime as dt
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from support.worlds.persons.agreement_world import AS_FRESH, FRESH, Issuer, by, by_person, person
from support.worlds.register_world import AS_OPERATOR, DAY, TODAY, World, open_world
from wissel.clients.testing.cast import PORTAL
from wissel.routing.facts import Agreement, AgreementKind, Board
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table.reference import Reference
from wissel.server.registry.agreements.accepting import accept_agreement
from wissel.server.registry.agreements.commands import (
    AcceptAgreement,
    Acceptor,
    DeclineAgreement,
    OfferAgreement,
    RecordAgreement,
    RegisterAgreementText,
    TerminateAgreement,
    WhichText,
)
from wissel.server.registry.agreements.ending import terminate_agreement
from wissel.server.registry.agreements.offering import decline_agreement, offer_agreement
from wissel.server.registry.agreements.recording import record_agreement
from wissel.server.registry.agreements.texts import register_text
from wissel.server.registry.ports import Transaction

T = TypeVar("T")
OSO: Final = AgreementKind.OSO
EXTENSION: Final = AgreementKind.OSO_SWV_EXTENSION
FOREVER: Final = dt.date.max
kinds = st.sampled_from([OSO, EXTENSION])
offsets = st.integers(-3, 8)


@dataclass
class Known:
    """What the model knows of one agreement; `last` is FOREVER while it lasts."""

    kind: AgreementKind
    version: str
    start: dt.date
    last: dt.date = FOREVER

    def holds(self, day: dt.date) -> bool:
        return self.start <= day <= self.last

    def shares(self, start: dt.date, last: dt.date) -> bool:
        return self.start <= self.last and start <= self.last and self.start <= last


class Agreements(RuleBasedStateMachine):
    """Texts come, and one board asks, accepts, declines and ends, as days go by."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.known: dict[UUID, Known] = {}
        self.texts: dict[AgreementKind, list[tuple[str, dt.date]]] = {OSO: [], EXTENSION: []}
        self.open: dict[AgreementKind, tuple[UUID, str, str]] = {}
        self.world: World = self.runner.run(
            self.stack.enter_async_context(open_world(Path(self.folder.name)))
        )
        self.runner.run(self.world.put(Board(number=FRESH)))

    @property
    def today(self) -> dt.date:
        return self.world.clock.today

    @rule(kind=kinds, renewal=st.none() | st.integers(0, 8))
    def new_text(self, kind: AgreementKind, renewal: int | None) -> None:
        version = f"{len(self.texts[kind]) + 1}"
        last = FOREVER if renewal is None else self.today + renewal * DAY
        command = RegisterAgreementText(
            kind=kind,
            version=version,
            language="nl",
            counterparty="somebody",
            document=f"{kind} {version}".encode(),
            renewal=None if renewal is None else last,
        )
        self.tick()

        done = self._do(lambda given: register_text(given, command))

        assert not isinstance(done, Reason)
        self.texts[kind].append((version, last))
        for each in self.known.values():
            if each.kind is kind and each.version != version:
                each.last = min(each.last, last)

    @rule(kind=kinds)
    def ask(self, kind: AgreementKind) -> None:
        command = OfferAgreement(which=WhichText(kind=kind))
        expected = None
        if not self.texts[kind]:
            expected = Reason.AGREEMENT_TEXT_NOT_FOUND
        elif any(each.version == self._current(kind) for each in self._from(kind, self.today)):
            expected = Reason.ALREADY_REGISTERED

        outcome = self._do(lambda given: offer_agreement(given, command, AS_FRESH, uuid4))

        if isinstance(outcome, Reason):
            assert expected is outcome
            return
        assert expected is None
        assert kind not in self.open or outcome.agreement_id == self.open[kind][0]
        self.open[kind] = outcome.agreement_id, outcome.text_version, outcome.text

    @precondition(lambda self: self.open)
    @rule(data=st.data(), start=st.none() | offsets)
    def accept(self, data: st.DataObject, start: int | None) -> None:
        kind = data.draw(st.sampled_from(sorted(self.open)))
        agreement_id, version, digest = self.open[kind]
        first = self.today if start is None else self.today + start * DAY
        others = self._from(kind, first)
        base = self._base(first)
        expected = None
        if version != self._current(kind):
            expected = Reason.AGREEMENT_TEXT_REPLACED
        elif first < self.today:
            expected = Reason.DATE_IN_PAST
        elif any(each.version == version for each in others):
            expected = Reason.ALREADY_REGISTERED
        elif kind is EXTENSION and base is None:
            expected = Reason.AGREEMENT_MISSING
        command = AcceptAgreement(agreement_id=agreement_id, digest=digest, start=first)
        who = Acceptor(caller=PORTAL.oin, certificate=bytes(32), person=person())

        outcome = self._do(lambda given: accept_agreement(given, command, AS_FRESH, who, Issuer()))

        if isinstance(outcome, Reason):
            assert expected is outcome
            return
        assert expected is None
        for each in others:
            each.last = first - DAY
        last = base.last if kind is EXTENSION and base else FOREVER
        self.known[agreement_id] = Known(kind, version, first, last)
        del self.open[kind]

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(sorted(self.open)))
        command = DeclineAgreement(agreement_id=self.open.pop(kind)[0])

        assert not isinstance(
            self._do(lambda given: decline_agreement(given, command, AS_FRESH)), Reason
        )

    @rule(kind=kinds, start=offsets)
    def record(self, kind: AgreementKind, start: int) -> None:
        first = self.today + start * DAY
        last = min((renewal for _, renewal in self.texts[kind]), default=FOREVER)
        base = self._base(first)
        expected = None
        if last < first:
            expected = Reason.AGREEMENT_TEXT_REPLACED
        elif any(each.kind is kind and each.shares(first, last) for each in self.known.values()):
            expected = Reason.ALREADY_REGISTERED
        elif kind is EXTENSION and base is None:
            expected = Reason.AGREEMENT_MISSING
        command = RecordAgreement(signatory=FRESH, kind=kind, start=first)

        outcome = self._do(lambda given: record_agreement(given, command, uuid4))

        if isinstance(outcome, Reason):
            assert expected is outcome
            return
        assert expected is None
        last = min(last, base.last) if kind is EXTENSION and base else last
        self.known[outcome[0].agreement_id] = Known(kind, "", first, last)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), end=st.none() | offsets)
    def terminate(self, data: st.DataObject, end: int | None) -> None:
        number = data.draw(st.integers(0, len(self.known) - 1))  # their ids are random
        agreement_id = list(self.known)[number]
        now = self.known[agreement_id]
        last = self.today - DAY if end is None else self.today + end * DAY
        expected = None
        if now.last < self.today or (end is not None and last > now.last):
            expected = Reason.AGREEMENT_ENDED
        elif end is not None and last < self.today:
            expected = Reason.DATE_IN_PAST
        elif end is not None and last < now.start:
            expected = Reason.PERIOD_INVALID
        command = TerminateAgreement(agreement_id=agreement_id, end=None if end is None else last)

        outcome = self._do(lambda given: terminate_agreement(given, command, AS_OPERATOR))

        assert expected is (outcome if isinstance(outcome, Reason) else None)
        if expected is not None:
            return
        if now.kind is OSO:
            for each in self.known.values():
                if each.kind is EXTENSION and each.shares(now.start, now.last):
                    each.last = min(each.last, last)
        now.last = last

    @rule()
    def next_day(self) -> None:
        self.world.clock.today += DAY
        self.world.clock.hour = 1

    def tick(self) -> None:
        """Let time go on: of two texts the later one is known by its moment."""
        if self.world.clock.hour == 20:
            self.next_day()
        self.world.clock.hour += 1

    @invariant()
    def the_register_holds_what_the_model_says(self) -> None:
        facts = self.runner.run(self._facts())
        concluded = {each.agreement_id: each for each in facts if each.concluded}
        assert self.known.keys() == concluded.keys()
        assert {key: (each.start, each.last) for key, each in self.known.items()} == {
            key: (each.period.start, each.last_day) for key, each in concluded.items()
        }

    @invariant()
    def deciding_reads_the_same_days(self) -> None:
        reference = Reference.empty().with_facts(self.runner.run(self._facts()))
        days = [TODAY + number * DAY for number in range(-5, 30)]
        for kind in (OSO, EXTENSION):
            spans = reference.signed(FRESH, kind)
            held = [any(first <= day <= last for first, last in spans) for day in days]
            mine = [each for each in self.known.values() if each.kind is kind]
            assert [any(each.holds(day) for each in mine) for day in days] == held
            assert all(sum(each.holds(day) for each in mine) <= 1 for day in days)

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    def _current(self, kind: AgreementKind) -> str:
        return self.texts[kind][-1][0]

    def _from(self, kind: AgreementKind, first: dt.date) -> list[Known]:
        """Those of a kind that share a day with what begins on a day and lasts."""
        return [
            each
            for each in self.known.values()
            if each.kind is kind and each.shares(first, FOREVER)
        ]

    def _base(self, day: dt.date) -> Known | None:
        found = [each for each in self.known.values() if each.kind is OSO and each.holds(day)]
        return found[0] if found else None

    async def _facts(self) -> list[Agreement]:
        async with self.world.register.snapshot() as snapshot:
            return await snapshot.find(Agreement, signatory=str(FRESH))

    def _do(self, work: Callable[[Transaction], Awaitable[T]]) -> T | Reason:
        async def outcome() -> T | Reason:
            try:
                return await by(self.world, by_person(), work)
            except Refused as refused:
                return refused.reason

        return self.runner.run(outcome())


TestAgreements = Agreements.TestCase
TestAgreements.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
