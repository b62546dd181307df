"""What everybody is told: as at one revision, and never which system a school uses (ADR 35)."""

import asyncio
import datetime as dt
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.overviews import (
    CLOSED,
    FORMULA,
    MARKUP,
    country,
    files_of,
    overview_of,
    served_by,
)
from support.worlds import small_world as w
from support.worlds.hub import Hub, running_hub
from wissel.clients.cli.publishing.overview import Overview
from wissel.clients.errors import WisselError
from wissel.routing.facts import Location, School, Service, System
from wissel.routing.values.identifiers import SystemId


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=country()) as started:
        yield started


async def test_each_location_has_the_services_of_its_school(hub: Hub) -> None:
    found = await overview_of(hub)

    assert [
        ("99XD00", "School 99XD", (), w.START, None),
        ("99XA00", MARKUP, ("OSO_OV",), None, (52.09, 5.12)),
        ("99XB00", FORMULA, ("OSO_OV",), None, (53.22, 6.57)),
        ("99XB02", FORMULA, ("OSO_OV",), None, None),
        ("99XC01", "Zonder punt", ("OSO_OV",), None, None),
    ] == [
        (each.vestiging, each.name, each.services, each.closed, each.point)
        for each in found.locations
    ]
    assert [("OSO_OV", 3, 0), ("OSO_SWV", 0, 1), ("RIO", 0, 0)] == [
        (each.code, each.schools, each.swvs) for each in found.services
    ]
    assert [("PO9901", ("OSO_SWV",))] == [(each.code, each.services) for each in found.swvs]


async def test_another_day_has_other_connections(hub: Hub) -> None:
    before = await overview_of(hub, day=w.START - dt.timedelta(days=1))
    on_its_last_day = await overview_of(hub, day=w.START)

    assert {()} == {each.services for each in before.locations}
    assert {None} == {each.closed for each in on_its_last_day.locations}
    assert CLOSED in {each.brin for each in on_its_last_day.locations}


async def test_systems_are_told_with_their_desks(hub: Hub) -> None:
    found = await overview_of(hub)

    assert {w.LAS_NOORD, w.LAS_ZUID} == {each.system_id for each in found.systems}
    assert {("OSO_OV", "OSO_SWV", "RIO")} == {each.services for each in found.systems}


async def test_a_service_of_one_vendor_is_told_with_no_system(hub: Hub) -> None:
    """Otherwise each school that is connected for it would tell its system."""
    await hub.put(w.qualification(w.LAS_ZUID, w.OSO_OV, qualified=False))
    await hub.put(w.qualification(w.LAS_ZUID, w.RIO, qualified=False))
    some = await overview_of(hub)
    await hub.put(w.qualification(w.LAS_ZUID, w.OSO_SWV, qualified=False))
    none = await overview_of(hub)

    assert {("OSO_SWV",)} == {each.services for each in some.systems}
    assert () == none.systems


@pytest.mark.parametrize(
    "chosen",
    [
        lambda _: w.LAS_NOORD,
        lambda _: w.LAS_ZUID,
        lambda organisation: w.LAS_ZUID if organisation == w.XA else w.LAS_NOORD,
    ],
    ids=["all-by-noord", "all-by-zuid", "swapped"],
)
async def test_no_byte_follows_from_who_serves_whom(
    tmp_path: Path, chosen: Callable[[str], SystemId]
) -> None:
    """Nor does an order, a count or a size: the files of two such registers are the same."""
    files = []
    for name, facts in (("one", country()), ("other", served_by(country(), chosen))):
        (tmp_path / name).mkdir()
        async with running_hub(tmp_path / name, facts=facts) as hub:
            files.append(files_of(await overview_of(hub)))

    one, other = files
    assert one == other


async def test_all_is_of_one_revision_whatever_changes_meanwhile(hub: Hub) -> None:
    """Each change renames all; an overview has the names of one change alone."""
    stop = asyncio.Event()

    async def rename(number: int) -> None:
        facts = (fact for fact in country() if isinstance(fact, School | Service | System))
        await hub.put(*(renamed(fact, f"of {number}") for fact in facts))

    async def rename_again_and_again() -> None:
        for number in itertools.count(1):
            if stop.is_set():
                return
            await rename(number)

    await rename(0)
    renaming = asyncio.create_task(rename_again_and_again())
    try:
        found = [await overview_of(hub) for _ in range(3)]
    finally:
        stop.set()
        await renaming

    assert [1, 1, 1] == [len(names(each)) for each in found]
    assert 3 == len({each.revision for each in found}) == len(set.union(*map(names, found)))


@pytest.mark.parametrize("name", ["noord", "zuid"])
async def test_a_vendor_makes_none(hub: Hub, name: str) -> None:
    with pytest.raises(WisselError, match="made by an operator or a chain partner"):
        await overview_of(hub, name)


async def test_a_stranger_makes_none(hub: Hub) -> None:
    with pytest.raises(WisselError, match="not registered"):
        await overview_of(hub, "stranger")


async def test_a_chain_partner_reads_the_same_as_an_operator(hub: Hub) -> None:
    assert files_of(await overview_of(hub)) == files_of(await overview_of(hub, "duo"))


def renamed(fact: School | Service | System, name: str) -> School | Service | System:
    if not isinstance(fact, School):
        return replace(fact, name=name)

    def moved(each: Location) -> Location:
        return replace(each, name=name)

    return replace(fact, locations=tuple(map(moved, fact.locations)))


def names(found: Overview) -> set[str]:
    named = (found.locations, found.services, found.systems)
    return {each.name for some in named for each in some}
