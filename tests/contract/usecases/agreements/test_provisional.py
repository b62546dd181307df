"""What counts only beside another agreement, and makes way for what is signed (R2)."""

import datetime as dt
from dataclasses import replace
from uuid import uuid4

import pytest

from support.worlds.persons.agreement_world import (
    FRESH,
    OSO,
    accept,
    agreements,
    offer,
    record,
    text,
)
from support.worlds.register_world import AS_OPERATOR, DAY, OTHER_BOARD, TODAY, World, refused
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    Board,
    Service,
    Signatory,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber
from wissel.server.registry.agreements.checking import required_of
from wissel.server.registry.agreements.commands import TerminateAgreement
from wissel.server.registry.agreements.ending import terminate_agreement

OSR = AgreementKind.KENNISNET_OSR
SINCE = TODAY - 1000 * DAY


@pytest.fixture
async def world(every_world: World) -> World:
    migrated = Agreement(
        agreement_id=uuid4(),
        signatory=FRESH,
        kind=OSO,
        period=Period(SINCE),
        status=AgreementStatus.MIGRATED,
    )
    limited = replace(migrated, agreement_id=uuid4(), kind=OSR, only_with=OSO)
    await every_world.put(Board(number=FRESH), Board(number=OTHER_BOARD), migrated, limited)
    return every_world


async def held(world: World, signatory: Signatory = FRESH) -> dict[tuple[str, str], Period]:
    return {
        (each.kind, each.status): each.period
        for each in (await agreements(world, signatory)).values()
    }


def until(last: dt.date) -> Period:
    return Period(SINCE, last)


async def test_it_ends_when_its_own_is_accepted_and_what_it_stands_on_stays(world: World) -> None:
    await text(world, kind=OSR)

    await accept(world, await offer(world, kind=OSR), start=TODAY + 30 * DAY)

    assert {
        (OSO, "MIGRATED"): Period(SINCE),
        (OSR, "MIGRATED"): until(TODAY + 29 * DAY),
        (OSR, "ACCEPTED"): Period(TODAY + 30 * DAY),
    } == await held(world)


@pytest.mark.parametrize("start", [TODAY, SINCE - 10 * DAY], ids=["later", "before it began"])
async def test_paper_takes_its_place(world: World, start: dt.date) -> None:
    await record(world, FRESH, OSR, start=start)

    found = await held(world)
    assert until(start - DAY) == found[OSR, "MIGRATED"]
    assert Period(start) == found[OSR, "RECORDED"]


async def test_a_new_oso_leaves_what_counts_with_it(world: World) -> None:
    await text(world)

    await accept(world, await offer(world))

    found = await held(world)
    assert (until(TODAY - DAY), Period(SINCE)) == (found[OSO, "MIGRATED"], found[OSR, "MIGRATED"])


async def test_it_ends_with_what_it_stands_on(world: World) -> None:
    oso = next(each for each in (await agreements(world, FRESH)).values() if each.kind is OSO)
    command = TerminateAgreement(agreement_id=oso.agreement_id)

    ended = await world.run(lambda given: terminate_agreement(given, command, AS_OPERATOR))

    assert [OSO, OSR] == [each.kind for each in ended]
    assert {until(TODAY - DAY)} == set((await held(world)).values())


async def test_it_passes_to_a_successor_as_it_is(world: World) -> None:
    heir = (await world_with_heir(world)).number

    passed = await record(world, heir, predecessor=FRESH, paper="ab" * 32)

    assert [(OSO, None), (OSR, OSO)] == [(each.kind, each.only_with) for each in passed]
    assert {AgreementStatus.SUCCESSION} == {each.status for each in passed}
    await record(world, heir, OSR)  # what passed makes way as well
    with refused(Reason.ALREADY_REGISTERED):
        await record(world, heir, OSR)


async def test_what_is_signed_passes_over_what_only_counts_with_another(world: World) -> None:
    """And what the successor has signed stays where less would pass."""
    heir = (await world_with_heir(world)).number
    await record(world, heir, OSR)

    assert [OSR] == [
        each.kind for each in await record(world, FRESH, predecessor=heir, paper="ab" * 32)
    ]
    assert Period(TODAY) == (await held(world))[OSR, "SUCCESSION"]


async def test_what_a_service_asks_shows_it_where_it_counts(world: World) -> None:
    own = (await agreements(world, FRESH)).values()
    async with world.register.snapshot() as snapshot:
        services = {str(each.code): each for each in await snapshot.find(Service)}

    oso = required_of(FRESH, services["OSO_OV"], own, TODAY)
    rio = required_of(FRESH, services["RIO"], own, TODAY)

    assert [(OSR, SINCE), (OSO, SINCE)] == [(each.kind, each.since) for each in oso]
    assert [(OSR, None, None)] == [(each.kind, each.since, each.agreement) for each in rio]


async def world_with_heir(world: World) -> Board:
    heir = Board(number=BoardNumber("99010"))
    await world.put(heir)
    return heir
