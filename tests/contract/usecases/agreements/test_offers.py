"""Offers of agreements, and who turns them down (R2), on a real register."""

from uuid import UUID

import pytest

from support.worlds.persons.agreement_world import (
    AS_FRESH,
    AS_VENDOR,
    FRESH,
    OSO,
    accept,
    agreements,
    offer,
    text,
)
from support.worlds.register_world import (
    AS_OPERATOR,
    BOARD,
    DAY,
    NOBODY,
    OTHER_BOARD,
    TODAY,
    World,
    refused,
)
from wissel.clients.testing.cast import DUO, NOORD
from wissel.routing.facts import Agreement, AgreementKind, AgreementStatus, Board, Signatory
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv
from wissel.server.registry.agreements.commands import DeclineAgreement, TerminateAgreement
from wissel.server.registry.agreements.ending import terminate_agreement
from wissel.server.registry.agreements.offering import decline_agreement
from wissel.server.registry.scope import Scope


@pytest.fixture
async def world(every_world: World) -> World:
    await every_world.put(Board(number=FRESH))
    await text(every_world)
    return every_world


async def decline(
    world: World, agreement_id: UUID, scope: Scope = AS_FRESH, etag: str = ""
) -> Agreement:
    command = DeclineAgreement(agreement_id=agreement_id, etag=etag)
    return await world.run(lambda given: decline_agreement(given, command, scope))


async def test_a_board_asks_for_itself_and_it_counts_for_nothing_yet(world: World) -> None:
    offered = await offer(world)

    assert (FRESH, OSO, AgreementStatus.OFFERED, True) == (
        offered.signatory,
        offered.kind,
        offered.status,
        offered.requested,
    )
    assert not offered.holds_on(TODAY)


async def test_the_desk_offers_to_anybody(world: World) -> None:
    await text(world, kind=AgreementKind.VENDOR_OSO)
    await text(world, "2.0")

    board = await offer(world, OTHER_BOARD, scope=AS_OPERATOR)
    vendor = await offer(world, NOORD.oin, AgreementKind.VENDOR_OSO, scope=AS_OPERATOR)

    assert (False, False) == (board.requested, vendor.requested)
    assert "2.0" == board.text_version


async def test_a_vendor_asks_with_its_certificate(world: World) -> None:
    await text(world, "2.0", AgreementKind.VENDOR_OSO)

    offered = await offer(world, kind=AgreementKind.VENDOR_OSO, scope=AS_VENDOR)

    assert NOORD.oin == offered.signatory


@pytest.mark.parametrize(
    ("signatory", "scope", "reason"),
    [
        (BOARD, AS_FRESH, Reason.ORGANISATION_NOT_YOURS),
        (BoardNumber("00000"), AS_FRESH, Reason.ORGANISATION_NOT_YOURS),
        (BOARD, AS_VENDOR, Reason.ORGANISATION_NOT_YOURS),
        (BOARD, Scope(), Reason.ORGANISATION_NOT_YOURS),
        (None, Scope(), Reason.FIELD_REQUIRED),
        (None, AS_OPERATOR, Reason.FIELD_REQUIRED),
        (None, Scope(signatories=frozenset({BOARD, FRESH})), Reason.FIELD_REQUIRED),
        (BoardNumber("00000"), AS_OPERATOR, Reason.BOARD_NOT_FOUND),
        (Swv("VO0000"), AS_OPERATOR, Reason.SWV_NOT_FOUND),
        (Oin("00000003000000000000"), AS_OPERATOR, Reason.PARTY_NOT_FOUND),
        (NOORD.oin, AS_OPERATOR, Reason.FIELD_INVALID),
        (DUO.oin, AS_OPERATOR, Reason.FIELD_INVALID),
    ],
)
async def test_to_whom_nothing_is_offered(
    world: World, signatory: Signatory | None, scope: Scope, reason: Reason
) -> None:
    with refused(reason):
        await offer(world, signatory, scope=scope)


async def test_the_text_that_can_be_accepted_is_meant(world: World) -> None:
    await text(world, "0.9", language="en")
    later = (await text(world, "2.0", start=TODAY + DAY)).text

    today = await offer(world)
    english = await offer(world, language="en")
    ahead = await offer(world, digest=later.digest)
    with refused(Reason.AGREEMENT_TEXT_NOT_FOUND):
        await offer(world, language="fr")
    with refused(Reason.AGREEMENT_TEXT_NOT_FOUND):
        await offer(world, digest="0" * 64)

    assert ["1.0", "0.9", "2.0"] == [each.text_version for each in (today, english, ahead)]


async def test_a_replaced_text_is_not_offered(world: World) -> None:
    old = (await offer(world)).text
    new = (await text(world, "2.0")).text

    with refused(Reason.AGREEMENT_TEXT_REPLACED) as caught:
        await offer(world, digest=old)
    assert new.digest == caught.value.metadata["digest"]


async def test_there_is_one_open_offer_of_a_kind(world: World) -> None:
    first = await offer(world)
    revision = await world.revision()

    again = await offer(world)
    same = await world.revision()
    await text(world, "2.0")
    other = await offer(world)

    assert (first, revision) == (again, same)
    assert first.agreement_id == other.agreement_id
    assert "2.0" == other.text_version
    assert 1 == len(await agreements(world, FRESH))


async def test_what_is_agreed_is_not_offered_again_but_a_new_version_is(world: World) -> None:
    await accept(world, await offer(world))

    with refused(Reason.ALREADY_REGISTERED):
        await offer(world)
    await text(world, "2.0")
    renewed = await offer(world)

    assert AgreementStatus.OFFERED is renewed.status


async def test_an_offer_is_declined_once_and_may_be_made_again(world: World) -> None:
    offered = await offer(world)

    declined = await decline(world, offered.agreement_id)
    with refused(Reason.AGREEMENT_NOT_OFFERED) as caught:
        await decline(world, offered.agreement_id)
    again = await offer(world)

    assert AgreementStatus.DECLINED is declined.status
    assert "DECLINED" == caught.value.metadata["status"]
    assert offered.agreement_id != again.agreement_id


@pytest.mark.parametrize("scope", [AS_VENDOR, Scope(), Scope(signatories=frozenset({BOARD}))])
async def test_nobody_else_declines_it(world: World, scope: Scope) -> None:
    offered = await offer(world)

    with refused(Reason.AGREEMENT_NOT_FOUND):
        await decline(world, offered.agreement_id, scope)
    with refused(Reason.AGREEMENT_NOT_FOUND):
        await decline(world, NOBODY, scope)


async def test_only_what_the_caller_saw_is_declined(world: World) -> None:
    offered = await offer(world)
    await text(world, "2.0")
    await offer(world)

    with refused(Reason.ETAG_MISMATCH):
        await decline(world, offered.agreement_id, etag=etag_of(offered))


async def test_an_offer_has_no_end(world: World) -> None:
    offered = await offer(world)
    command = TerminateAgreement(agreement_id=offered.agreement_id)

    with refused(Reason.AGREEMENT_NOT_CONCLUDED):
        await world.run(lambda given: terminate_agreement(given, command, AS_FRESH))
