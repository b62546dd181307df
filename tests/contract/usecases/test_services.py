"""Services that do not ship, and versions that come each summer, on a real register."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from support.worlds.register_world import DAY, LATEST, OLD_VERSION, OSO_OV, TODAY, World, refused
from wissel.routing.facts import AgreementKind, EvidenceKind, Sector, Service
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Namespace, ServiceCode
from wissel.server.registry.catalog import seed, usable_version
from wissel.server.registry.finding import get_service
from wissel.server.registry.services import (
    RegisterServiceVersion,
    UpdateService,
    UpdateServiceVersion,
    register_service,
    register_version,
    update_service,
    update_version,
)
from wissel.server.registry.shipped import DUO

SUMMER = Namespace("http://xml.kennisnet.nl/schemas/Overstapservice/20270801")
LEERPLUS = Service(
    code=ServiceCode("LEERPLUS"),
    name=" Leerplusgelden ",
    owner=DUO,
    aliases=(ServiceCode("LPG"),),
    sectors=(Sector.VO,),
    evidence=(EvidenceKind.SECURITY_TEST,),
    processed_by_owner=True,
    processing_days=10,
)


async def register(world: World, service: Service = LEERPLUS) -> Service:
    return await world.run(lambda transaction: register_service(transaction, service))


async def add(world: World, **said: Any) -> Service:
    values = {"service": OSO_OV, "namespace": SUMMER} | said
    command = RegisterServiceVersion(**values)
    return await world.run(lambda transaction: register_version(transaction, command))


async def change(world: World, **said: Any) -> Service:
    values = {"service": OSO_OV, "namespace": LATEST} | said
    command = UpdateServiceVersion(**values)
    return await world.run(lambda transaction: update_version(transaction, command))


async def update(world: World, **said: Any) -> Service:
    command = UpdateService(service=ServiceCode("RIO"), **said)
    return await world.run(lambda transaction: update_service(transaction, command))


async def test_what_schools_are_told_of_a_service_changes_alone(every_world: World) -> None:
    async with every_world.register.snapshot() as snapshot:
        known = await get_service(snapshot, ServiceCode("RIO"))

    changed = await update(
        every_world, name=" RIO ", note="Nog een stap.", processing_days=5, etag=etag_of(known)
    )

    assert replace(known, name="RIO", note="Nog een stap.", processing_days=5) == changed
    assert replace(changed, note="") == await update(every_world, note="")
    await every_world.run(seed)  # as at each start of a hub
    assert replace(changed, note="") == await update(every_world)
    with refused(Reason.ETAG_MISMATCH):
        await update(every_world, note="x", etag=etag_of(known))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"name": " "}, Reason.FIELD_REQUIRED),
        ({"note": "x" * 501}, Reason.FIELD_INVALID),
        ({"note": "a\nb"}, Reason.FIELD_INVALID),
        ({"name": "bsn 111222333"}, Reason.PERSON_NUMBER_IN_TEXT),
        ({"processing_days": 0}, Reason.FIELD_INVALID),
        ({"processing_days": 367}, Reason.FIELD_INVALID),
    ],
)
async def test_what_schools_cannot_be_told(
    world: World, said: dict[str, Any], reason: Reason
) -> None:
    with refused(reason):
        await update(world, **said)


async def test_an_operator_adds_a_service(world: World) -> None:
    found = await register(world)
    versioned = await add(world, service=ServiceCode("LPG"), namespace=Namespace("urn:lpg:1"))

    assert found == replace(LEERPLUS, name="Leerplusgelden")
    assert versioned.code == "LEERPLUS"
    assert usable_version(versioned, None, TODAY) == "urn:lpg:1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": ServiceCode("RIO")}, Reason.ALREADY_REGISTERED),
        ({"code": ServiceCode("BRON_PO")}, Reason.ALREADY_REGISTERED),
        ({"aliases": (ServiceCode("OSO_OV"),)}, Reason.ALREADY_REGISTERED),
        ({"name": " "}, Reason.FIELD_REQUIRED),
        ({"note": "bsn 111222333"}, Reason.PERSON_NUMBER_IN_TEXT),
        ({"board_agreements": (AgreementKind.VENDOR_OSO,)}, Reason.FIELD_INVALID),
        ({"vendor_agreements": (AgreementKind.OSO,)}, Reason.FIELD_INVALID),
        ({"processing_days": 367}, Reason.FIELD_INVALID),
    ],
)
async def test_services_that_cannot_be(
    world: World, changes: dict[str, Any], reason: Reason
) -> None:
    before = await world.revision()

    with refused(reason):
        await register(world, replace(LEERPLUS, **changes))

    assert await world.revision() == before


async def test_a_new_version_runs_beside_the_one_of_before(world: World) -> None:
    """OSO has a new one each summer."""
    begins = TODAY + 30 * DAY
    found = await add(world, start=begins, end=begins + 400 * DAY)

    assert [each.namespace for each in found.versions] == [OLD_VERSION, LATEST, SUMMER]
    assert usable_version(found, None, begins - DAY) == LATEST
    assert usable_version(found, None, begins) == SUMMER
    assert usable_version(found, LATEST, begins) == LATEST


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"namespace": LATEST}, Reason.ALREADY_REGISTERED),
        ({"service": ServiceCode("NONE")}, Reason.SERVICE_NOT_FOUND),
        ({"start": TODAY, "end": TODAY - DAY}, Reason.PERIOD_INVALID),
        ({"etag": "0123456789abcdef"}, Reason.ETAG_MISMATCH),
    ],
)
async def test_versions_that_cannot_be(world: World, said: dict[str, Any], reason: Reason) -> None:
    with refused(reason):
        await add(world, **said)


async def test_a_version_ends_or_is_retired_and_comes_back(world: World) -> None:
    ended = await change(world, end=TODAY)
    lasting = await change(world, end=None)
    retired = await change(world, active=False)
    back = await change(world, active=True, etag=etag_of(retired))

    assert usable_version(ended, None, TODAY) == LATEST
    assert usable_version(ended, None, TODAY + DAY) == OLD_VERSION
    assert usable_version(lasting, None, TODAY + DAY) == LATEST
    assert usable_version(retired, None, TODAY) == OLD_VERSION
    assert back == lasting


async def test_a_version_that_is_to_come_gets_another_first_day(world: World) -> None:
    await add(world, start=TODAY + 30 * DAY)
    moved = await change(world, namespace=SUMMER, start=TODAY)

    assert moved.versions[-1].period == Period(TODAY)
    with refused(Reason.DATE_IN_PAST):
        await change(world, start=TODAY)
    await add(world, namespace=Namespace("urn:next"), start=TODAY + DAY)
    with refused(Reason.DATE_IN_PAST):
        await change(world, namespace=Namespace("urn:next"), start=TODAY - DAY)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"namespace": SUMMER}, Reason.SERVICE_VERSION_NOT_FOUND),
        ({"end": TODAY - DAY}, Reason.DATE_IN_PAST),
        ({"end": dt.date(2000, 1, 1)}, Reason.DATE_IN_PAST),
        ({"etag": "0123456789abcdef"}, Reason.ETAG_MISMATCH),
    ],
)
async def test_changes_of_versions_that_cannot_be(
    world: World, said: dict[str, Any], reason: Reason
) -> None:
    with refused(reason):
        await change(world, **said)
