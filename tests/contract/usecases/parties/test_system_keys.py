"""Keys of systems in the register: whose, how many, and to whom they are shown (ADR 40)."""

import datetime as dt
from dataclasses import replace
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from support.builders.school_imports import read
from support.worlds.register_world import (
    LAS_NOORD,
    LAS_ZUID,
    LATER,
    SWV_NOORD,
    TODAY,
    World,
    give,
    refused,
    switch,
)
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.fetching.system_keys import MOST_KEYS
from wissel.routing.facts import SystemKey
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.server.registry.parties.system_keys import (
    end_system_key,
    keys_of,
    register_system_key,
    require_forwarding,
)

NOW: Final = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
DAY: Final = dt.timedelta(days=1)


def key(**changed: Any) -> SystemKey:
    fields: dict[str, Any] = {
        "system_id": LAS_NOORD,
        "key_id": uuid4(),
        "public_key": "09" * 32,
        "start": NOW,
        "end": NOW + 30 * DAY,
        "statement": "c2lnbmVk",
    }
    return SystemKey(**(fields | changed))


async def register(world: World, said: SystemKey, own: Oin = NOORD.oin) -> SystemKey:
    return await world.run(lambda transaction: register_system_key(transaction, said, own))


async def end(world: World, key: SystemKey, own: Oin = NOORD.oin) -> SystemKey:
    return await world.run(
        lambda transaction: end_system_key(transaction, key.system_id, key.key_id, own)
    )


async def shown(world: World, *systems: SystemId, at: dt.datetime = NOW) -> list[SystemKey]:
    return await read(world.register, lambda snapshot: keys_of(snapshot, at, systems=systems))


async def test_a_key_is_shown_from_its_beginning_until_its_end(world: World) -> None:
    mine = await register(world, key())

    assert await shown(world, LAS_NOORD) == [mine]
    assert await shown(world, LAS_NOORD, at=mine.start - DAY) == []
    assert await shown(world, LAS_NOORD, at=mine.end) == []
    assert await shown(world, LAS_ZUID) == []


async def test_a_key_is_found_by_its_id(world: World) -> None:
    async def found(*ids: UUID, at: dt.datetime = NOW) -> list[SystemKey]:
        return await read(world.register, lambda snapshot: keys_of(snapshot, at, ids=ids))

    mine, other = await register(world, key()), await register(world, key())
    same = await register(world, key(key_id=mine.key_id, system_id=LAS_ZUID), ZUID.oin)

    assert await found(mine.key_id) == [mine, same]
    assert await found(other.key_id, uuid4()) == [other]
    assert await found(other.key_id, at=other.end) == []


async def test_the_key_that_ends_last_comes_first_of_each_system(world: World) -> None:
    old = await register(world, key())
    new = await register(world, key(end=NOW + 60 * DAY))
    other = await register(world, key(system_id=LAS_ZUID), ZUID.oin)

    assert await shown(world, LAS_ZUID, LAS_NOORD, LAS_ZUID) == [new, old, other]


@pytest.mark.parametrize(
    ("system_id", "own"),
    [
        (LAS_ZUID, NOORD.oin),
        (LAS_NOORD, ZUID.oin),
        (SWV_NOORD, NOORD.oin),  # it has an OIN of its own, and only that acts for it
        (SystemId("las-none"), NOORD.oin),
    ],
)
async def test_nobody_but_its_own_certificate_gives_a_system_a_key(
    world: World, system_id: SystemId, own: Oin
) -> None:
    with refused(Reason.SYSTEM_NOT_FOUND):
        await register(world, key(system_id=system_id), own)

    assert await shown(world, system_id) == []


async def test_the_same_key_again_changes_nothing(world: World) -> None:
    mine = await register(world, key())
    before = await world.revision()

    again = await register(world, replace(mine, statement="c2lnbmVkIGFnYWlu"))

    assert (again, await world.revision()) == (mine, before)


@pytest.mark.parametrize(
    "change", [{"public_key": "08" * 32}, {"end": NOW + 31 * DAY}, {"start": NOW - DAY}]
)
async def test_an_id_is_never_used_again(world: World, change: dict[str, Any]) -> None:
    mine = await register(world, key(key_id=UUID(int=1)))
    with refused(Reason.SYSTEM_KEY_REUSED):
        await register(world, replace(mine, **change))

    world.clock.today += 31 * DAY
    with refused(Reason.SYSTEM_KEY_REUSED):
        await register(world, replace(mine, end=mine.end + 60 * DAY))
    await register(world, key(key_id=UUID(int=1), system_id=LAS_ZUID, end=NOW + 60 * DAY), ZUID.oin)


