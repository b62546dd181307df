"""One system makes way for another (R3), on a real register."""

import asyncio
from typing import Any

import pytest

from support.worlds.register_world import (
    AS_OPERATOR,
    BOARD,
    CLOSED_SCHOOL,
    DAY,
    LAS_NOORD,
    LAS_ZUID,
    LATER,
    SECOND_SCHOOL,
    SWV_NOORD,
    TODAY,
    World,
    end_agreements,
    give,
    give_days,
    held,
    mandate_command,
    refused,
    switch,
    undo,
)
from wissel.routing.facts import Processing, Switch
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Brin, ServiceCode, SystemId


async def test_one_system_makes_way_for_another_in_one_revision(every_world: World) -> None:
    old = await give_days(every_world, 0, 100)
    before = await every_world.revision()

    (done,) = await switch(every_world)

    assert done.old.mandate_id == old.mandate_id
    assert done.old.period == Period(TODAY, LATER - DAY)
    assert done.old.switch == Switch(to=done.new.mandate_id, former=old.period)
    assert (done.new.system_id, done.new.period) == (LAS_ZUID, Period(LATER))
    assert await every_world.revision() == before + 1
    assert {done.old, done.new} == set(await held(every_world))


async def test_a_switch_of_today_ends_the_old_one_yesterday(world: World) -> None:
    await give_days(world, -5)

    (done,) = await switch(world, start=None)

    assert done.old.period == Period(TODAY - 5 * DAY, TODAY - DAY)
    assert done.new.period == Period(TODAY)


async def test_several_services_switch_or_none(every_world: World) -> None:
    codes = tuple(map(ServiceCode, ("OSO_OV", "RIO", "VVA")))
    for code in codes[:2]:
        await give(every_world, mandate_command(service=code))
    before = set(await held(every_world)), await every_world.revision()

    with refused(Reason.NOTHING_TO_SWITCH) as caught:
        await switch(every_world, services=codes)
    assert caught.value.metadata["service"] == "VVA"
    assert (set(await held(every_world)), await every_world.revision()) == before

    done = await switch(every_world, services=codes[:2])
    undone = await undo(every_world, *(each.new.mandate_id for each in done))
    assert [each.new.processing for each in done] == [
        Processing.NOT_REQUIRED,
        Processing.AWAITING,
    ]
    assert {each.old for each in undone} == before[0]


async def test_the_old_system_may_provide_what_it_has_prepared(world: World) -> None:
    await give(world)

    (done,) = await switch(world, provides_until=LATER + 30 * DAY)

    assert done.old.switch is not None
    assert done.old.switch.provides_until == LATER + 30 * DAY
    assert done.old.provides_until == LATER + 30 * DAY


async def test_what_is_withdrawn_by_a_switch_provides_nothing(world: World) -> None:
    await give_days(world, 10)
    (withdrawn,) = await switch(world, provides_until=LATER + 30 * DAY)
    assert withdrawn.old.stopped
    assert withdrawn.old.provides_until is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"organisation": Brin("00ZZ")}, Reason.SCHOOL_NOT_FOUND),
        ({"organisation": CLOSED_SCHOOL}, Reason.ORGANISATION_NOT_YOURS),
        ({"organisation": SECOND_SCHOOL}, Reason.NOTHING_TO_SWITCH),
        ({"from_system": SWV_NOORD}, Reason.NOTHING_TO_SWITCH),
        ({"from_system": SystemId("las-niemand")}, Reason.SYSTEM_NOT_FOUND),
        ({"to_system": SystemId("las-niemand")}, Reason.SYSTEM_NOT_FOUND),
        ({"to_system": LAS_NOORD}, Reason.FIELD_INVALID),
        ({"services": (ServiceCode("OSO_X"),)}, Reason.SERVICE_NOT_FOUND),
        ({"services": (ServiceCode("OSO_OV"),) * 2}, Reason.NOTHING_TO_SWITCH),
        ({"start": TODAY - DAY}, Reason.DATE_IN_PAST),
        ({"end": LATER - DAY}, Reason.PERIOD_INVALID),
        ({"provides_until": LATER - DAY}, Reason.PERIOD_INVALID),
        ({"start": TODAY + 200 * DAY}, Reason.NOTHING_TO_SWITCH),
    ],
)
async def test_switches_that_cannot_be(
    world: World, changes: dict[str, Any], reason: Reason
) -> None:
    await give_days(world, 0, 100)
    before = set(await held(world))

    with refused(reason):
        await switch(world, **changes)
    assert set(await held(world)) == before


async def test_nobody_switches_in_the_past(world: World) -> None:
    await give_days(world, -5)

    with refused(Reason.DATE_IN_PAST):
        await switch(world, AS_OPERATOR, start=TODAY - DAY)


async def test_only_dossiers_are_provided_after_a_switch(world: World) -> None:
    await give(world, mandate_command(service="RIO"))

    with refused(Reason.FIELD_INVALID):
        await switch(world, services=(ServiceCode("RIO"),), provides_until=LATER)


async def test_a_switch_needs_the_agreements_of_its_day(world: World) -> None:
    await give(world)
    await end_agreements(world, BOARD, LATER - DAY)

    with refused(Reason.AGREEMENT_MISSING):
        await switch(world)


async def test_a_switch_to_a_system_that_is_there_already_overlaps(world: World) -> None:
    await give(world)
    await give(world, mandate_command(system_id=LAS_ZUID, start=LATER + DAY))

    with refused(Reason.MANDATE_OVERLAPS):
        await switch(world)
    assert (await switch(world, end=LATER))[0].new.period == Period(LATER, LATER)


async def test_a_mandate_makes_way_once(world: World) -> None:
    await give(world)
    await switch(world)

    with refused(Reason.SWITCH_PENDING):
        await switch(world, start=LATER - 5 * DAY, to_system=SWV_NOORD)


async def test_of_two_switches_at_once_one_is_made(every_world: World) -> None:
    await give(every_world)

    outcomes = await asyncio.gather(
        switch(every_world), switch(every_world), return_exceptions=True
    )

    reasons = [each.reason for each in outcomes if isinstance(each, Refused)]
    assert [Reason.NOTHING_TO_SWITCH] == reasons
    assert 2 == len(await held(every_world))
