"""Parties, systems, revocation (R7), on a real register."""

from uuid import UUID

import pytest

from support.worlds.register_world import (
    OWN_OIN,
    World,
    refused,
)
from wissel.clients.testing.cast import DUO, NOORD, ZUID
from wissel.routing.facts import (
    Party,
    Revocation,
    RevocationTarget,
    Role,
    System,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.server.registry.parties.parties import RegisterParty, register_party
from wissel.server.registry.parties.revocation import RevokeCertificate, revoke_certificate
from wissel.server.registry.parties.systems import RegisterSystem, register_system

NEW = Oin("00000003990000130000")
TEST_MESSAGE = UUID("00000000-0000-4000-8000-0000000000aa")


async def add_party(world: World, oin: Oin = NEW, name: str = "Oost", contact: str = "") -> Party:
    command = RegisterParty(oin=oin, name=name, role=Role.VENDOR, contact=contact)
    return await world.run(lambda transaction: register_party(transaction, command))


async def add_system(
    world: World, system_id: str = "las-nieuw", party: Oin = NOORD.oin, oin: Oin | None = None
) -> System:
    command = RegisterSystem(system_id=SystemId(system_id), party=party, name="Nieuw", oin=oin)
    return await world.run(lambda transaction: register_system(transaction, command))


async def revoke(world: World, target: RevocationTarget, value: str) -> Revocation:
    command = RevokeCertificate(target=target, value=value)
    return await world.run(lambda transaction: revoke_certificate(transaction, command))


async def test_a_party_is_recorded(world: World) -> None:
    party = await add_party(world, name="  Oost ", contact="desk@oost.example")

    assert party == Party(oin=NEW, name="Oost", role=Role.VENDOR, contact="desk@oost.example")


@pytest.mark.parametrize("oin", [NOORD.oin, OWN_OIN])
async def test_an_oin_belongs_to_one(world: World, oin: Oin) -> None:
    with refused(Reason.ALREADY_REGISTERED):
        await add_party(world, oin)


@pytest.mark.parametrize(
    ("name", "contact", "reason"),
    [
        (" ", "", Reason.FIELD_REQUIRED),
        ("x" * 201, "", Reason.FIELD_INVALID),
        ("two\nlines", "", Reason.FIELD_INVALID),
        ("Oost", "a\0b", Reason.FIELD_INVALID),
        ("Oost", "y" * 201, Reason.FIELD_INVALID),
        ("Oost", "ask for 111222333", Reason.PERSON_NUMBER_IN_TEXT),
    ],
)
async def test_names_are_short_lines(world: World, name: str, contact: str, reason: Reason) -> None:
    with refused(reason):
        await add_party(world, name=name, contact=contact)


async def test_a_system_acts_under_its_vendor(world: World) -> None:
    system = await add_system(world)

    assert system.acting_oin == NOORD.oin


async def test_a_system_may_have_an_oin_of_its_own(world: World) -> None:
    system = await add_system(world, oin=NEW)

    assert system.acting_oin == NEW


async def test_its_vendors_oin_is_none_of_its_own(world: World) -> None:
    assert (await add_system(world, oin=NOORD.oin)).oin is None


async def test_two_systems_of_a_vendor_may_share_an_oin(world: World) -> None:
    assert (await add_system(world, oin=OWN_OIN)).acting_oin == OWN_OIN


@pytest.mark.parametrize(
    ("system_id", "party", "oin", "reason"),
    [
        ("las-nieuw", NEW, None, Reason.PARTY_NOT_FOUND),
        ("las-nieuw", DUO.oin, None, Reason.FIELD_INVALID),
        ("las-zuid", NOORD.oin, None, Reason.ALREADY_REGISTERED),
        ("las-nieuw", NOORD.oin, DUO.oin, Reason.ALREADY_REGISTERED),
        ("las-nieuw", ZUID.oin, OWN_OIN, Reason.ALREADY_REGISTERED),
    ],
)
async def test_systems_that_cannot_be(
    world: World, system_id: str, party: Oin, oin: Oin | None, reason: Reason
) -> None:
    with refused(reason):
        await add_system(world, system_id, party, oin)


@pytest.mark.parametrize(
    ("target", "given", "kept"),
    [
        (RevocationTarget.SPKI_SHA256, "AB" * 32, "ab" * 32),
        (RevocationTarget.CERTIFICATE_SHA256, "0f" * 32, "0f" * 32),
        (RevocationTarget.ISSUER_SERIAL, "CN=A \\# b,O=C#00AF", "CN=A \\# b,O=C#af"),
    ],
)
async def test_a_certificate_is_revoked_once(
    world: World, target: RevocationTarget, given: str, kept: str
) -> None:
    first = await revoke(world, target, given)
    revision = await world.revision()

    assert first == Revocation(target=target, value=kept)
    assert await revoke(world, target, given) == first
    assert await world.revision() == revision


@pytest.mark.parametrize(
    ("target", "value"),
    [
        (RevocationTarget.SPKI_SHA256, ""),
        (RevocationTarget.SPKI_SHA256, "ab" * 31),
        (RevocationTarget.CERTIFICATE_SHA256, "zz" * 32),
        (RevocationTarget.ISSUER_SERIAL, "CN=A"),
        (RevocationTarget.ISSUER_SERIAL, "#01"),
        (RevocationTarget.ISSUER_SERIAL, "CN=A#"),
        (RevocationTarget.ISSUER_SERIAL, "CN=A#0x1"),
        (RevocationTarget.ISSUER_SERIAL, "CN=A#0"),
    ],
)
async def test_what_names_no_certificate(
    world: World, target: RevocationTarget, value: str
) -> None:
    with refused(Reason.FIELD_INVALID):
        await revoke(world, target, value)
