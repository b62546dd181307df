"""Copying a mandate to other schools (R5), on each engine."""

import asyncio
import datetime as dt
from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid4

import pytest

from support.worlds.register_world import (
    AS_BOARD,
    AS_OPERATOR,
    BOARD,
    CLOSED_SCHOOL,
    DAY,
    LAS_NOORD,
    LAS_ZUID,
    NOBODY,
    OTHER_BOARD,
    SCHOOL,
    SECOND_SCHOOL,
    TODAY,
    World,
    agreement,
    end_agreements,
    give,
    give_days,
    held,
    mandate_command,
    refused,
    school,
)
from wissel.routing.facts import AgreementKind, Mandate, Processing
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber, Brin
from wissel.server.registry.commands import EndMandate, UpdateMandate
from wissel.server.registry.mandates.changing import end_mandate, update_mandate
from wissel.server.registry.mandates.commands import CopyMandate
from wissel.server.registry.mandates.copying import Copied, copy_mandate, plan_copy
from wissel.server.registry.rules.copying import CopyPlan, token_for
from wissel.server.registry.scope import Scope

THIRD: Final = Brin("99XD")
OTHERS: Final = tuple(Brin(f"98X{letter}") for letter in "ABCDEF")
PERSON: Final = "mijn-duo:somebody"
EVERY: Final = Scope(organisations=frozenset({SCHOOL, SECOND_SCHOOL, THIRD, *OTHERS}))
ALL_OTHERS: Final[frozenset[Brin]] = frozenset()


async def preview(
    world: World,
    mandate_id: UUID,
    targets: Iterable[Brin] = ALL_OTHERS,
    scope: Scope = EVERY,
    person: str = PERSON,
) -> tuple[CopyPlan, str]:
    async with world.register.snapshot() as snapshot:
        plan = await plan_copy(snapshot, mandate_id, targets, scope, world.clock.today)
    return plan, token_for(plan, person, world.clock())


async def confirm(
    world: World,
    mandate_id: UUID,
    token: str,
    targets: Iterable[Brin] = ALL_OTHERS,
    scope: Scope = EVERY,
    person: str = PERSON,
) -> Copied:
    command = CopyMandate(
        mandate_id=mandate_id, targets=frozenset(targets), token=token, person=person
    )
    return await world.run(lambda transaction: copy_mandate(transaction, command, scope, uuid4))


def states(plan: CopyPlan) -> dict[str, str]:
    return {str(row.brin): row.state.value for row in plan.rows}


async def open_schools(world: World, *brins: Brin, board: BoardNumber = BOARD) -> None:
    await world.put(*(school(brin, board, "00") for brin in brins))


async def test_a_mandate_is_copied_as_the_preview_says_in_one_revision(every_world: World) -> None:
    world = every_world
    await open_schools(world, THIRD, *OTHERS)
    source = await give_days(world, 0, 100)
    await give(world, mandate_command(organisation=SECOND_SCHOOL, system_id=LAS_ZUID))
    await give(world, mandate_command(organisation=THIRD))
    before = await world.revision()

    plan, token = await preview(world, source.mandate_id)
    done = await confirm(world, source.mandate_id, token)

    assert states(plan) == {
        SECOND_SCHOOL: "OTHER_SYSTEM",
        THIRD: "ALREADY_MANDATED",
        **dict.fromkeys(OTHERS, "CAN_COPY"),
    }
    assert plan.rows == done.plan.rows
    assert [each.organisation for each in done.mandates] == sorted(OTHERS)
    assert await world.revision() == before + 1
    assert set(done.mandates) <= set(await held(world))
    assert {(each.service, each.system_id, each.period) for each in done.mandates} == {
        ("OSO_OV", LAS_NOORD, source.period)
    }


@pytest.mark.parametrize(("start", "first"), [(-30, 0), (0, 0), (30, 30)])
async def test_a_copy_begins_today_or_with_its_source(world: World, start: int, first: int) -> None:
    source = await give_days(world, start, 400)
    plan, token = await preview(world, source.mandate_id)

    done = await confirm(world, source.mandate_id, token)

    assert plan.period == Period(TODAY + first * DAY, TODAY + 400 * DAY)
    assert {each.period for each in done.mandates} == {plan.period}


