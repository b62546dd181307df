"""What Mijn OSO knew becomes agreements and mandates (R2, R3), on each engine."""

from dataclasses import replace
from functools import partial

import pytest

from support.worlds.persons.agreement_world import agreements
from support.worlds.persons.moving_world import (
    EXTENSION,
    FRESH,
    NEW_SCHOOL,
    OSO,
    OSR,
    PLATFORM,
    move,
    outcomes,
    point,
    signed,
    without_agreements,
)
from support.worlds.register_world import (
    AS_OPERATOR,
    BOARD,
    CLOSED_SCHOOL,
    DAY,
    LAS_NOORD,
    LAS_ZUID,
    OSO_OV,
    SCHOOL,
    SECOND_SCHOOL,
    TODAY,
    World,
    give,
    held,
    school,
)
from wissel.clients.testing.cast import NOORD, SWV, SWV_OIN
from wissel.routing.facts import (
    AgreementStatus,
    Attribute,
    Sector,
    System,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Brin,
    Swv,
    SystemId,
)
from wissel.server.registry.commands import EndMandate
from wissel.server.registry.mandates.changing import end_mandate
from wissel.server.registry.moving.lines import (
    MOVING_DAY,
    AanleverpuntLine,
    Outcome,
)


@pytest.fixture
async def world(every_world: World) -> World:
    return await without_agreements(every_world)


async def test_an_agreement_that_came_so_lets_its_schools_be_mandated(world: World) -> None:
    report = await move(world, point(), agreed=[signed()])

    (moved,) = report.aanleverpunten
    (mandate,) = await held(world)
    assert (Outcome.GIVEN, (OSO_OV,), FRESH) == (moved.outcome, moved.services, moved.board)
    assert (NEW_SCHOOL, OSO_OV, LAS_NOORD, Period(MOVING_DAY), FRESH) == (
        mandate.organisation,
        mandate.service,
        mandate.system_id,
        mandate.period,
        mandate.board,
    )
    assert (Outcome.RECORDED, True) == (
        report.agreements[0].outcome,
        report.agreements[0].counts_for_osr,
    )
    assert {
        (OSO, AgreementStatus.MIGRATED, None, Period(MOVING_DAY)),
        (OSR, AgreementStatus.MIGRATED, OSO, Period(MOVING_DAY)),
    } == {
        (each.kind, each.status, each.only_with, each.period)
        for each in (await agreements(world, FRESH)).values()
    }


async def test_the_same_again_changes_nothing(world: World) -> None:
    agreed = [signed(EXTENSION), signed()]
    lines = [point(), point(number=2, line=3), point(SCHOOL, line=4), point(active=False, line=5)]
    first = await move(world, *lines, agreed=agreed)
    before = await world.revision()

    again = await move(world, *lines, agreed=agreed)

    assert before == await world.revision()
    assert ["GIVEN", "SAME_MANDATE", "GIVEN", "NOT_CONNECTED"] == outcomes(first.aanleverpunten)
    assert ["ALREADY_MANDATED"] * 3 + ["NOT_CONNECTED"] == outcomes(again.aanleverpunten)
    assert ["ALREADY_REGISTERED"] * 2 == outcomes(again.agreements)
    assert [row.proposal for row in first.aanleverpunten] == [
        row.proposal for row in again.aanleverpunten
    ]


async def test_all_of_it_is_one_revision(world: World) -> None:
    before = await world.revision()

    await move(world, point(), point(SCHOOL), agreed=[signed(), signed(EXTENSION)])

    assert before + 1 == await world.revision()


async def test_a_dry_run_reports_the_same_and_writes_nothing(world: World) -> None:
    lines, agreed = [point(), point(number=2), point(SCHOOL)], [signed()]
    before = await world.revision()

    tried = await move(world, *lines, agreed=agreed, validate_only=True)
    unchanged = await world.revision()

    assert before == unchanged
    assert tried == await move(world, *lines, agreed=agreed)


async def test_oso_swv_comes_only_where_the_extension_is_signed(world: World) -> None:
    without = await move(world, point(), agreed=[signed()])
    later = await move(world, point(), agreed=[signed(EXTENSION)])

    assert ("OSO_OV",) == without.aanleverpunten[0].services
    assert (Outcome.GIVEN, ("OSO_OV", "OSO_SWV")) == (
        later.aanleverpunten[0].outcome,
        later.aanleverpunten[0].services,
    )


async def test_platforms_have_mandates_of_their_own_for_the_transfer_alone(world: World) -> None:
    platform = point(SCHOOL, 100, PLATFORM, attribute=Attribute.OT)
    report = await move(world, point(SCHOOL), platform)

    assert {(LAS_NOORD, "OSO_OV"), (LAS_NOORD, "OSO_SWV"), (PLATFORM, "OSO_OV")} == {
        (each.system_id, each.service) for each in await held(world)
    }
    proposal = report.aanleverpunten[1].proposal
    assert proposal is not None
    assert None is proposal.vestiging


