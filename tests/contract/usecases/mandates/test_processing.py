"""What the owner of a service does with its mandates (R6), on a real register of each engine."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from support.worlds.register_world import (
    AS_DUO,
    AS_NOORD,
    AS_OPERATOR,
    DAY,
    LAS_NOORD,
    LAS_ZUID,
    NOBODY,
    TODAY,
    World,
    give,
    mandate_command,
    qualification,
    refused,
    world_at,
)
from support.worlds.stores import register_at
from wissel.routing.facts import Mandate, Processing, Service
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import ServiceCode, SystemId
from wissel.server.registry.commands import EndMandate, ProcessMandate, UpdateMandate
from wissel.server.registry.mandates.changing import (
    end_mandate,
    process_mandate,
    update_mandate,
)
from wissel.server.registry.mandates.waiting import Waiting, count_waiting
from wissel.server.registry.scope import Scope

RIO = ServiceCode("RIO")
WHY = "this BRIN has no pupils"


async def waiting(
    world: World, start: int = 0, end: int | None = None, system_id: SystemId = LAS_NOORD
) -> Mandate:
    """Give a mandate for RIO, for days that are counted from today."""
    await world.put(qualification(system_id, "RIO"))
    last = None if end is None else TODAY + end * DAY
    command = mandate_command(
        service="RIO", system_id=system_id, start=TODAY + start * DAY, end=last
    )
    return (await give(world, command)).mandate


def accept(mandate_id: UUID, etag: str = "") -> ProcessMandate:
    return ProcessMandate(mandate_id=mandate_id, processing=Processing.PROCESSED, etag=etag)


def reject(mandate_id: UUID, why: str = WHY) -> ProcessMandate:
    return ProcessMandate(mandate_id=mandate_id, processing=Processing.REJECTED, rejection=why)


async def process(world: World, command: ProcessMandate, scope: Scope = AS_DUO) -> Mandate:
    return await world.run(lambda transaction: process_mandate(transaction, command, scope))


async def end(world: World, command: EndMandate) -> Mandate:
    return await world.run(lambda transaction: end_mandate(transaction, command, AS_OPERATOR))


async def stored(world: World, mandate_id: UUID) -> Mandate | None:
    async with world.register.snapshot() as snapshot:
        return await snapshot.get(Mandate, str(mandate_id))


async def test_a_mandate_is_processed(every_world: World) -> None:
    mandate = await waiting(every_world)

    done = await process(every_world, accept(mandate.mandate_id))

    assert done == replace(
        mandate, processing=Processing.PROCESSED, processed=every_world.clock(), rejection=""
    )
    assert done.waiting_since is None
    assert await stored(every_world, mandate.mandate_id) == done


async def test_a_rejection_says_why(every_world: World) -> None:
    mandate = await waiting(every_world)

    with refused(Reason.REASON_REQUIRED) as caught:
        await process(every_world, reject(mandate.mandate_id, ""))
    done = await process(every_world, reject(mandate.mandate_id))

    assert caught.value.field == "reason"
    assert (done.processing, done.rejection) == (Processing.REJECTED, WHY)


async def test_what_is_said_again_changes_nothing(every_world: World) -> None:
    mandate = await waiting(every_world)
    first = await process(every_world, accept(mandate.mandate_id))
    revision = await every_world.revision()
    every_world.clock.hour += 1

    again = await process(every_world, accept(mandate.mandate_id))

    assert again == first
    assert await every_world.revision() == revision


async def test_the_owner_may_think_better_of_it(every_world: World) -> None:
    mandate = await waiting(every_world)
    await process(every_world, reject(mandate.mandate_id))
    every_world.clock.hour += 1

    accepted = await process(every_world, accept(mandate.mandate_id))
    rejected = await process(every_world, reject(mandate.mandate_id, "after all"))

    assert (accepted.processing, accepted.rejection) == (Processing.PROCESSED, "")
    assert accepted.processed == every_world.clock()
    assert (rejected.processing, rejected.rejection) == (Processing.REJECTED, "after all")


async def test_a_planned_mandate_is_processed_before_its_start(every_world: World) -> None:
    mandate = await waiting(every_world, 30)

    done = await process(every_world, accept(mandate.mandate_id))

    assert (done.processing, done.period) == (Processing.PROCESSED, Period(TODAY + 30 * DAY))


@pytest.mark.parametrize(
    "command", [accept, reject], ids=[Processing.PROCESSED, Processing.REJECTED]
)
async def test_other_days_need_no_new_confirmation(every_world: World, command: object) -> None:
    assert callable(command)
    mandate = await waiting(every_world, 5)
    done = await process(every_world, command(mandate.mandate_id))
    change = UpdateMandate(
        mandate_id=mandate.mandate_id, start=TODAY + 6 * DAY, end=TODAY + 90 * DAY
    )

    changed = await every_world.run(
        lambda transaction: update_mandate(transaction, change, AS_OPERATOR)
    )

    assert changed == replace(done, period=Period(TODAY + 6 * DAY, TODAY + 90 * DAY))


@pytest.mark.parametrize("start", [0, 5], ids=["ended", "withdrawn"])
async def test_what_ended_while_it_waited_is_processed_no_more(
    every_world: World, start: int
) -> None:
    mandate = await waiting(every_world, start)
    ended = await end(every_world, EndMandate(mandate_id=mandate.mandate_id))

    for command in (accept(mandate.mandate_id), reject(mandate.mandate_id)):
        with refused(Reason.MANDATE_ENDED):
            await process(every_world, command)
    assert await stored(every_world, mandate.mandate_id) == ended
    assert (ended.processing, ended.stopped) == (Processing.AWAITING, True)


@pytest.mark.parametrize("start", [0, 5], ids=["ended", "withdrawn"])
async def test_what_was_processed_may_end(every_world: World, start: int) -> None:
    mandate = await waiting(every_world, start)
    await process(every_world, accept(mandate.mandate_id))

    ended = await end(every_world, EndMandate(mandate_id=mandate.mandate_id))

    assert (ended.processing, ended.stopped) == (Processing.PROCESSED, True)


async def test_what_runs_out_while_it_waits_is_processed_up_to_its_last_day(
    every_world: World,
) -> None:
    mandate = await waiting(every_world, 0, 1)
    every_world.clock.today += DAY
    await process(every_world, reject(mandate.mandate_id))
    every_world.clock.today += DAY

    with refused(Reason.MANDATE_ENDED):
        await process(every_world, accept(mandate.mandate_id))


async def test_a_service_that_leaves_nothing_to_its_owner(every_world: World) -> None:
    """ROD_VO is DUO's as well."""
    await every_world.put(qualification(LAS_NOORD, "ROD_VO"))
    mandate = (await give(every_world, mandate_command(service="ROD_VO"))).mandate

    with refused(Reason.PROCESSING_NOT_REQUIRED) as caught:
        await process(every_world, accept(mandate.mandate_id))
    assert caught.value.metadata["service"] == "ROD_VO"


