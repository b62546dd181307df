"""The shipped services (design.md#services), on a real register."""

import datetime as dt
from dataclasses import replace

import pytest

from support.worlds.register_world import LAS_NOORD, NOBODY, SCHOOL, World, refused
from wissel.routing.facts import AgreementKind, Mandate, Processing, Sector, Service, ServiceVersion
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table.reference import IndexedService
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Namespace, ServiceCode
from wissel.server.registry.catalog import seed, usable_version
from wissel.server.registry.finding import get_service
from wissel.server.registry.shipped import (
    DUO,
    EARLIER_AGREEMENTS,
    EARLIER_SECTORS,
    KENNISNET,
    SERVICES,
)

CODES = [
    "CE_VO",
    "DOORSTROOMTOETS_PO",
    "DUO_MBO",
    "OSO_OV",
    "OSO_SWV",
    "RIO",
    "ROD_PO",
    "ROD_VO",
    "VERZUIM",
    "VVA",
]


async def service(world: World, code: str) -> Service:
    async with world.register.snapshot() as snapshot:
        return await get_service(snapshot, ServiceCode(code))


async def test_the_shipped_services_are_there(world: World) -> None:
    async with world.register.snapshot() as snapshot:
        services = await snapshot.find(Service)

    assert [each.code for each in services] == CODES
    assert {each.owner for each in services} == {DUO, KENNISNET}


async def test_seeding_again_changes_nothing(world: World) -> None:
    revision = await world.revision()

    await world.run(seed)

    assert await world.revision() == revision


async def test_seeding_keeps_what_operators_changed(world: World) -> None:
    own = ServiceVersion(namespace=Namespace("urn:vva:2026"), period=Period(dt.date(2026, 8, 1)))
    vva = await service(world, "VVA")
    retired = replace(vva.versions[0], active=False)
    changed = replace(vva, note="Anders.", versions=(retired, own))
    await world.put(changed)

    await world.run(seed)

    assert await service(world, "VVA") == changed


async def test_seeding_adds_a_new_version_in_its_place(world: World) -> None:
    shipped = await service(world, "OSO_OV")
    await world.put(replace(shipped, versions=shipped.versions[1:]))

    await world.run(seed)

    assert await service(world, "OSO_OV") == shipped


async def test_an_alias_finds_its_service(world: World) -> None:
    assert (await service(world, "BRON_PO")).code == "ROD_PO"
    assert (await service(world, "BRON_VO")).code == "ROD_VO"
    with refused(Reason.SERVICE_NOT_FOUND):
        await service(world, "BRON_MBO")


async def test_a_register_of_before_gets_what_it_did_not_know(world: World) -> None:
    shipped = {each.code: each for each in SERVICES}
    for code, sectors in EARLIER_SECTORS.items():
        earlier = replace(shipped[ServiceCode(code)], sectors=sectors, processing_days=0)
        await world.put(earlier)
    await world.put(replace(shipped[ServiceCode("ROD_VO")], aliases=()))

    await world.run(seed)

    async with world.register.snapshot() as snapshot:
        assert {each.code: each for each in await snapshot.find(Service)} == shipped


async def test_sectors_and_days_that_were_changed_stay(world: World) -> None:
    changed = replace(
        await service(world, "RIO"), sectors=(Sector.VO,), processing_days=3, aliases=()
    )
    await world.put(changed)

    await world.run(seed)

    assert await service(world, "RIO") == changed


@pytest.mark.parametrize(
    ("code", "sectors"),
    [
        ("CE_VO", "VO"),
        ("DOORSTROOMTOETS_PO", "PO SO"),
        ("DUO_MBO", "MBO"),
        ("OSO_OV", "PO SO VO"),
        ("OSO_SWV", "PO SO VO"),
        ("RIO", "PO SO VO MBO"),
        ("ROD_PO", "PO SO"),
        ("ROD_VO", "VO"),
        ("VERZUIM", "PO SO VO MBO"),
        ("VVA", "SO VO MBO"),
    ],
)
def test_which_sectors_a_service_serves(code: str, sectors: str) -> None:
    (found,) = [each for each in SERVICES if each.code == code]

    assert " ".join(found.sectors) == sectors


@pytest.mark.parametrize("given", [False, True])
async def test_a_register_of_before_asks_for_vva_unless_that_would_stop_a_mandate(
    world: World, given: bool
) -> None:
    vva = await service(world, "VVA")
    await world.put(before := replace(vva, board_agreements=EARLIER_AGREEMENTS["VVA"]))
    if given:
        await world.put(
            Mandate(
                mandate_id=NOBODY,
                organisation=SCHOOL,
                service=vva.code,
                system_id=LAS_NOORD,
                period=Period(dt.date(2026, 1, 1)),
                processing=Processing.NOT_REQUIRED,
                created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            )
        )

    await world.run(seed)

    assert (before if given else vva) == await service(world, "VVA")


async def test_of_versions_that_began_together_the_first_by_name_is_the_default(
    world: World,
) -> None:
    rio = await service(world, "RIO")

    default = usable_version(rio, None, dt.date(2026, 9, 1))

    assert default == "http://duo.nl/contract/DUO_RIO_Beheren_OnderwijsOrganisatie_V4"
    assert IndexedService.of(rio).versions[0].namespace == default
    assert len(rio.versions) == 2


def test_only_oso_is_forwarded() -> None:
    assert [each.code for each in SERVICES if each.forwardable] == ["OSO_OV", "OSO_SWV"]


def test_duo_processes_the_mandates_of_three() -> None:
    awaiting = [each for each in SERVICES if each.processed_by_owner]

    assert [each.code for each in awaiting] == ["RIO", "ROD_PO", "VERZUIM"]
    assert all(each.owner == DUO and each.note for each in awaiting)


@pytest.mark.parametrize(
    ("code", "board", "vendor"),
    [
        ("OSO_OV", {"KENNISNET_OSR", "OSO"}, {"VENDOR_OSR", "VENDOR_OSO"}),
        (
            "OSO_SWV",
            {"KENNISNET_OSR", "OSO", "OSO_SWV_EXTENSION"},
            {"VENDOR_OSR", "VENDOR_OSO"},
        ),
        ("RIO", {"KENNISNET_OSR"}, {"VENDOR_OSR"}),
        ("VVA", {"KENNISNET_OSR", "VVA"}, {"VENDOR_OSR"}),
    ],
)
def test_what_must_be_signed(code: str, board: set[str], vendor: set[str]) -> None:
    (found,) = [each for each in SERVICES if each.code == code]

    assert set(found.board_agreements) == {AgreementKind(kind) for kind in board}
    assert set(found.vendor_agreements) == {AgreementKind(kind) for kind in vendor}


@pytest.mark.parametrize("code", ["OSO_OV", "OSO_SWV"])
def test_two_versions_of_oso_run_side_by_side(code: str) -> None:
    (found,) = [each for each in SERVICES if each.code == code]

    starts = [version.period.start for version in found.versions]
    assert len(found.versions) == 2
    assert all(version.active and version.period.end is None for version in found.versions)
    assert starts == sorted(starts)
