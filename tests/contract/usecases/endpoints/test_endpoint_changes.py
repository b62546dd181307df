"""Who holds a routing key; ending, suspending and resuming endpoints (R8), on a real register."""

from dataclasses import replace
from uuid import UUID

import pytest

from support.worlds.register_world import (
    AS_NOORD,
    AS_ZUID,
    DAY,
    KEY,
    LAS_ZUID,
    SECOND_KEY,
    TODAY,
    World,
    endpoint_command,
    give,
    mandate_command,
    refused,
    register,
    registered,
)
from wissel.routing.facts import Endpoint
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.server.registry.commands import (
    EndEndpoint,
    ResumeEndpoint,
    SuspendEndpoint,
)
from wissel.server.registry.endpoints.changing import (
    end_endpoint,
    resume_endpoint,
    suspend_endpoint,
)
from wissel.server.registry.scope import Scope


async def end(
    world: World, endpoint: Endpoint, last: int | None = None, scope: Scope = AS_NOORD
) -> Endpoint:
    """End an endpoint so many days from today, or immediately."""
    day = None if last is None else TODAY + last * DAY
    command = EndEndpoint(endpoint_id=endpoint.endpoint_id, end=day)
    return await world.run(lambda transaction: end_endpoint(transaction, command, scope))


async def test_a_routing_key_is_used_once(world: World) -> None:
    first = await registered(world)

    with refused(Reason.ROUTING_KEY_IN_USE) as caught:
        await register(world, endpoint_command(first.mandate_id))
    assert caught.value.metadata["endpoint_id"] == str(first.endpoint_id)
    other = await register(world, endpoint_command(first.mandate_id, routing_key=SECOND_KEY))
    assert other.routing_key == SECOND_KEY


async def test_a_vendor_does_not_learn_who_has_the_key(world: World) -> None:
    await registered(world)
    mandate = (await give(world, mandate_command(system_id=LAS_ZUID))).mandate

    with refused(Reason.ROUTING_KEY_IN_USE) as caught:
        await register(world, endpoint_command(mandate.mandate_id), AS_ZUID)
    assert caught.value.metadata == {"routing_key": KEY}


async def test_a_key_is_free_after_the_other_mandate(world: World) -> None:
    """An open endpoint is clipped to its mandate, so the next vendor can take over its key."""
    old = (await give(world, mandate_command(end=TODAY + 9 * DAY))).mandate
    await register(world, endpoint_command(old.mandate_id))
    new = (await give(world, mandate_command(system_id=LAS_ZUID))).mandate
    early = endpoint_command(new.mandate_id, start=TODAY + 9 * DAY)
    next_day = endpoint_command(new.mandate_id, start=TODAY + 10 * DAY)

    with refused(Reason.ROUTING_KEY_IN_USE):
        await register(world, early, AS_ZUID)
    assert (await register(world, next_day, AS_ZUID)).routing_key == KEY


async def test_a_stopped_endpoint_frees_its_key(world: World) -> None:
    first = await registered(world)
    await end(world, first)

    assert (await register(world, endpoint_command(first.mandate_id))).routing_key == KEY


async def test_a_suspended_endpoint_keeps_its_key(world: World) -> None:
    first = await registered(world)
    command = SuspendEndpoint(endpoint_id=first.endpoint_id)
    await world.run(lambda transaction: suspend_endpoint(transaction, command, AS_NOORD))

    with refused(Reason.ROUTING_KEY_IN_USE):
        await register(world, endpoint_command(first.mandate_id))


async def test_ending_immediately_and_after_a_day(world: World) -> None:
    first = await registered(world)
    second = await register(world, endpoint_command(first.mandate_id, routing_key=SECOND_KEY))

    assert await end(world, first) == replace(first, period=Period(TODAY, TODAY), stopped=True)
    assert await end(world, second, 0) == replace(second, period=Period(TODAY, TODAY))


@pytest.mark.parametrize(
    ("start", "last", "reason"),
    [(0, -1, Reason.DATE_IN_PAST), (5, 4, Reason.PERIOD_INVALID)],
)
async def test_last_days_that_cannot_be(
    world: World, start: int, last: int, reason: Reason
) -> None:
    endpoint = await registered(world, start=TODAY + start * DAY)

    with refused(reason):
        await end(world, endpoint, last)


async def test_a_later_last_day_leaves_the_key_to_who_has_it(world: World) -> None:
    first = await registered(world, end=TODAY + 4 * DAY)
    await register(world, endpoint_command(first.mandate_id, start=TODAY + 5 * DAY))

    with refused(Reason.ROUTING_KEY_IN_USE):
        await end(world, first, 5)


async def test_suspending_and_resuming_repeat_themselves(world: World) -> None:
    first = await registered(world)
    suspend = SuspendEndpoint(endpoint_id=first.endpoint_id)
    resume = ResumeEndpoint(endpoint_id=first.endpoint_id)

    suspended = await world.run(
        lambda transaction: suspend_endpoint(transaction, suspend, AS_NOORD)
    )
    revision = await world.revision()
    again = await world.run(lambda transaction: suspend_endpoint(transaction, suspend, AS_NOORD))

    assert suspended.suspended
    assert again == suspended
    assert await world.revision() == revision
    assert (
        await world.run(lambda transaction: resume_endpoint(transaction, resume, AS_NOORD)) == first
    )


@pytest.mark.parametrize("stop", [True, False])
async def test_an_ended_endpoint_stays_as_it_is(world: World, stop: bool) -> None:
    first = await registered(world)
    await end(world, first, None if stop else 0)
    world.clock.today = TODAY + DAY

    with refused(Reason.ENDPOINT_ENDED):
        await end(world, first)
    suspend = SuspendEndpoint(endpoint_id=first.endpoint_id)
    resume = ResumeEndpoint(endpoint_id=first.endpoint_id)
    with refused(Reason.ENDPOINT_ENDED):
        await world.run(lambda transaction: suspend_endpoint(transaction, suspend, AS_NOORD))
    with refused(Reason.ENDPOINT_ENDED):
        await world.run(lambda transaction: resume_endpoint(transaction, resume, AS_NOORD))


async def test_only_what_the_caller_saw_changes(world: World) -> None:
    first = await registered(world)
    command = SuspendEndpoint(endpoint_id=first.endpoint_id, etag=etag_of(first))
    await world.run(lambda transaction: suspend_endpoint(transaction, command, AS_NOORD))

    with refused(Reason.ETAG_MISMATCH):
        await world.run(lambda transaction: suspend_endpoint(transaction, command, AS_NOORD))


@pytest.mark.parametrize("foreign", [True, False])
async def test_a_foreign_endpoint_is_refused_as_a_missing_one(world: World, foreign: bool) -> None:
    first = await registered(world)
    asked = first.endpoint_id if foreign else UUID(int=7)
    command = EndEndpoint(endpoint_id=asked)

    with refused(Reason.ENDPOINT_NOT_FOUND) as caught:
        await world.run(lambda transaction: end_endpoint(transaction, command, AS_ZUID))
    assert caught.value.field == "endpoint_id"
    assert caught.value.metadata == {"endpoint_id": str(asked)}
