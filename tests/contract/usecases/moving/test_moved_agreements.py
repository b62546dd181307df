"""What becomes of the agreements of Mijn OSO (R2), on each engine."""

import pytest

from support.worlds.persons.agreement_world import agreements, record, text
from support.worlds.persons.moving_world import (
    FRESH,
    OSO,
    OSR,
    move,
    outcomes,
    point,
    signed,
    without_agreements,
)
from support.worlds.register_world import (
    BOARD,
    DAY,
    TODAY,
    World,
    end_agreements,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    BoardNumber,
    Swv,
)
from wissel.server.registry.moving.lines import (
    MOVING_DAY,
    AgreementLine,
    Outcome,
)


@pytest.fixture
async def world(every_world: World) -> World:
    return await without_agreements(every_world)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (signed(signatory=BoardNumber("00000")), Reason.BOARD_NOT_FOUND),
        (signed(signatory=Swv("VO0000")), Reason.SWV_NOT_FOUND),
        (signed(signatory=BOARD), Outcome.ALREADY_REGISTERED),
        (signed(start=TODAY - 900 * DAY, end=TODAY - DAY), Outcome.ENDED),
        (signed(start=TODAY - 900 * DAY, end=TODAY), Outcome.RECORDED),
    ],
)
async def test_what_becomes_of_an_agreement(
    world: World, line: AgreementLine, outcome: str
) -> None:
    report = await move(world, agreed=[line])

    assert [outcome] == outcomes(report.agreements)
    assert (outcome == "RECORDED") is report.agreements[0].counts_for_osr


async def test_days_of_an_agreement_are_kept(world: World) -> None:
    start, end, day = TODAY - 900 * DAY, TODAY + 100 * DAY, TODAY - 950 * DAY

    await move(world, agreed=[signed(start=start, end=end, signed=day)])

    found = {each.kind: each for each in (await agreements(world, FRESH)).values()}
    assert (Period(start, end), day) == (found[OSO].period, found[OSO].signed)
    assert Period(max(start, MOVING_DAY), end) == found[OSR].period


async def test_what_must_be_signed_anew_does_not_come_over(world: World) -> None:
    """A text of OSO that was to be signed by today; the board would be asked anew anyway."""
    await text(world, renewal=TODAY)
    world.clock.today = TODAY + DAY

    late = await move(world, agreed=[signed(start=TODAY + DAY)])
    still = await move(world, agreed=[signed(start=TODAY)])

    assert [Reason.AGREEMENT_TEXT_REPLACED] == outcomes(late.agreements)
    assert ["RECORDED"] == outcomes(still.agreements)


async def test_what_was_signed_before_stays_and_counts_for_osr_if_nothing_was(
    world: World,
) -> None:
    (paper,) = await record(world, FRESH, OSO, start=TODAY - 10 * DAY)

    report = await move(world, point(), agreed=[signed()])

    assert (["ALREADY_REGISTERED"], True) == (
        outcomes(report.agreements),
        report.agreements[0].counts_for_osr,
    )
    assert ["GIVEN"] == outcomes(report.aanleverpunten)
    assert paper in (await agreements(world, FRESH)).values()


async def test_what_a_board_terminated_does_not_come_back(world: World) -> None:
    await move(world, agreed=[signed()])
    await end_agreements(world, FRESH, TODAY - DAY)
    before = await agreements(world, FRESH)

    report = await move(world, point(), agreed=[signed()])

    assert before == await agreements(world, FRESH)
    assert ["ALREADY_REGISTERED"] == outcomes(report.agreements)
    assert [Reason.AGREEMENT_MISSING] == outcomes(report.aanleverpunten)
