"""The test school and its LAS are in each register, and what is there stays as it is (R7)."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest

from support.worlds.register_world import BOARD, LAS_NOORD, LATEST, TODAY, World
from wissel.clients.testing.cast import DUO, HUB, TEST_LAS
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Route
from wissel.routing.deciding.query import Asker, Query
from wissel.routing.facts import (
    OPERATOR_SOURCE,
    TEST_ROUTING_KEY,
    TEST_SCHOOL,
    Agreement,
    Attribute,
    Board,
    Endpoint,
    Location,
    Mandate,
    Party,
    Processing,
    Role,
    School,
    System,
)
from wissel.routing.table import Table
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Oin, Vestiging
from wissel.server.registry import shipped_school
from wissel.server.registry.ports import Transaction
from wissel.server.registry.shipped_school import (
    TEST_BOARD,
    TEST_SERVICE,
    TEST_SYSTEM,
    TestLas,
    record_test_las,
    record_test_school,
)
from wissel.server.settings import StartError

OIN = TEST_LAS.oin
THERE = TestLas(oin=OIN, url="https://test-las.example:8444")
Work = Callable[[Transaction], Awaitable[None]]


def starting(las: TestLas | None = THERE) -> Work:
    """What a hub records when it starts."""

    async def start(transaction: Transaction) -> None:
        await record_test_school(transaction)
        if las is not None:
            await record_test_las(transaction, las, Oin(HUB.oin))

    return start


async def table_of(world: World) -> Table:
    loaded: Table = await world.register.load(Table.load)  # type: ignore[attr-defined]
    return loaded


async def test_whoever_has_a_mandate_reaches_it_and_it_reaches_them(every_world: World) -> None:
    world = every_world
    await world.run(starting())

    decided = decide(
        await table_of(world),
        Query(Asker(oin=OIN, role=Role.OPERATOR, system_ids=()), None, TEST_SCHOOL, TEST_SERVICE),
        TODAY,
    )

    assert isinstance(decided, Route)
    assert (THERE.url, OIN, TEST_ROUTING_KEY, True) == (
        decided.url,
        decided.receiver_oin,
        decided.routing_key,
        decided.test,
    )


async def test_a_second_start_changes_nothing(every_world: World) -> None:
    world = every_world
    await world.run(starting())
    revision = await world.revision()

    await world.run(starting())

    assert revision == await world.revision()


async def test_without_a_test_las_the_school_is_there_and_nobody_receives(world: World) -> None:
    await world.run(starting(None))

    async with world.register.snapshot() as snapshot:
        school = await snapshot.get(School, TEST_SCHOOL)
        board = await snapshot.get(Board, TEST_BOARD)
        signed = await snapshot.find(Agreement, signatory=TEST_BOARD)
        endpoints = await snapshot.find(Endpoint, organisation=TEST_SCHOOL)
    assert school is not None
    assert board is not None
    assert (OPERATOR_SOURCE, None) == (school.source, school.closed)
    assert ["KENNISNET_OSR", "OSO", "OSO_SWV_EXTENSION", "VVA"] == sorted(
        each.kind for each in signed
    )
    assert [] == endpoints


async def test_a_school_that_an_operator_registered_stays_its_boards(world: World) -> None:
    location = Location(vestiging=Vestiging("00YY00"), name="Van de desk", source=OPERATOR_SOURCE)
    own = School(brin=TEST_SCHOOL, board=BOARD, source=OPERATOR_SOURCE, locations=(location,))
    await world.put(own)

    await world.run(starting())

    async with world.register.snapshot() as snapshot:
        assert own == await snapshot.get(School, TEST_SCHOOL)
        assert await snapshot.get(Board, TEST_BOARD) is None
        (mandate,) = await snapshot.find(Mandate, organisation=TEST_SCHOOL)
    assert (TEST_SYSTEM, BOARD) == (mandate.system_id, mandate.board)


async def test_its_endpoints_follow_the_address_and_one_that_ended_stays_so(world: World) -> None:
    await world.run(starting())
    async with world.register.snapshot() as snapshot:
        first, second = await snapshot.find(Endpoint, organisation=TEST_SCHOOL)
    await world.put(replace(first, stopped=True))
    moved = replace(THERE, url="https://elsewhere.example")

    await world.run(starting(moved))

    async with world.register.snapshot() as snapshot:
        found = {each.endpoint_id: each for each in await snapshot.find(Endpoint)}
    assert found[first.endpoint_id].stopped
    assert moved.url == found[second.endpoint_id].url


async def test_another_oin_takes_its_place(world: World) -> None:
    await world.run(starting())
    other = replace(THERE, oin=Oin("00000003990000080000"))

    await world.run(starting(other))

    async with world.register.snapshot() as snapshot:
        system = await snapshot.get(System, TEST_SYSTEM)
        party = await snapshot.get(Party, other.oin)
        signed = await snapshot.find(Agreement, signatory=other.oin)
    assert system is not None
    assert party is not None
    assert (other.oin, Role.VENDOR, 2) == (system.party, party.role, len(signed))


async def test_a_routing_key_that_another_holds_stays_that_ones(world: World) -> None:
    await world.run(starting(None))
    given = Mandate(
        mandate_id=UUID(int=1),
        organisation=TEST_SCHOOL,
        service=TEST_SERVICE,
        system_id=LAS_NOORD,
        period=Period(dt.date(2020, 8, 1)),
        processing=Processing.NOT_REQUIRED,
        created=dt.datetime(2020, 8, 1, tzinfo=dt.UTC),
    )
    holder = Endpoint(
        endpoint_id=UUID(int=2),
        mandate_id=given.mandate_id,
        organisation=TEST_SCHOOL,
        service=TEST_SERVICE,
        system_id=LAS_NOORD,
        version=LATEST,
        routing_key=TEST_ROUTING_KEY,
        url="https://las.noord.example",
        attribute=Attribute.LAS,
        period=given.period,
    )
    await world.put(given, holder)

    await world.run(starting())

    async with world.register.snapshot() as snapshot:
        held = await snapshot.find(Endpoint, routing_key=TEST_ROUTING_KEY)
    assert [holder] == [each for each in held if each.version == LATEST]


@pytest.mark.parametrize(
    ("las", "named"),
    [
        (replace(THERE, oin=Oin(HUB.oin)), "WISSEL_TEST_LAS_OIN"),
        (replace(THERE, oin=Oin(DUO.oin)), "WISSEL_TEST_LAS_OIN"),
        (replace(THERE, url="http://test-las.example"), "WISSEL_TEST_LAS_URL"),
        (replace(THERE, url="https://test-las.example/path"), "WISSEL_TEST_LAS_URL"),
    ],
    ids=["the hub itself", "a chain partner", "no TLS", "a path"],
)
async def test_what_cannot_be_a_test_las(world: World, las: TestLas, named: str) -> None:
    await world.put(Party(oin=Oin(DUO.oin), name="DUO", role=Role.CHAIN_PARTNER))
    revision = await world.revision()

    with pytest.raises(StartError, match=named):
        await world.run(starting(las))

    assert revision == await world.revision()


def test_half_of_the_settings_is_named() -> None:
    assert shipped_school.test_las_of(None, "") is None
    assert THERE == shipped_school.test_las_of(OIN, THERE.url)
    for oin, url in ((OIN, ""), (None, THERE.url)):
        with pytest.raises(StartError, match="belong together"):
            shipped_school.test_las_of(oin, url)