async def test_a_key_that_has_ended_is_not_taken(world: World) -> None:
    world.clock.today += 30 * DAY
    with refused(Reason.SYSTEM_KEY_INVALID):
        await register(world, key())


async def test_a_system_has_a_few_keys_that_have_not_ended(world: World) -> None:
    for _ in range(MOST_KEYS):
        await register(world, key())
    with refused(Reason.SYSTEM_KEYS_EXCEEDED):
        await register(world, key(start=NOW + DAY))
    await register(world, key(system_id=LAS_ZUID), ZUID.oin)

    world.clock.today += 31 * DAY
    await register(world, key(end=NOW + 60 * DAY))


async def test_a_key_that_is_taken_back_is_shown_no_more(world: World) -> None:
    mine, other = [await register(world, key(start=NOW - DAY)) for _ in range(2)]
    before = await world.revision()

    taken = await end(world, mine)

    assert taken == replace(mine, ended=taken.ended)
    assert taken.ended is not None
    assert await shown(world, LAS_NOORD, at=taken.ended) == [other]
    just_before = taken.ended - dt.timedelta(seconds=1)
    assert taken in await shown(world, LAS_NOORD, at=just_before)
    assert (
        await read(
            world.register,
            lambda snapshot: keys_of(snapshot, taken.ended or NOW, ids=[mine.key_id]),
        )
        == []
    )
    assert await end(world, mine) == taken
    assert await world.revision() == before + 1


async def test_a_key_that_is_taken_back_keeps_its_id_and_makes_room(world: World) -> None:
    mine = [await register(world, key(start=NOW - DAY)) for _ in range(MOST_KEYS)]
    await end(world, mine[0])

    with refused(Reason.SYSTEM_KEY_REUSED):
        await register(world, mine[0])
    await register(world, key())
    with refused(Reason.SYSTEM_KEYS_EXCEEDED):
        await register(world, key())


async def test_only_its_vendor_takes_a_key_back(world: World) -> None:
    mine = await register(world, key())

    with refused(Reason.SYSTEM_NOT_FOUND):
        await end(world, mine, ZUID.oin)
    with refused(Reason.SYSTEM_KEY_NOT_FOUND):
        await end(world, replace(mine, key_id=uuid4()))
    with refused(Reason.SYSTEM_KEY_NOT_FOUND):
        await end(world, replace(mine, system_id=LAS_ZUID), ZUID.oin)


async def test_a_key_whose_period_is_over_stays_as_it_is(world: World) -> None:
    mine = await register(world, key())
    world.clock.today += 31 * DAY

    assert await end(world, mine) == mine


async def test_keys_are_for_who_exchanges_dossiers(world: World) -> None:
    async def allowed(*systems: SystemId, today: dt.date = TODAY) -> None:
        await read(world.register, lambda snapshot: require_forwarding(snapshot, systems, today))

    with refused(Reason.FORWARDING_NOT_MANDATED):
        await allowed(LAS_NOORD)
    mandate = (await give(world)).mandate
    await allowed(SWV_NOORD, LAS_NOORD)
    with refused(Reason.FORWARDING_NOT_MANDATED):
        await allowed(LAS_ZUID)
    with refused(Reason.FORWARDING_NOT_MANDATED):
        await allowed()

    await world.put(replace(mandate, stopped=True))
    with refused(Reason.FORWARDING_NOT_MANDATED):
        await allowed(LAS_NOORD)


async def test_who_made_way_reads_keys_for_as_long_as_it_provides(world: World) -> None:
    async def allowed(day: dt.date) -> None:
        await read(world.register, lambda snapshot: require_forwarding(snapshot, {LAS_NOORD}, day))

    await give(world)
    await switch(world, provides_until=LATER + 30 * DAY)

    await allowed(LATER)
    await allowed(LATER + 30 * DAY)
    with refused(Reason.FORWARDING_NOT_MANDATED):
        await allowed(LATER + 31 * DAY)
