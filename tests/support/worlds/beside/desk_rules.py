"""What operators do to a register at random, beside the simple model of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from support.worlds.beside.model import Days, Model, Signed
from support.worlds.beside.questions import RIO, SCHOOLS, SYSTEMS
from support.worlds.beside.register import Beside
from support.worlds.register_world import (
    AS_OPERATOR,
    BOARD,
    DAY,
    LAS_NOORD,
    LAS_ZUID,
    OSO_OV,
    OTHER_BOARD,
    SCHOOL,
    SECOND_SCHOOL,
)
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Evidence,
    EvidenceKind,
    RolloutStage,
    RolloutStep,
    School,
)
from wissel.routing.values.identifiers import (
    Brin,
    ServiceCode,
    SystemId,
)
from wissel.server.registry.agreements.commands import RecordAgreement, TerminateAgreement
from wissel.server.registry.agreements.ending import terminate_agreement
from wissel.server.registry.agreements.recording import record_agreement
from wissel.server.registry.parties.acting import (
    QualifySystem,
    SetRollout,
    qualify_system,
    set_rollout,
)
from wissel.server.registry.ports import Transaction
from wissel.server.registry.services import UpdateServiceVersion, update_version

SIGNED: Final = (
    *((BOARD, kind) for kind in (AgreementKind.KENNISNET_OSR, AgreementKind.OSO)),
    (OTHER_BOARD, AgreementKind.OSO),
    *((oin, AgreementKind.VENDOR_OSO) for oin in (NOORD.oin, ZUID.oin)),
    (ZUID.oin, AgreementKind.VENDOR_OSR),
)

offsets = st.integers(-2, 8)
ahead = st.integers(0, 8)
schools = st.sampled_from(SCHOOLS)
systems = st.sampled_from(SYSTEMS)
services = st.sampled_from((OSO_OV, OSO_OV, RIO))


Plan = list[tuple[int, RolloutStage, Brin]]
"""Steps of a rollout: so many days from today, the stage, and the pilot if it is one."""
plans = st.lists(
    st.tuples(ahead, st.sampled_from(RolloutStage), schools),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each[0],
)


class DeskRules(RuleBasedStateMachine):
    """Agreements, qualifications, rollouts, versions and boards change as days go by.

    After each step all answers are those of the model.
    """

    def __init__(self) -> None:
        super().__init__()
        self.beside = Beside()

    @property
    def today(self) -> dt.date:
        return self.beside.today

    @initialize(noord=plans, zuid=plans, ago=st.none() | st.integers(0, 2))
    def gates_are_planned(self, noord: Plan, zuid: Plan, ago: int | None) -> None:
        """Both vendors have a rollout from the start, and Zuid is qualified or not."""
        if ago is not None:
            self._qualify(LAS_ZUID, OSO_OV, ago)
        self._roll_out(LAS_NOORD, OSO_OV, noord)
        self._roll_out(LAS_ZUID, OSO_OV, zuid)

    @rule(which=st.sampled_from(SIGNED), end=ahead)
    def terminate(self, which: tuple[str, AgreementKind], end: int) -> None:
        last = self.today + end * DAY
        for agreement_id, signed in list(self.beside.model.signed.items()):
            if (signed.signatory, signed.kind) != which:
                continue
            command = TerminateAgreement(agreement_id=agreement_id, end=last)

            def change(model: Model, ended: Sequence[Agreement]) -> None:
                for each in ended:
                    model.signed[each.agreement_id].days.end = last

            self.beside.change(
                lambda tx, command=command: terminate_agreement(tx, command, AS_OPERATOR),  # type: ignore[misc]
                change,
            )

    @rule(which=st.sampled_from(SIGNED), start=ahead)
    def sign(self, which: tuple[str, AgreementKind], start: int) -> None:
        signatory, kind = which
        first = self.today + start * DAY
        command = RecordAgreement(signatory=signatory, kind=kind, start=first)  # type: ignore[arg-type]

        def change(model: Model, recorded: Sequence[Agreement]) -> None:
            for each in recorded:
                model.signed[each.agreement_id] = Signed(signatory, kind, Days(first))

        self.beside.change(lambda tx: record_agreement(tx, command, uuid4), change)

    @rule(system=systems, service=services, ago=st.integers(0, 4), withdraw=st.booleans())
    def qualify(
        self,
        system: SystemId,
        service: ServiceCode,
        ago: int,
        withdraw: bool,
    ) -> None:
        self._qualify(system, service, ago, withdraw=withdraw)

    def _qualify(
        self, system: SystemId, service: ServiceCode, ago: int, *, withdraw: bool = False
    ) -> None:
        kind = EvidenceKind.TEST_EXCHANGE if service == OSO_OV else EvidenceKind.SECURITY_TEST
        evidence = Evidence(kind=kind, day=self.today - ago * DAY, reference="report 14")
        command = QualifySystem(
            system_id=system, service=service, withdraw=withdraw, evidence=(evidence,)
        )

        def change(model: Model, _: object) -> None:
            if withdraw:
                model.fit.pop((system, service), None)
                model.rollouts.pop((system, service), None)
            else:
                model.fit.setdefault((system, service), evidence.day)

        self.beside.change(lambda tx: qualify_system(tx, command), change)

    @rule(
        system=systems,
        service=services,
        plan=plans,
    )
    def roll_out(self, system: SystemId, service: ServiceCode, plan: Plan) -> None:
        self._roll_out(system, service, plan)

    def _roll_out(self, system: SystemId, service: ServiceCode, plan: Plan) -> None:
        steps = [
            RolloutStep(
                start=self.today + start * DAY,
                stage=stage,
                pilots=frozenset({pilot} if stage is RolloutStage.PILOT else ()),
            )
            for start, stage, pilot in sorted(plan)
        ]
        command = SetRollout(system_id=system, service=service, steps=tuple(steps))
        today = self.today

        def change(model: Model, _: object) -> None:
            known = model.rollouts.get((system, service), [])
            kept = [step for step in known if step.start <= today and step.start < steps[0].start]
            model.rollouts[system, service] = kept + steps

        self.beside.change(lambda tx: set_rollout(tx, command), change)

    @rule(service=services, newest=st.booleans(), end=st.none() | ahead, active=st.booleans())
    def change_version(
        self,
        service: ServiceCode,
        newest: bool,
        end: int | None,
        active: bool,
    ) -> None:
        namespace = self.beside.version(service, -1 if newest else 0)
        last = None if end is None else self.today + end * DAY
        command = UpdateServiceVersion(
            service=service, namespace=namespace, end=last, active=active
        )

        def change(model: Model, _: object) -> None:
            version = model.versions[service][namespace]
            version.days.end, version.active = last, active

        self.beside.change(lambda tx: update_version(tx, command), change)

    @rule(
        giver=st.sampled_from((SCHOOL, SECOND_SCHOOL)), board=st.sampled_from((BOARD, OTHER_BOARD))
    )
    def move(self, giver: Brin, board: str) -> None:
        """A school goes to another board, as an import tells it."""

        async def put(transaction: Transaction) -> None:
            known = await transaction.get(School, giver)
            assert known is not None
            await transaction.put(replace(known, board=board))  # type: ignore[arg-type]

        def change(model: Model, _: object) -> None:
            model.boards[giver] = board

        self.beside.change(put, change)

    @rule(days=st.integers(1, 3))
    def wait(self, days: int) -> None:
        self.beside.world.clock.today += days * DAY

    @invariant()
    def all_answers_are_those_of_the_model(self) -> None:
        self.beside.compare_acting()
        self.beside.compare_ways()

    def teardown(self) -> None:
        self.beside.close()
