"""The rollout of a system as days (R7), on a real register."""

import datetime as dt
from dataclasses import replace
from uuid import uuid4

import pytest

from support.worlds.register_world import (
    DAY,
    LAS_NOORD,
    OSO_OV,
    SCHOOL,
    SWV_NOORD,
    TODAY,
    World,
    qualification,
    refused,
)
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import (
    Evidence,
    EvidenceKind,
    Qualification,
    RolloutStage,
    RolloutStep,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Organisation, ServiceCode, Swv, SystemId
from wissel.server.registry.parties.acting import (
    QualifySystem,
    SetRollout,
    qualify_system,
    set_rollout,
)

CLOSED, PILOT, OPEN = RolloutStage


def step(days: int, stage: RolloutStage, *pilots: Organisation) -> RolloutStep:
    """A step that begins so many days after today."""
    return RolloutStep(start=TODAY + days * DAY, stage=stage, pilots=frozenset(pilots))


async def plan(
    world: World, *steps: RolloutStep, system_id: SystemId = LAS_NOORD, service: str = OSO_OV
) -> Qualification:
    command = SetRollout(system_id=system_id, service=ServiceCode(service), steps=steps)
    return await world.run(lambda transaction: set_rollout(transaction, command))


async def test_one_institution_goes_first_and_the_rest_on_a_day_that_is_entered_once(
    world: World,
) -> None:
    found = await plan(world, step(7, PILOT, SCHOOL, SWV), step(20, OPEN), system_id=SWV_NOORD)

    stages = [found.rollout_on(TODAY + days * DAY) for days in (-1, 0, 6, 7, 19, 20, 9999)]
    assert [each.stage for each in stages] == [CLOSED, CLOSED, CLOSED, PILOT, PILOT, OPEN, OPEN]
    assert stages[3].pilots == {SCHOOL, SWV}


async def test_what_held_stays_and_what_was_planned_is_replaced(world: World) -> None:
    """In the register of before it was open; an incident closes it today."""
    await plan(world, step(3, PILOT, SCHOOL), step(9, CLOSED))
    closed = await plan(world, step(0, CLOSED))
    world.clock.today = TODAY + 5 * DAY
    again = await plan(world, step(5, OPEN))

    assert [closed.rollout_on(TODAY + days * DAY).stage for days in (-1, 0, 3, 9)] == [
        *(OPEN, CLOSED, CLOSED, CLOSED)
    ]
    assert again.steps == (step(0, CLOSED), step(5, OPEN))


async def test_what_begins_today_goes_on_until_the_first_new_day(world: World) -> None:
    await plan(world, step(0, PILOT, SCHOOL), step(9, OPEN))

    found = await plan(world, step(4, CLOSED))

    assert found.steps == (step(0, PILOT, SCHOOL), step(4, CLOSED))


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ((), Reason.FIELD_REQUIRED),
        ((step(-1, OPEN),), Reason.DATE_IN_PAST),
        ((step(4, OPEN), step(4, CLOSED)), Reason.FIELD_INVALID),
        ((step(4, OPEN), step(3, CLOSED)), Reason.FIELD_INVALID),
        ((step(0, OPEN), step(1, PILOT)), Reason.FIELD_REQUIRED),
        ((step(0, OPEN, SCHOOL),), Reason.FIELD_INVALID),
        ((step(0, CLOSED, SCHOOL),), Reason.FIELD_INVALID),
        ((step(0, PILOT, SCHOOL, Brin("00ZZ")),), Reason.SCHOOL_NOT_FOUND),
        ((step(0, PILOT, Swv("VO0000")),), Reason.SWV_NOT_FOUND),
    ],
)
async def test_plans_that_cannot_be(
    world: World, steps: tuple[RolloutStep, ...], reason: Reason
) -> None:
    before = await world.revision()

    with refused(reason):
        await plan(world, *steps)

    assert await world.revision() == before


@pytest.mark.parametrize(
    ("system_id", "service", "reason"),
    [
        (SystemId("las-niemand"), "OSO_OV", Reason.SYSTEM_NOT_FOUND),
        (LAS_NOORD, "OSO_X", Reason.SERVICE_NOT_FOUND),
    ],
)
async def test_only_what_exists_is_rolled_out(
    world: World, system_id: SystemId, service: str, reason: Reason
) -> None:
    with refused(reason):
        await plan(world, step(0, OPEN), system_id=system_id, service=service)


async def test_a_plan_may_precede_the_qualification_and_goes_with_it(world: World) -> None:
    planned = await plan(world, step(3, OPEN), system_id=SWV_NOORD)
    await world.run(lambda transaction: qualify_system(transaction, qualify()))
    lost = await world.run(lambda transaction: qualify_system(transaction, qualify(withdraw=True)))

    assert (planned.qualified, planned.rollout_on(TODAY + 3 * DAY).stage) == (False, OPEN)
    assert lost == Qualification(system_id=SWV_NOORD, service=OSO_OV)


def qualify(*, withdraw: bool = False) -> QualifySystem:
    exchange = Evidence(
        kind=EvidenceKind.TEST_EXCHANGE, day=TODAY, message_ids=(uuid4(),), reference="report 14"
    )
    return QualifySystem(
        system_id=SWV_NOORD, service=OSO_OV, withdraw=withdraw, evidence=(exchange,)
    )


async def test_a_rollout_without_days_is_one_that_has_always_been(world: World) -> None:
    """As the events of earlier versions have it."""
    earlier = replace(qualification(SWV_NOORD, "OSO_OV"), rollout=PILOT, pilots=frozenset({SCHOOL}))
    await world.put(earlier)

    async with world.register.snapshot() as snapshot:
        known = await snapshot.get(Qualification, f"{SWV_NOORD}/OSO_OV")
    assert known is not None
    assert known.steps == ()
    assert known.rollout_on(dt.date(2000, 1, 1)).admits(SCHOOL)
