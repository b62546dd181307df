"""Changing and ending mandates (R3), on a real register."""

from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest

from support.worlds.register_world import (
    AS_BOARD,
    AS_NOORD,
    AS_OPERATOR,
    AS_ZUID,
    BOARD,
    DAY,
    LAS_ZUID,
    NOBODY,
    TODAY,
    World,
    end_agreements,
    endpoint_command,
    give,
    give_days,
    mandate_command,
    refused,
)
from wissel.routing.facts import Mandate
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.server.registry.commands import EndMandate, UpdateMandate
from wissel.server.registry.endpoints.registering import register_endpoint
from wissel.server.registry.mandates.changing import (
    end_mandate,
    update_mandate,
)
from wissel.server.registry.scope import Scope


async def update(world: World, command: UpdateMandate, scope: Scope = AS_OPERATOR) -> Mandate:
    return await world.run(lambda transaction: update_mandate(transaction, command, scope))


async def end(world: World, command: EndMandate, scope: Scope = AS_OPERATOR) -> Mandate:
    return await world.run(lambda transaction: end_mandate(transaction, command, scope))


async def test_a_stopped_mandate_leaves_its_days_free(world: World) -> None:
    first = await give_days(world)
    await end(world, EndMandate(mandate_id=first.mandate_id))

    assert (await give_days(world)).period == Period(TODAY)


async def test_the_end_moves_both_ways(world: World) -> None:
    mandate = await give_days(world, 0, 10)
    longer = UpdateMandate(mandate_id=mandate.mandate_id, end=TODAY + 20 * DAY)
    open_end = UpdateMandate(mandate_id=mandate.mandate_id, end=None)
    today = UpdateMandate(mandate_id=mandate.mandate_id, end=TODAY)

    assert (await update(world, longer)).period == Period(TODAY, TODAY + 20 * DAY)
    assert (await update(world, open_end)).period == Period(TODAY)
    assert (await update(world, today)).period == Period(TODAY, TODAY)


async def test_a_mandate_can_be_changed_on_its_last_day(world: World) -> None:
    mandate = await give_days(world, 0, 0)

    changed = await update(world, UpdateMandate(mandate_id=mandate.mandate_id, end=None))

    assert changed.period == Period(TODAY)


async def test_the_start_moves_while_it_is_to_come(world: World) -> None:
    mandate = await give_days(world, 10, 20)
    command = UpdateMandate(mandate_id=mandate.mandate_id, start=TODAY + 5 * DAY)

    assert (await update(world, command)).period == Period(TODAY + 5 * DAY, TODAY + 20 * DAY)


@pytest.mark.parametrize(
    ("days", "start", "end", "reason"),
    [
        ((0, 10), 1, 10, Reason.MANDATE_STARTED),
        ((-5, 10), -4, 10, Reason.MANDATE_STARTED),
        ((0, 10), 0, -1, Reason.DATE_IN_PAST),
        ((5, 10), 5, 4, Reason.PERIOD_INVALID),
        ((5, 10), 11, 10, Reason.PERIOD_INVALID),
        ((-9, -1), -9, 5, Reason.MANDATE_ENDED),
    ],
)
async def test_days_that_cannot_be(
    world: World, days: tuple[int, int], start: int, end: int, reason: Reason
) -> None:
    mandate = await give_days(world, *days)
    command = UpdateMandate(
        mandate_id=mandate.mandate_id, start=TODAY + start * DAY, end=TODAY + end * DAY
    )

    with refused(reason):
        await update(world, command)


async def test_a_start_moves_into_the_past_only_for_an_operator(world: World) -> None:
    mandate = await give_days(world, 5)
    command = UpdateMandate(mandate_id=mandate.mandate_id, start=TODAY - DAY)

    with refused(Reason.DATE_IN_PAST):
        await update(world, command, AS_BOARD)
    assert (await update(world, command)).period.start == TODAY - DAY


