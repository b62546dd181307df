"""Withdrawing a mandate, and giving several at once (R3), on a real register."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from support.worlds.register_world import (
    AS_BOARD,
    DAY,
    LAS_ZUID,
    LATER,
    TODAY,
    World,
    give_days,
    held,
    mandate_command,
    refused,
)
from wissel.routing.facts import Mandate
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.server.registry.commands import CreateMandate
from wissel.server.registry.mandates.changing import (
    withdraw_mandate,
)
from wissel.server.registry.mandates.commands import WithdrawMandate
from wissel.server.registry.mandates.giving import create_mandates
from wissel.server.registry.scope import Scope


async def withdraw(world: World, mandate_id: UUID, etag: str = "") -> Mandate:
    command = WithdrawMandate(mandate_id=mandate_id, etag=etag)
    return await world.run(lambda transaction: withdraw_mandate(transaction, command, AS_BOARD))


async def create(world: World, *commands: CreateMandate, scope: Scope = AS_BOARD) -> list[Mandate]:
    given = await world.run(
        lambda transaction: create_mandates(transaction, commands, scope, uuid4)
    )
    return [each.mandate for each in given]


async def test_a_planned_mandate_is_withdrawn_and_in_force_on_no_day(every_world: World) -> None:
    planned = await give_days(every_world, 1)

    withdrawn = await withdraw(every_world, planned.mandate_id)

    assert withdrawn.stopped
    with refused(Reason.MANDATE_ENDED):
        await withdraw(every_world, planned.mandate_id)
    assert (await give_days(every_world, 1)).period == Period(TODAY + DAY)


@pytest.mark.parametrize("today", [TODAY, TODAY + DAY])
async def test_from_its_first_day_a_mandate_is_not_withdrawn(world: World, today: dt.date) -> None:
    mandate = await give_days(world, 0, 5)
    world.clock.today = today

    with refused(Reason.MANDATE_STARTED):
        await withdraw(world, mandate.mandate_id)


async def test_a_mandate_that_changed_is_not_withdrawn_unseen(world: World) -> None:
    planned = await give_days(world, 1)

    with refused(Reason.ETAG_MISMATCH):
        await withdraw(world, planned.mandate_id, etag="0" * 16)


async def test_mandates_for_several_services_are_given_in_one_revision(
    every_world: World,
) -> None:
    before = await every_world.revision()

    given = await create(
        every_world,
        mandate_command(service="OSO_OV"),
        mandate_command(service="RIO", start=LATER),
        mandate_command(service="BRON_PO", system_id=LAS_ZUID),
    )

    assert [each.service for each in given] == ["OSO_OV", "RIO", "ROD_PO"]
    assert await every_world.revision() == before + 1
    assert set(given) == set(await held(every_world))


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (mandate_command(service="OSO_X"), Reason.SERVICE_NOT_FOUND),
        (mandate_command(start=TODAY - DAY), Reason.DATE_IN_PAST),
        (mandate_command(end=TODAY + DAY), Reason.MANDATE_OVERLAPS),
    ],
)
async def test_of_several_mandates_all_are_given_or_none(
    every_world: World, last: CreateMandate, reason: Reason
) -> None:
    """The third has days in common with the first, which the same request gives."""
    before = await every_world.revision()

    with refused(reason):
        await create(every_world, mandate_command(), mandate_command(service="RIO"), last)
    assert [] == await held(every_world)
    assert await every_world.revision() == before