@pytest.mark.parametrize(
    "scope", [AS_NOORD, Scope(), Scope.of_services([ServiceCode("CE_VO")])], ids=repr
)
async def test_nobody_else_says_so(every_world: World, scope: Scope) -> None:
    """It is in the very words of what does not exist."""
    mandate = await waiting(every_world, system_id=LAS_ZUID)

    with refused(Reason.MANDATE_NOT_FOUND) as foreign:
        await process(every_world, accept(mandate.mandate_id), scope)
    with refused(Reason.MANDATE_NOT_FOUND) as missing:
        await process(every_world, accept(NOBODY), scope)
    assert foreign.value.field == missing.value.field
    assert foreign.value.metadata == {"mandate_id": str(mandate.mandate_id)}


async def test_what_the_owner_saw_is_processed_or_nothing(every_world: World) -> None:
    mandate = await waiting(every_world)
    change = UpdateMandate(mandate_id=mandate.mandate_id, end=TODAY + DAY)
    changed = await every_world.run(
        lambda transaction: update_mandate(transaction, change, AS_OPERATOR)
    )

    with refused(Reason.ETAG_MISMATCH):
        await process(every_world, accept(mandate.mandate_id, etag_of(mandate)))
    done = await process(every_world, accept(mandate.mandate_id, etag_of(changed)))
    assert done.processing is Processing.PROCESSED


async def test_of_two_that_process_and_end_at_once_one_loses_cleanly(registry_url: str) -> None:
    async with world_at(registry_url) as one, register_at(registry_url, one.clock) as second:
        mandate = await waiting(one)
        seen = etag_of(mandate)
        stop = EndMandate(mandate_id=mandate.mandate_id, etag=seen)

        outcomes = await asyncio.gather(
            process(one, accept(mandate.mandate_id, seen)),
            end(World(second, one.clock), stop),
            return_exceptions=True,
        )

        kept = await stored(one, mandate.mandate_id)
    lost = [each for each in outcomes if isinstance(each, BaseException)]
    assert [kept] == [each for each in outcomes if isinstance(each, Mandate)]
    assert len(lost) == 1
    assert isinstance(lost[0], Refused)
    assert lost[0].reason in {Reason.ETAG_MISMATCH, Reason.CONTENTION}


async def test_what_waits_is_counted_by_service(every_world: World) -> None:
    old = await waiting(every_world)
    await waiting(every_world, 3, system_id=LAS_ZUID)
    await process(every_world, accept(old.mandate_id))
    every_world.clock.today += 11 * DAY
    late = mandate_command(service="RIO", start=TODAY + 12 * DAY)
    await end(every_world, EndMandate(mandate_id=old.mandate_id))
    await give(every_world, late)

    counted = await count_waiting(every_world.register, every_world.clock.today)

    nothing = Waiting(awaiting=0, overdue=0)
    assert counted == {
        "RIO": Waiting(awaiting=2, overdue=1),
        "ROD_PO": nothing,
        "VERZUIM": nothing,
    }


async def test_what_has_ended_is_not_counted(every_world: World) -> None:
    mandate = await waiting(every_world, 0, 3)
    every_world.clock.today += 3 * DAY
    on_its_last_day = await count_waiting(every_world.register, every_world.clock.today)
    every_world.clock.today += DAY

    afterwards = await count_waiting(every_world.register, every_world.clock.today)

    assert (on_its_last_day[RIO].awaiting, afterwards[RIO].awaiting) == (1, 0)
    assert mandate.processing is Processing.AWAITING


async def test_a_service_that_says_no_days_has_nothing_overdue(every_world: World) -> None:
    await waiting(every_world)
    async with every_world.register.snapshot() as snapshot:
        service = await snapshot.get(Service, RIO)
    assert service is not None
    await every_world.put(replace(service, processing_days=0))

    counted = await count_waiting(every_world.register, TODAY + 999 * DAY)

    assert counted[RIO] == Waiting(awaiting=1, overdue=0)


async def test_many_are_counted_in_several_reads(every_world: World) -> None:
    mandate = await waiting(every_world)
    await every_world.put(
        *(replace(mandate, mandate_id=UUID(int=number)) for number in range(1, 1201))
    )

    counted = await count_waiting(every_world.register, TODAY)

    assert counted[RIO].awaiting == 1201
