"""What those who watch read of the log: on each engine, beside writers, in parts of any size."""

import asyncio
import random
from dataclasses import replace
from typing import Final
from uuid import uuid4

import pytest

from support.builders.register_builders import actor
from support.worlds import small_world as w
from support.worlds.stores import register_at
from wissel.routing.facts import Mandate, School
from wissel.routing.values.days import ONE_DAY, Period
from wissel.server.registry.events import Position
from wissel.server.registry.scope import Scope
from wissel.server.registry.watching import Part, behind, parts_after, shown
from wissel.server.store.register.register import SqlRegister

SCOPES: Final = {
    "operator": Scope.everything(),
    "vendor": Scope.of([w.LAS_NOORD]),
    "owner": Scope.of_services([w.RIO]),
    "nobody": Scope(),
}


def state_of(mandates: list[Mandate], scope: Scope) -> dict[object, Mandate]:
    return {each.mandate_id: each for each in mandates if scope.holds(each)}


async def read(register: SqlRegister, scope: Scope, after: Position, until: int) -> list[Part]:
    """All parts that somebody reads until a revision, one read after the other."""
    found: list[Part] = []
    while after < Position.after(until):
        async with register.snapshot() as snapshot:
            parts, after = await parts_after(snapshot, after, until, scope)
        found += parts
    return found


def fold(parts: list[Part], scope: Scope) -> dict[object, Mandate]:
    table = w.table()
    seen = [shown(each, scope, table) for each in parts]
    return {
        change.mandate.mandate_id: change.mandate
        for part in seen
        if part is not None
        for change in part.mandates
    }


async def write(register: SqlRegister, chance: random.Random, times: int) -> None:
    """Give mandates, change them and move schools, one or several in a revision."""
    own: list[Mandate] = []
    for _ in range(times):
        new = w.mandate(
            chance.choice((w.XA, w.XB, w.XC)),
            chance.choice((w.LAS_NOORD, w.LAS_ZUID)),
            chance.choice((w.OSO_OV, w.RIO)),
            name=str(uuid4()),
        )
        changed = [
            replace(each, period=Period(w.START, w.TODAY + chance.randrange(9) * ONE_DAY))
            for each in chance.sample(own, min(len(own), 2))
        ]
        board = chance.choice((w.BOARD_1, w.BOARD_2))
        async with register.transaction(actor()) as transaction:
            await transaction.put(new, *changed, replace(w.school(w.XA, board), source="PO"))
        own.append(new)


@pytest.mark.parametrize("who", SCOPES)
async def test_who_reads_beside_writers_ends_with_the_state_of_the_register(
    registry_url: str, who: str
) -> None:
    scope = SCOPES[who]
    async with register_at(registry_url) as one, register_at(registry_url) as other:
        async with one.transaction(actor()) as transaction:
            await transaction.put(*w.small())
        begun = await one.head_revision()
        writing = asyncio.gather(
            write(one, random.Random(1), 15),  # noqa: S311 - which facts a test writes
            write(other, random.Random(2), 15),  # noqa: S311
        )
        parts, place = [], Position.after(begun)
        while not writing.done():
            head = await other.head_revision()
            parts += await read(other, scope, place, head)
            place = max(place, Position.after(head))
            await asyncio.sleep(0)
        await writing
        head = await one.head_revision()
        parts += await read(one, scope, place, head)
        async with one.snapshot() as snapshot:
            now = await snapshot.find(Mandate)

    before = {each.mandate_id for each in w.small() if isinstance(each, Mandate)}
    assert fold(parts, scope) == {
        key: each for key, each in state_of(now, scope).items() if key not in before
    }
    assert [each.place for each in parts] == sorted({each.place for each in parts})


async def test_a_large_revision_comes_in_parts_of_which_the_last_is_whole(
    register: SqlRegister,
) -> None:
    many = [w.mandate(w.XA, w.LAS_NOORD, name=str(number)) for number in range(250)]
    async with register.transaction(actor()) as transaction:
        await transaction.put(*many)
    async with register.transaction(actor()) as transaction:
        await transaction.put(w.A_NOORD)

    for scope in (SCOPES["operator"], SCOPES["vendor"]):
        parts = await read(register, scope, Position.after(0), 2)

        assert [(1, 100), (1, 200), (1, 250), (2, 1)] == [tuple(each.place) for each in parts]
        assert [False, False, True, True] == [each.whole for each in parts]
        assert [*many, w.A_NOORD] == [each.mandate for part in parts for each in part.mandates]


async def test_schools_are_told_to_those_with_a_mandate_there(register: SqlRegister) -> None:
    moved = replace(w.school(w.XC, w.BOARD_2, "01"), board=w.BOARD_1)
    async with register.transaction(actor()) as transaction:
        await transaction.put(*w.small())
    async with register.transaction(actor()) as transaction:
        await transaction.put(moved)
    table = w.table(moved)

    def told(name: str, parts: list[Part]) -> list[School]:
        seen = [shown(each, SCOPES[name], table) for each in parts]
        return [change.school for part in seen if part is not None for change in part.schools]

    for name, schools in (("operator", [moved]), ("vendor", []), ("owner", []), ("nobody", [])):
        assert schools == told(name, await read(register, SCOPES[name], Position.after(1), 2))
    zuid = Scope.of([w.LAS_ZUID])
    parts = await read(register, zuid, Position.after(1), 2)
    seen = shown(parts[0], zuid, table)
    assert seen is not None
    assert [moved] == [each.school for each in seen.schools]


@pytest.mark.parametrize(
    ("who", "count"), [("operator", 4), ("vendor", 2), ("owner", 0), ("nobody", 0)]
)
async def test_how_far_behind_somebody_is(register: SqlRegister, who: str, count: int) -> None:
    for fact in (w.A_NOORD, w.C_ZUID, w.B_NOORD, w.B_ZUID, replace(w.A_NOORD, stopped=True)):
        async with register.transaction(actor()) as transaction:
            await transaction.put(fact)

    async with register.snapshot() as snapshot:
        assert count == await behind(snapshot, 1, SCOPES[who], 100)
        assert min(count, 1) == await behind(snapshot, 1, SCOPES[who], 1)


async def test_a_revision_is_known_by_what_it_did(registry_url: str) -> None:
    async with register_at(registry_url) as register:
        for fact in (w.A_NOORD, replace(w.A_NOORD, stopped=True)):
            async with register.transaction(actor()) as transaction:
                await transaction.put(fact)
        async with register.snapshot() as snapshot:
            found = await snapshot.marks({0, 1, 2, 3})

    assert {1, 2} == found.keys()
    assert found[1] != found[2]