async def test_a_new_first_day_needs_the_agreements_of_that_day(world: World) -> None:
    mandate = await give_days(world, 5)
    await end_agreements(world, BOARD, TODAY + 9 * DAY)
    command = UpdateMandate(mandate_id=mandate.mandate_id, start=TODAY + 10 * DAY)

    with refused(Reason.AGREEMENT_MISSING):
        await update(world, command)


async def test_a_longer_mandate_does_not_run_into_the_next(world: World) -> None:
    first = await give_days(world, 0, 9)
    await give_days(world, 10)

    with refused(Reason.MANDATE_OVERLAPS):
        await update(world, UpdateMandate(mandate_id=first.mandate_id, end=None))


async def test_a_longer_mandate_does_not_take_a_key_that_passed_on(world: World) -> None:
    """Its open endpoint was clipped by its end; the key is another's after that."""
    old = await give_days(world, 0, 9)
    command = mandate_command(system_id=LAS_ZUID, start=TODAY + 10 * DAY)
    new = (await give(world, command)).mandate
    for mandate, scope in ((old, AS_NOORD), (new, AS_ZUID)):
        asked = endpoint_command(mandate.mandate_id)
        await world.run(partial(register_endpoint, command=asked, scope=scope, new_id=uuid4))

    with refused(Reason.ROUTING_KEY_IN_USE):
        await update(world, UpdateMandate(mandate_id=old.mandate_id, end=TODAY + 10 * DAY))


async def test_what_the_caller_saw_is_changed_or_nothing(world: World) -> None:
    mandate = await give_days(world)
    seen = etag_of(mandate)
    command = UpdateMandate(mandate_id=mandate.mandate_id, end=TODAY + DAY, etag=seen)
    changed = await update(world, command)

    with refused(Reason.ETAG_MISMATCH):
        await update(world, replace(command, end=TODAY))
    with refused(Reason.ETAG_MISMATCH):
        await end(world, EndMandate(mandate_id=mandate.mandate_id, etag=seen))
    assert etag_of(changed) != seen


@pytest.mark.parametrize(("start", "last"), [(-5, 0), (0, 0), (5, 5)])
async def test_immediately_is_today_or_its_first_day(world: World, start: int, last: int) -> None:
    mandate = await give_days(world, start)

    ended = await end(world, EndMandate(mandate_id=mandate.mandate_id))

    assert ended.stopped
    assert ended.period == Period(TODAY + start * DAY, TODAY + last * DAY)


async def test_a_last_day_still_counts(world: World) -> None:
    mandate = await give_days(world)

    ended = await end(world, EndMandate(mandate_id=mandate.mandate_id, end=TODAY))

    assert not ended.stopped
    assert ended.period == Period(TODAY, TODAY)


async def test_an_ended_mandate_stays_as_it_is(world: World) -> None:
    mandate = await give_days(world)
    await end(world, EndMandate(mandate_id=mandate.mandate_id))

    with refused(Reason.MANDATE_ENDED):
        await end(world, EndMandate(mandate_id=mandate.mandate_id))
    with refused(Reason.MANDATE_ENDED):
        await update(world, UpdateMandate(mandate_id=mandate.mandate_id, end=None))


async def test_ending_in_the_past(world: World) -> None:
    mandate = await give_days(world, -5)

    with refused(Reason.DATE_IN_PAST):
        await end(world, EndMandate(mandate_id=mandate.mandate_id, end=TODAY - DAY))


async def test_a_foreign_mandate_is_refused_as_a_missing_one(world: World) -> None:
    mandate = await give_days(world)
    foreign = UpdateMandate(mandate_id=mandate.mandate_id, end=None)
    missing = UpdateMandate(mandate_id=NOBODY, end=None)

    with refused(Reason.MANDATE_NOT_FOUND) as one:
        await update(world, foreign, AS_ZUID)
    with refused(Reason.MANDATE_NOT_FOUND) as other:
        await update(world, missing, AS_ZUID)
    assert one.value.field == other.value.field
    assert one.value.metadata == {"mandate_id": str(mandate.mandate_id)}
    assert other.value.metadata == {"mandate_id": str(NOBODY)}
