"""Agreements concluded elsewhere: on paper, or by law (R2), and what a service asks."""

from typing import Any

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
from support.worlds.register_world import (
    BOARD,
    DAY,
    OTHER_BOARD,
    TODAY,
    World,
    end_agreements,
    refused,
)
from wissel.clients.testing.cast import NOORD, SWV, ZUID
from wissel.routing.facts import AgreementKind, AgreementStatus, Board, Service, Signatory
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.server.registry.agreements.checking import RequiredAgreement, required_of
from wissel.server.registry.agreements.rules import BOARD_KINDS

PAPER = "ab" * 32


@pytest.fixture
async def world(every_world: World) -> World:
    await every_world.put(Board(number=FRESH))
    return every_world


async def test_paper_has_a_signer_a_day_and_a_digest(world: World) -> None:
    registered = (await text(world)).text

    (recorded,) = await record(
        world,
        FRESH,
        OSO,
        signer=" A. de Wit ",
        signed=TODAY - 100 * DAY,
        paper=PAPER,
        text=registered.digest,
    )
    (again,) = await record(world, FRESH, AgreementKind.VVA, signer="A. de Wit")

    assert (AgreementStatus.RECORDED, TODAY - 100 * DAY, PAPER, "1.0") == (
        recorded.status,
        recorded.signed,
        recorded.paper,
        recorded.text_version,
    )
    assert recorded.signer == again.signer
    async with world.register.snapshot() as snapshot:
        named = await snapshot.subjects([recorded.signer])
    assert {recorded.signer: f"paper:{FRESH}:A. de Wit"} == named


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"kind": None}, Reason.FIELD_REQUIRED),
        ({"signed": TODAY + DAY}, Reason.FIELD_INVALID),
        ({"signer": "111222333"}, Reason.PERSON_NUMBER_IN_TEXT),
        ({"signer": "a" * 101}, Reason.FIELD_INVALID),
        ({"text": PAPER}, Reason.AGREEMENT_TEXT_NOT_FOUND),
    ],
)
async def test_what_no_paper_says(world: World, more: dict[str, Any], reason: Reason) -> None:
    with refused(reason):
        await record(world, FRESH, **({"kind": OSO} | more))


async def test_the_text_on_paper_is_of_the_same_kind(world: World) -> None:
    other = (await text(world, kind=AgreementKind.VVA)).text

    with refused(Reason.FIELD_INVALID):
        await record(world, FRESH, OSO, text=other.digest)


async def test_all_that_a_predecessor_had_passes_at_once(world: World) -> None:
    passed = await record(world, FRESH, predecessor=BOARD, paper=PAPER)

    assert list(BOARD_KINDS) == [each.kind for each in passed]
    assert {(AgreementStatus.SUCCESSION, BOARD, PAPER)} == {
        (each.status, each.predecessor, each.paper) for each in passed
    }
    assert {Period(TODAY)} == {each.period for each in passed}


async def test_what_the_successor_has_itself_does_not_pass(world: World) -> None:
    (own,) = await record(world, FRESH, OSO)

    passed = await record(world, FRESH, predecessor=BOARD, paper=PAPER)

    assert OSO not in [each.kind for each in passed]
    with refused(Reason.ALREADY_REGISTERED):
        await record(world, FRESH, OSO, predecessor=BOARD, paper=PAPER)
    assert own in (await agreements(world, FRESH)).values()


@pytest.mark.parametrize(
    ("last", "end"), [(-1, None), (0, 0), (30, 30)], ids=["ended", "last day", "later"]
)
async def test_it_lasts_as_long_as_the_predecessors(
    world: World, last: int, end: int | None
) -> None:
    await end_agreements(world, BOARD, TODAY + last * DAY)

    (passed,) = await record(world, FRESH, OSO, predecessor=BOARD, paper=PAPER)

    assert Period(TODAY, None if end is None else TODAY + end * DAY) == passed.period


async def test_a_merger_of_1_august_is_recorded_before_or_after(world: World) -> None:
    for start in (TODAY - 31 * DAY, TODAY + 300 * DAY):
        await world.put(Board(number=FRESH))
        (passed,) = await record(world, FRESH, OSO, start=start, predecessor=BOARD, paper=PAPER)
        assert start == passed.period.start
        await end_agreements(world, FRESH, start)


@pytest.mark.parametrize(
    ("signatory", "more", "reason"),
    [
        (FRESH, {"predecessor": BOARD}, Reason.FIELD_REQUIRED),
        (FRESH, {"predecessor": FRESH, "paper": PAPER}, Reason.FIELD_INVALID),
        (FRESH, {"predecessor": SWV, "paper": PAPER}, Reason.FIELD_INVALID),
        (FRESH, {"predecessor": NOORD.oin, "paper": PAPER}, Reason.FIELD_INVALID),
        (FRESH, {"predecessor": FRESH.parse("00000"), "paper": PAPER}, Reason.BOARD_NOT_FOUND),
    ],
)
async def test_what_does_not_pass(
    world: World, signatory: Signatory, more: dict[str, Any], reason: Reason
) -> None:
    with refused(reason):
        await record(world, signatory, OSO, **more)


async def test_nothing_passes_from_who_had_nothing(world: World) -> None:
    with refused(Reason.AGREEMENT_MISSING):
        await record(world, BOARD, predecessor=FRESH, paper=PAPER)
    await end_agreements(world, OTHER_BOARD, TODAY - 2 * DAY)
    with refused(Reason.AGREEMENT_MISSING):
        await record(world, FRESH, OSO, predecessor=OTHER_BOARD, paper=PAPER)


async def test_a_vendor_is_taken_over(world: World) -> None:
    await end_agreements(world, ZUID.oin, TODAY - DAY)

    passed = await record(world, ZUID.oin, predecessor=NOORD.oin, paper=PAPER)

    assert ["VENDOR_OSR", "VENDOR_OSO"] == [each.kind for each in passed]


async def asked(world: World, signatory: Signatory, code: str) -> tuple[RequiredAgreement, ...]:
    own = (await agreements(world, signatory)).values()
    async with world.register.snapshot() as snapshot:
        service = await snapshot.get(Service, code)
    assert service is not None
    return required_of(signatory, service, own, TODAY)


async def test_what_a_service_asks_of_a_board_since_when_and_what_is_offered(
    world: World,
) -> None:
    await text(world)
    await text(world, kind=AgreementKind.OSO_SWV_EXTENSION)
    await record(world, FRESH, OSO, start=TODAY - 10 * DAY)
    accepted = (await accept(world, await offer(world))).agreement
    offered = await offer(world, kind=AgreementKind.OSO_SWV_EXTENSION)

    osr, oso, extension = await asked(world, FRESH, "OSO_SWV")

    assert (None, None) == (osr.since, osr.agreement)
    assert (TODAY - 10 * DAY, accepted) == (oso.since, oso.agreement)
    assert (None, offered) == (extension.since, extension.agreement)


async def test_what_a_service_asks_of_a_vendor(world: World) -> None:
    kinds = [each.kind for each in await asked(world, NOORD.oin, "OSO_OV")]

    assert ["VENDOR_OSR", "VENDOR_OSO"] == kinds
