"""Accepting what is offered (R2), on a real register of each engine."""

import asyncio

import pytest

from support.worlds.persons.agreement_world import (
    AS_FRESH,
    AS_VENDOR,
    FRESH,
    OSO,
    Issuer,
    accept,
    agreements,
    by_person,
    offer,
    record,
    text,
)
from support.worlds.register_world import (
    BOARD,
    DAY,
    LAS_NOORD,
    TODAY,
    World,
    give,
    mandate_command,
    qualification,
    refused,
    school,
    world_at,
)
from support.worlds.stores import register_at
from wissel.clients.testing.cast import HUB, NOORD, PORTAL
from wissel.routing.facts import Agreement, AgreementKind, AgreementStatus, Board
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Brin
from wissel.server.registry.agreements.commands import Acceptor, TerminateAgreement
from wissel.server.registry.agreements.ending import terminate_agreement
from wissel.server.registry.scope import Scope

EXTENSION = AgreementKind.OSO_SWV_EXTENSION


@pytest.fixture
async def world(every_world: World) -> World:
    await every_world.put(Board(number=FRESH))
    await text(every_world)
    return every_world


async def test_what_is_accepted_counts_from_today_and_is_signed_for(world: World) -> None:
    offered, issuer = await offer(world), Issuer()

    done = await accept(world, offered, issuer=issuer)

    agreed, (said,) = done.agreement, issuer.issued
    assert (AgreementStatus.ACCEPTED, Period(TODAY), TODAY) == (
        agreed.status,
        agreed.period,
        agreed.signed,
    )
    assert offered.text == said.document_sha256.hex()
    assert (FRESH, "1.0", HUB.oin, PORTAL.oin) == (
        said.signatory,
        said.text_version,
        said.hub_oin,
        said.caller_oin,
    )
    assert ("https://mijn-duo.example", "pseudonym", "loa3") == (
        said.issuer,
        said.subject,
        said.level,
    )
    assert done.acceptance.digest == agreed.acceptance
    async with world.register.snapshot() as snapshot:
        assert agreed == await snapshot.get(Agreement, str(agreed.agreement_id))
        assert b"signed" == await snapshot.acceptance(str(agreed.agreement_id))
        assert {agreed.signer: "mijn-duo:pseudonym"} == await snapshot.subjects([agreed.signer])


async def test_a_mandate_is_given_once_it_is_accepted_and_deciding_knows(world: World) -> None:
    brin = Brin("99XE")
    await world.put(school(brin, FRESH, "00"), qualification(LAS_NOORD, "OSO_OV"))
    await record(world, FRESH, AgreementKind.KENNISNET_OSR)
    offered = await offer(world)
    command = mandate_command(organisation=brin)

    with refused(Reason.AGREEMENT_MISSING):
        await give(world, command)
    table = await world.register.load(Table.load)  # type: ignore[attr-defined] # a real register
    before = table.reference.signed(FRESH, OSO)
    await accept(world, offered)
    await give(world, command)

    table = await world.register.load(Table.load)  # type: ignore[attr-defined]
    assert ((), TODAY) == (before, table.reference.signed(FRESH, OSO)[0][0])


async def test_a_vendor_accepts_by_its_certificate_alone(world: World) -> None:
    await text(world, "2.0", AgreementKind.VENDOR_OSO)
    offered = await offer(world, kind=AgreementKind.VENDOR_OSO, scope=AS_VENDOR)
    issuer = Issuer()
    vendor = Acceptor(caller=NOORD.oin, certificate=b"\x01" * 32)

    done = await accept(world, offered, scope=AS_VENDOR, issuer=issuer, acceptor=vendor)

    (said,) = issuer.issued
    assert ("", "", None, b"\x01" * 32) == (
        said.issuer,
        said.subject,
        said.authenticated,
        said.caller_certificate_sha256,
    )
    ends = {each.period.end for each in (await agreements(world, NOORD.oin)).values()}
    assert {None, TODAY - DAY} == ends  # what was on paper, without a text, made room
    assert NOORD.oin == done.agreement.signatory


@pytest.mark.parametrize("scope", [AS_VENDOR, Scope(), Scope(signatories=frozenset({BOARD}))])
async def test_nobody_else_accepts_it(world: World, scope: Scope) -> None:
    offered = await offer(world)

    with refused(Reason.AGREEMENT_NOT_FOUND):
        await accept(world, offered, scope=scope)


async def test_the_digest_of_another_version_accepts_nothing(world: World) -> None:
    read = await offer(world)
    await text(world, "2.0")
    offered = await offer(world)

    with refused(Reason.AGREEMENT_TEXT_MISMATCH) as caught:
        await accept(world, offered, digest=read.text)
    assert offered.text == caught.value.metadata["digest"]
    assert {AgreementStatus.OFFERED} == {
        each.status for each in (await agreements(world, FRESH)).values()
    }