async def test_a_samenwerkingsverband_is_mandated_for_its_own_service(world: World) -> None:
    report = await move(world, point(SWV, 0, "Noord SWV", attribute=Attribute.SWV))

    assert (Outcome.GIVEN, ("OSO_SWV",), None) == (
        report.aanleverpunten[0].outcome,
        report.aanleverpunten[0].services,
        report.aanleverpunten[0].board,
    )
    assert report.aanleverpunten[0].proposal is not None
    assert report.aanleverpunten[0].proposal.routing_key.belongs_to(SWV_OIN)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (point(Brin("97ZZ")), Reason.SCHOOL_NOT_FOUND),
        (point(Swv("VO0000"), attribute=Attribute.SWV), Reason.SWV_NOT_FOUND),
        (point(system="no such system"), Reason.SYSTEM_NOT_FOUND),
        (point(CLOSED_SCHOOL), Reason.SCHOOL_CLOSED),
        (point(), Reason.AGREEMENT_MISSING),
    ],
)
async def test_what_cannot_be_mandated_is_reported_and_stops_nothing_else(
    world: World, line: AanleverpuntLine, reason: Reason
) -> None:
    report = await move(world, line, point(SCHOOL, line=3))

    assert [reason, "GIVEN"] == outcomes(report.aanleverpunten)
    assert {SCHOOL} == {each.organisation for each in await held(world)}


async def test_a_school_of_another_sector_is_reported(world: World) -> None:
    mbo = school(NEW_SCHOOL, BOARD, "00")
    locations = tuple(replace(each, sector=Sector.MBO) for each in mbo.locations)
    await world.put(replace(mbo, locations=locations))

    assert [Reason.SECTOR_NOT_SERVED] == outcomes((await move(world, point())).aanleverpunten)


async def test_a_system_is_known_by_its_name_if_no_other_has_it(world: World) -> None:
    named = await move(world, point(SCHOOL, system="noord las"))
    await world.put(System(system_id=SystemId("twin"), party=NOORD.oin, name="Noord LAS"))
    twice = await move(world, point(SECOND_SCHOOL, 1, system="Noord LAS"))

    assert ["GIVEN"] == outcomes(named.aanleverpunten)
    assert [Reason.SYSTEM_NOT_FOUND] == outcomes(twice.aanleverpunten)


@pytest.mark.parametrize("immediately", [True, False])
async def test_what_a_board_has_ended_is_not_given_again(world: World, immediately: bool) -> None:
    await move(world, point(SCHOOL))
    for mandate in await held(world):
        last = None if immediately else TODAY
        command = EndMandate(mandate_id=mandate.mandate_id, end=last)
        await world.run(partial(end_mandate, command=command, scope=AS_OPERATOR))
    world.clock.today = TODAY + DAY

    again = await move(world, point(SCHOOL))

    assert (Outcome.ALREADY_MANDATED, (), None) == (
        again.aanleverpunten[0].outcome,
        again.aanleverpunten[0].services,
        again.aanleverpunten[0].proposal,
    )


async def test_a_mandate_that_the_board_gave_stays_as_it_is(world: World) -> None:
    given = (await give(world)).mandate

    report = await move(world, point(SCHOOL))

    assert Outcome.GIVEN is report.aanleverpunten[0].outcome
    assert given in await held(world)
    assert ["OSO_SWV"] == [
        each.service for each in await held(world) if each.period.start == MOVING_DAY
    ]


async def test_a_second_line_names_the_one_that_gave_its_mandate(world: World) -> None:
    """For OSO_OV the board gave one itself."""
    await give(world)

    report = await move(world, point(SCHOOL, line=2), point(SCHOOL, 2, line=3))

    assert [("GIVEN", ""), ("SAME_MANDATE", "line 2")] == [
        (row.outcome, row.detail) for row in report.aanleverpunten
    ]
    assert [("OSO_OV", "OSO_SWV")] * 2 == [row.services for row in report.aanleverpunten]


async def test_a_board_without_any_agreement_is_named_with_what_lacks(world: World) -> None:
    report = await move(world, point(), agreed=[signed(EXTENSION)])

    assert (Reason.AGREEMENT_MISSING, FRESH, "KENNISNET_OSR, OSO") == (
        report.aanleverpunten[0].outcome,
        report.aanleverpunten[0].board,
        report.aanleverpunten[0].detail,
    )
    assert [Reason.AGREEMENT_MISSING] == outcomes(report.agreements)
    assert [] == await held(world)


async def test_routing_keys_are_proposed_one_for_each_aanleverpunt(world: World) -> None:
    """One school has two; another one, which serves the whole school."""
    report = await move(
        world,
        point(SCHOOL, 0, line=2),
        point(SCHOOL, 2, line=3),
        point(SCHOOL, 2, LAS_ZUID, line=4),
        point(SCHOOL, 100, PLATFORM, line=5, attribute=Attribute.LDOS),
        point(SCHOOL, 7, line=6),
        point(SECOND_SCHOOL, 1, line=7),
    )

    shown = [
        (row.proposal.routing_key[-5:], row.proposal.vestiging) if row.proposal else row.detail
        for row in report.aanleverpunten
    ]
    assert [
        ("00001", "99XA00"),
        ("00002", "99XA02"),
        ("00003", "99XA02"),
        ("00004", None),
        "no open vestiging 99XA07",
        ("00001", None),
    ] == shown