async def test_a_copy_over_a_leap_day_lasts_as_long(world: World) -> None:
    world.clock.today = dt.date(2028, 2, 29)
    end = dt.date(2032, 2, 29)
    source = (await give(world, mandate_command(end=end))).mandate
    _, token = await preview(world, source.mandate_id)

    done = await confirm(world, source.mandate_id, token)

    assert [each.period for each in done.mandates] == [Period(dt.date(2028, 2, 29), end)]


async def test_each_copy_waits_for_the_owner_of_its_service(world: World) -> None:
    source = (await give(world, mandate_command(service="RIO"))).mandate
    _, token = await preview(world, source.mandate_id)

    done = await confirm(world, source.mandate_id, token)
    assert [each.processing for each in done.mandates] == [Processing.AWAITING]


async def test_what_is_not_the_persons_is_not_told_apart(world: World) -> None:
    """Another board's school, open or closed, and one that does not exist."""
    source = await give_days(world)
    targets = {CLOSED_SCHOOL, Brin("00ZZ"), SECOND_SCHOOL}

    plan, _ = await preview(world, source.mandate_id, targets, AS_BOARD)

    assert states(plan) == {
        "00ZZ": "NOT_YOURS",
        SECOND_SCHOOL: "CAN_COPY",
        CLOSED_SCHOOL: "NOT_YOURS",
    }
    assert [row.school is None for row in plan.rows] == [True, False, True]


async def test_what_a_single_mandate_would_be_refused_for_is_the_state_of_its_row(
    world: World,
) -> None:
    other = BoardNumber("99009")
    await open_schools(world, THIRD, board=other)
    await world.put(school(OTHERS[0], BOARD, "00", closed=TODAY - DAY))
    source = await give_days(world)

    plan, _ = await preview(world, source.mandate_id, {THIRD, OTHERS[0]})
    of_operator, _ = await preview(world, source.mandate_id, {THIRD}, AS_OPERATOR)
    await world.put(*(agreement(other, kind) for kind in AgreementKind))
    signed, _ = await preview(world, source.mandate_id, {THIRD})

    assert states(plan) == {OTHERS[0]: "SCHOOL_CLOSED", THIRD: "AGREEMENT_MISSING"}
    assert states(of_operator) == {THIRD: "AGREEMENT_MISSING"}
    assert states(signed) == {THIRD: "CAN_COPY"}


async def test_without_a_name_it_is_for_all_other_open_schools(world: World) -> None:
    await open_schools(world, THIRD)
    await world.put(school(OTHERS[0], BOARD, "00", closed=TODAY - DAY))
    source = await give_days(world)

    of_person, _ = await preview(world, source.mandate_id)
    of_operator, _ = await preview(world, source.mandate_id, scope=AS_OPERATOR)

    assert states(of_person) == {SECOND_SCHOOL: "CAN_COPY", THIRD: "CAN_COPY"}
    assert of_operator.rows == of_person.rows


async def test_a_planned_mandate_counts_from_the_day_on_which_it_shares_one(world: World) -> None:
    """Periods that touch share no day, those that overlap by a day do."""
    source = await give_days(world, 0, 9)
    await give(world, mandate_command(organisation=SECOND_SCHOOL, start=TODAY + 10 * DAY))
    await open_schools(world, THIRD)
    await give(world, mandate_command(organisation=THIRD, start=TODAY + 9 * DAY))

    plan, _ = await preview(world, source.mandate_id)

    assert states(plan) == {SECOND_SCHOOL: "CAN_COPY", THIRD: "ALREADY_MANDATED"}


async def test_a_preview_of_which_a_row_would_differ_is_stale(every_world: World) -> None:
    world = every_world
    await open_schools(world, THIRD)
    source = await give_days(world)
    _, token = await preview(world, source.mandate_id)
    await give(world, mandate_command(organisation=THIRD))
    before = set(await held(world))

    with refused(Reason.COPY_PREVIEW_STALE):
        await confirm(world, source.mandate_id, token)
    assert set(await held(world)) == before


