"""Giving mandates (R3, R6), on a real register."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from support.worlds.register_world import (
    AS_BOARD,
    AS_OPERATOR,
    BOARD,
    CLOSED_SCHOOL,
    DAY,
    LAS_NOORD,
    LAS_ZUID,
    SCHOOL,
    SECOND_SCHOOL,
    SWV_NOORD,
    TODAY,
    World,
    end_agreements,
    give,
    give_days,
    mandate_command,
    open_world,
    qualification,
    refused,
    school,
)
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import TEST_SCHOOL, Mandate, Processing, School, Sector
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber, Brin, Swv, SystemId
from wissel.server.registry.commands import CreateMandate, UpdateMandate
from wissel.server.registry.mandates.changing import update_mandate


async def test_a_mandate_begins_today_and_lasts(world: World) -> None:
    answer = await give(world)

    assert answer.mandate.period == Period(TODAY)
    assert answer.mandate.processing is Processing.NOT_REQUIRED
    assert answer.mandate.created.date() == TODAY
    async with world.register.snapshot() as snapshot:
        assert await snapshot.get(Mandate, str(answer.mandate.mandate_id)) == answer.mandate


async def test_today_is_a_day_in_amsterdam(tmp_path: Path) -> None:
    """Half past eleven in the evening of UTC is tomorrow there."""
    async with open_world(tmp_path) as world:
        world.clock.hour = 23

        answer = await give(world)

        assert answer.mandate.period.start == TODAY + DAY


async def test_what_its_owner_processes_waits_for_that(world: World) -> None:
    await world.put(qualification(LAS_NOORD, "ROD_PO"))

    answer = await give(world, mandate_command(service="BRON_PO"))

    assert answer.mandate.service == "ROD_PO"
    assert answer.mandate.processing is Processing.AWAITING
    assert "DUO" in answer.note


async def test_a_samenwerkingsverband_signs_for_itself(world: World) -> None:
    await world.put(qualification(SWV_NOORD, "OSO_SWV"))
    command = mandate_command(organisation=SWV, service="OSO_SWV", system_id=SWV_NOORD)

    answer = await give(world, command)

    assert answer.mandate.organisation == SWV


async def test_several_systems_may_act_for_one_school(world: World) -> None:
    first = await give(world)

    second = await give(world, mandate_command(system_id=LAS_ZUID))

    assert first.mandate.period == second.mandate.period


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (mandate_command(organisation=Brin("00ZZ")), Reason.SCHOOL_NOT_FOUND),
        (mandate_command(organisation=Swv("VO0000")), Reason.SWV_NOT_FOUND),
        (mandate_command(service="OSO_X"), Reason.SERVICE_NOT_FOUND),
        (mandate_command(system_id=SystemId("las-niemand")), Reason.SYSTEM_NOT_FOUND),
        (mandate_command(organisation=CLOSED_SCHOOL), Reason.SCHOOL_CLOSED),
        (mandate_command(end=TODAY - DAY), Reason.PERIOD_INVALID),
        (mandate_command(start=TODAY + 2 * DAY, end=TODAY + DAY), Reason.PERIOD_INVALID),
    ],
)
async def test_mandates_that_cannot_be(
    world: World, command: CreateMandate, reason: Reason
) -> None:
    with refused(reason):
        await give(world, command)


async def test_a_mandate_may_precede_the_qualification_of_its_system(world: World) -> None:
    given = await give(world, mandate_command(system_id=SWV_NOORD))

    assert given.mandate.system_id == SWV_NOORD


async def test_a_mandate_knows_whose_school_it_was(world: World) -> None:
    of_school = (await give(world)).mandate
    await world.put(qualification(SWV_NOORD, "OSO_SWV"))
    command = mandate_command(organisation=SWV, service="OSO_SWV", system_id=SWV_NOORD)

    assert of_school.board == BOARD
    assert (await give(world, command)).mandate.board is None


@pytest.mark.parametrize("sector", [Sector.PO, Sector.SO])
async def test_a_service_is_for_schools_of_its_sectors(world: World, sector: Sector) -> None:
    await world.put(qualification(LAS_NOORD, "ROD_VO"), qualification(LAS_NOORD, "ROD_PO"))
    await world.put(of_sectors(SCHOOL, sector, sector))

    with refused(Reason.SECTOR_NOT_SERVED) as caught:
        await give(world, mandate_command(service="ROD_VO"))
    assert (await give(world, mandate_command(service="ROD_PO"))).mandate.service == "ROD_PO"
    assert caught.value.metadata == {
        "organisation": SCHOOL,
        "service": "ROD_VO",
        "sectors": sector,
        "served": "VO",
    }


@pytest.mark.parametrize(
    "sectors",
    [(Sector.PO, Sector.VO), (Sector.PO, None), (None, None)],
    ids=["one of its own", "one unknown", "unknown"],
)
async def test_a_school_that_may_be_of_a_sector_is_not_refused_for_it(
    world: World, sectors: tuple[Sector | None, Sector | None]
) -> None:
    await world.put(qualification(LAS_NOORD, "ROD_VO"), of_sectors(SCHOOL, *sectors))

    assert (await give(world, mandate_command(service="ROD_VO"))).mandate.service == "ROD_VO"


async def test_the_test_school_is_refused_for_no_sector(world: World) -> None:
    await world.put(qualification(LAS_NOORD, "ROD_VO"), of_sectors(TEST_SCHOOL, Sector.PO))

    given = await give(world, mandate_command(organisation=TEST_SCHOOL, service="ROD_VO"))

    assert given.mandate.organisation == "00YY"


async def test_a_start_that_moves_needs_the_sector(world: World) -> None:
    await world.put(qualification(LAS_NOORD, "ROD_VO"))
    command = mandate_command(service="ROD_VO", start=TODAY + 5 * DAY)
    given = (await give(world, command)).mandate
    await world.put(of_sectors(SCHOOL, Sector.PO, Sector.PO))
    start = UpdateMandate(mandate_id=given.mandate_id, start=TODAY + 6 * DAY)
    end = UpdateMandate(mandate_id=given.mandate_id, end=TODAY + 9 * DAY)

    with refused(Reason.SECTOR_NOT_SERVED):
        await world.run(lambda transaction: update_mandate(transaction, start, AS_OPERATOR))
    ended = await world.run(lambda transaction: update_mandate(transaction, end, AS_OPERATOR))
    assert ended.period.end == TODAY + 9 * DAY


def of_sectors(brin: Brin, *sectors: Sector | None) -> School:
    """A school with a location of each sector."""
    made = school(brin, BOARD, *(f"{number:02}" for number in range(len(sectors))))
    told = zip(made.locations, sectors, strict=True)
    return replace(made, locations=tuple(replace(each, sector=sector) for each, sector in told))


async def test_only_an_operator_reaches_back(world: World) -> None:
    command = mandate_command(start=TODAY - DAY)

    with refused(Reason.DATE_IN_PAST):
        await give(world, command, AS_BOARD)
    assert (await give(world, command)).mandate.period == Period(TODAY - DAY)


@pytest.mark.parametrize("start", [TODAY - 10 * DAY, TODAY, TODAY + 10 * DAY])
async def test_agreements_hold_on_the_first_day_or_today(world: World, start: dt.date) -> None:
    await end_agreements(world, BOARD, max(start, TODAY) - DAY)
    command = mandate_command(start=start)

    with refused(Reason.AGREEMENT_MISSING) as caught:
        await give(world, command)
    assert caught.value.metadata["signatory"] == BOARD
    assert caught.value.metadata["on"] == str(max(start, TODAY))


async def test_agreements_that_end_later_do_not_hinder(world: World) -> None:
    await end_agreements(world, BOARD, TODAY)

    assert (await give(world)).mandate.period == Period(TODAY)


async def test_an_overlap_names_the_mandates(world: World) -> None:
    earlier = await give_days(world, 0, 9)
    later = await give_days(world, 20)

    with refused(Reason.MANDATE_OVERLAPS) as caught:
        await give_days(world, 9, 20)
    named = caught.value.metadata["mandate_id"].split(", ")
    assert sorted(named) == sorted([str(earlier.mandate_id), str(later.mandate_id)])
    assert (await give_days(world, 10, 19)).period.end == TODAY + 19 * DAY


async def test_other_schools_services_and_systems_do_not_overlap(world: World) -> None:
    await world.put(qualification(LAS_NOORD, "VVA"))
    await give(world)

    await give(world, mandate_command(organisation=SECOND_SCHOOL))
    await give(world, mandate_command(service="VVA"))


async def test_a_moved_school_needs_its_new_boards_agreements(world: World) -> None:
    await world.put(school(SCHOOL, BoardNumber("99009"), "00"))

    with refused(Reason.AGREEMENT_MISSING) as caught:
        await give(world)
    assert caught.value.metadata["signatory"] == "99009"
