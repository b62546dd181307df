"""A switch is taken back before its day (R3), on a real register."""

import pytest

from support.worlds.register_world import (
    AS_BOARD,
    AS_NOORD,
    DAY,
    KEY,
    LAS_ZUID,
    LATER,
    NOBODY,
    OTHER_BOARD,
    SCHOOL,
    TODAY,
    World,
    endpoint_command,
    give,
    give_days,
    held,
    mandate_command,
    refused,
    register,
    school,
    switch,
    undo,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.server.registry.commands import EndMandate, UpdateMandate
from wissel.server.registry.mandates.changing import (
    end_mandate,
    update_mandate,
)
from wissel.server.registry.scope import Scope


async def test_until_its_day_a_switch_is_undone_as_if_it_had_not_been(every_world: World) -> None:
    old = await give_days(every_world, 0, 100)
    (done,) = await switch(every_world)
    before = await every_world.revision()

    (undone,) = await undo(every_world, done.new.mandate_id)

    assert undone.old == old
    assert undone.new.stopped
    assert await every_world.revision() == before + 1
    assert (await switch(every_world))[0].old.period == Period(TODAY, LATER - DAY)


async def test_on_its_day_a_switch_is_not_undone_any_more(every_world: World) -> None:
    await give(every_world)
    (done,) = await switch(every_world)
    every_world.clock.today = LATER

    with refused(Reason.MANDATE_STARTED):
        await undo(every_world, done.new.mandate_id)


async def test_undoing_several_is_all_or_none(every_world: World) -> None:
    await give(every_world)
    (done,) = await switch(every_world)
    before = set(await held(every_world))

    with refused(Reason.MANDATE_NOT_FOUND):
        await undo(every_world, done.new.mandate_id, NOBODY)
    assert set(await held(every_world)) == before


@pytest.mark.parametrize("change", ["update", "end", "immediately"])
async def test_what_was_changed_by_hand_is_not_undone(world: World, change: str) -> None:
    old = await give(world)
    (done,) = await switch(world)
    mandate_id = old.mandate.mandate_id
    if change == "update":
        update = UpdateMandate(mandate_id=mandate_id, end=LATER + DAY)
        await world.run(lambda transaction: update_mandate(transaction, update, AS_BOARD))
    else:
        end = EndMandate(mandate_id=mandate_id, end=None if change == "immediately" else TODAY)
        await world.run(lambda transaction: end_mandate(transaction, end, AS_BOARD))

    with refused(Reason.SWITCH_NOT_FOUND):
        await undo(world, done.new.mandate_id)


async def test_a_mandate_that_no_switch_gave_is_not_undone(world: World) -> None:
    planned = await give_days(world, 5)

    with refused(Reason.SWITCH_NOT_FOUND):
        await undo(world, planned.mandate_id)


async def test_days_that_were_given_again_are_not_taken_back(world: World) -> None:
    await give_days(world, 0, 100)
    (done,) = await switch(world, end=LATER + 5 * DAY)
    await give_days(world, 20, 30)

    with refused(Reason.MANDATE_OVERLAPS):
        await undo(world, done.new.mandate_id)


async def test_a_routing_key_that_was_taken_meanwhile_is_not_taken_back(world: World) -> None:
    """Of the mandate that is withdrawn it is free again."""
    old = await give(world)
    await register(world, endpoint_command(old.mandate.mandate_id))
    (done,) = await switch(world)
    as_zuid = Scope.of([LAS_ZUID])
    await register(world, endpoint_command(done.new.mandate_id, routing_key=KEY), as_zuid)

    (undone,) = await undo(world, done.new.mandate_id)
    assert undone.old.period == Period(TODAY)

    (again,) = await switch(world, end=LATER + DAY)
    beside = await give(world, mandate_command(system_id=LAS_ZUID, start=LATER + 2 * DAY))
    await register(world, endpoint_command(beside.mandate.mandate_id), as_zuid)
    with refused(Reason.ROUTING_KEY_IN_USE):
        await undo(world, again.new.mandate_id)


async def test_a_school_that_moved_is_switched_and_undone_by_its_new_board(world: World) -> None:
    await give(world)
    (done,) = await switch(world)
    await world.put(school(SCHOOL, OTHER_BOARD, "00"))

    with refused(Reason.MANDATE_NOT_FOUND):
        await undo(world, done.new.mandate_id, scope=Scope(organisations=frozenset()))
    (undone,) = await undo(world, done.new.mandate_id)
    assert undone.old.board == OTHER_BOARD


async def test_a_vendor_switches_and_undoes_nothing_of_others(world: World) -> None:
    await give(world)

    with refused(Reason.ORGANISATION_NOT_YOURS):
        await switch(world, AS_NOORD)


async def test_what_would_begin_on_the_very_day_is_withdrawn_and_comes_back(world: World) -> None:
    planned = await give_days(world, 10, 20)

    (done,) = await switch(world)
    (undone,) = await undo(world, done.new.mandate_id)

    assert done.old.stopped
    assert undone.old == planned