@pytest.mark.parametrize("change", ["the source", "a new school", "an agreement", "midnight"])
async def test_what_changes_a_row_makes_a_preview_stale(world: World, change: str) -> None:
    source = await give_days(world)
    _, token = await preview(world, source.mandate_id)
    if change == "the source":
        command = UpdateMandate(mandate_id=source.mandate_id, end=TODAY + 9 * DAY)
        await world.run(lambda transaction: update_mandate(transaction, command, EVERY))
    elif change == "a new school":
        await open_schools(world, THIRD)
    elif change == "an agreement":
        await end_agreements(world, BOARD, TODAY - DAY)
    else:
        world.clock.today += DAY

    with refused(Reason.COPY_PREVIEW_STALE):
        await confirm(world, source.mandate_id, token)


async def test_what_changes_no_row_makes_no_preview_stale(world: World) -> None:
    source = await give_days(world)
    _, token = await preview(world, source.mandate_id)
    await give(world, mandate_command(service="RIO"))
    await open_schools(world, THIRD, board=OTHER_BOARD)
    await world.put(agreement(BOARD, AgreementKind.VVA, start=TODAY))

    done = await confirm(world, source.mandate_id, token, scope=AS_BOARD)

    assert [each.organisation for each in done.mandates] == [SECOND_SCHOOL]


@pytest.mark.parametrize(("hour", "stale"), [(12, False), (13, True)])
async def test_a_preview_is_good_for_a_quarter_of_an_hour(
    world: World, hour: int, stale: bool
) -> None:
    source = await give_days(world)
    _, token = await preview(world, source.mandate_id)
    world.clock.hour = hour

    if stale:
        with refused(Reason.COPY_PREVIEW_STALE):
            await confirm(world, source.mandate_id, token)
    else:
        assert (await confirm(world, source.mandate_id, token)).mandates


async def test_a_token_is_for_its_person_mandate_and_schools(world: World) -> None:
    await open_schools(world, THIRD)
    source, other = await give_days(world, 0, 9), await give_days(world, 100)
    other_source = await give(world, mandate_command(service="RIO"))
    _, token = await preview(world, source.mandate_id)
    ended = EndMandate(mandate_id=other.mandate_id)

    for mandate_id, targets, person in (
        (source.mandate_id, ALL_OTHERS, "mijn-duo:somebody-else"),
        (source.mandate_id, {THIRD}, PERSON),
        (other_source.mandate.mandate_id, ALL_OTHERS, PERSON),
    ):
        with refused(Reason.COPY_TOKEN_INVALID):
            await confirm(world, mandate_id, token, targets, person=person)
    with refused(Reason.MANDATE_NOT_FOUND):
        await confirm(world, NOBODY, token)
    with refused(Reason.MANDATE_NOT_FOUND):
        await preview(world, source.mandate_id, scope=Scope())
    _, for_itself = await preview(world, source.mandate_id, {SCHOOL})
    with refused(Reason.NOTHING_TO_COPY):
        await confirm(world, source.mandate_id, for_itself, {SCHOOL})
    await world.run(lambda transaction: end_mandate(transaction, ended, EVERY))
    with refused(Reason.MANDATE_ENDED):
        await preview(world, other.mandate_id)


async def test_of_two_who_confirm_at_once_one_copies(every_world: World) -> None:
    world = every_world
    await open_schools(world, *OTHERS)
    source = await give_days(world)
    previews = [await preview(world, source.mandate_id, person=f"p:{n}") for n in range(2)]

    outcomes = await asyncio.gather(
        *(
            confirm(world, source.mandate_id, token, person=f"p:{n}")
            for n, (_, token) in enumerate(previews)
        ),
        return_exceptions=True,
    )

    reasons = [each.reason for each in outcomes if isinstance(each, Refused)]
    copies: list[Mandate] = await held(world)
    assert [Reason.COPY_PREVIEW_STALE] == reasons
    assert len(OTHERS) + 2 == len(copies)