async def test_an_offer_of_a_text_that_was_replaced_meanwhile(world: World) -> None:
    offered = await offer(world)
    await text(world, "2.0")

    with refused(Reason.AGREEMENT_TEXT_REPLACED):
        await accept(world, offered)


@pytest.mark.parametrize(
    ("days", "reason"), [(-1, Reason.DATE_IN_PAST), (4, Reason.PERIOD_INVALID)]
)
async def test_days_from_which_it_cannot_hold(world: World, days: int, reason: Reason) -> None:
    ahead = (await text(world, "2.0", start=TODAY + 5 * DAY)).text
    offered = await offer(world, digest=ahead.digest)

    with refused(reason):
        await accept(world, offered, start=TODAY + days * DAY)


async def test_a_text_that_begins_later_holds_from_then_on(world: World) -> None:
    ahead = (await text(world, "2.0", start=TODAY + 5 * DAY)).text

    done = await accept(world, await offer(world, digest=ahead.digest))

    assert Period(TODAY + 5 * DAY) == done.agreement.period


async def test_a_new_version_takes_the_place_of_the_old_without_a_gap(world: World) -> None:
    first = (await accept(world, await offer(world))).agreement
    await text(world, "2.0")

    second = (await accept(world, await offer(world), start=TODAY + 10 * DAY)).agreement

    after = await agreements(world, FRESH)
    assert TODAY + 9 * DAY == after[str(first.agreement_id)].period.end
    assert Period(TODAY + 10 * DAY) == second.period


async def test_it_is_accepted_once(world: World) -> None:
    offered = await offer(world)
    await accept(world, offered)

    with refused(Reason.AGREEMENT_NOT_OFFERED):
        await accept(world, offered)


async def test_only_what_the_caller_saw_is_accepted(world: World) -> None:
    offered = await offer(world)
    await text(world, "2.0")
    now = await offer(world)

    with refused(Reason.ETAG_MISMATCH):
        await accept(world, now, etag=etag_of(offered))
    await accept(world, now, etag=etag_of(now))


async def test_an_extension_is_accepted_by_itself_and_stands_on_oso(world: World) -> None:
    await text(world, kind=EXTENSION)
    extension = await offer(world, kind=EXTENSION)

    with refused(Reason.AGREEMENT_MISSING):
        await accept(world, extension)
    base = (await accept(world, await offer(world))).agreement
    await accept(world, extension)
    end = TerminateAgreement(agreement_id=base.agreement_id, end=TODAY + DAY)
    ended = await world.run(lambda given: terminate_agreement(given, end, AS_FRESH))

    assert [(OSO, TODAY + DAY), (EXTENSION, TODAY + DAY)] == [
        (each.kind, each.period.end) for each in ended
    ]


async def test_an_extension_whose_oso_ended_meanwhile(world: World) -> None:
    await text(world, kind=EXTENSION)
    base = (await accept(world, await offer(world))).agreement
    extension = await offer(world, kind=EXTENSION)
    end = TerminateAgreement(agreement_id=base.agreement_id)
    await world.run(lambda given: terminate_agreement(given, end, AS_FRESH))

    with refused(Reason.AGREEMENT_MISSING):
        await accept(world, extension)


async def test_of_two_who_accept_at_once_one_does(registry_url: str) -> None:
    """Two processes, each with its own connection."""
    async with world_at(registry_url) as world, register_at(registry_url, world.clock) as second:
        await world.put(Board(number=FRESH))
        await text(world)
        offered = await offer(world)
        beside = World(second, world.clock)

        outcomes = await asyncio.gather(
            accept(world, offered, actor=by_person("mijn-duo:a")),
            accept(beside, offered, actor=by_person("mijn-duo:b")),
            return_exceptions=True,
        )

        (lost,) = [each for each in outcomes if isinstance(each, Refused)]
        (kept,) = (await agreements(world, FRESH)).values()
        assert Reason.AGREEMENT_NOT_OFFERED is lost.reason
        assert AgreementStatus.ACCEPTED is kept.status
        async with second.snapshot() as snapshot:
            subjects = await snapshot.subjects([kept.signer])
        assert subjects[kept.signer] in {"mijn-duo:a", "mijn-duo:b"}


async def test_the_log_names_no_one(world: World) -> None:
    await accept(world, await offer(world))

    log = await world.register.events_after(0)  # type: ignore[attr-defined]
    assert "pseudonym" not in repr(list(log.facts()))
