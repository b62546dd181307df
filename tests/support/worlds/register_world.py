"""A small world in a real register, for the use cases.

Two boards: 99001 (schools 99XA, with vestigingen 00 and 02, and 99XB, which has
no location 00) and 99002 (school 99XC, closed). Samenwerkingsverband PO9901.
Vendors Noord (systems las-noord, and swv-noord with an OIN of its own) and Zuid
(las-zuid). Everybody has signed everything since 2020, las-noord and las-zuid
are qualified for OSO_OV. Today is 1 September 2026.
"""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid4

import pytest

from support.worlds.stores import open_register, register_at
from wissel.clients.testing.cast import DUO, NOORD, OPERATOR, SWV, SWV_OIN, ZUID
from wissel.routing.facts import (
    OPERATOR_SOURCE,
    Agreement,
    AgreementKind,
    Board,
    Endpoint,
    Fact,
    Location,
    Mandate,
    Party,
    Qualification,
    Role,
    RolloutStage,
    Samenwerkingsverband,
    School,
    Signatory,
    System,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    BoardNumber,
    Brin,
    Namespace,
    Oin,
    RoutingKey,
    ServiceCode,
    Swv,
    SystemId,
    Vestiging,
)
from wissel.server.registry.agreements.rules import BOARD_KINDS, VENDOR_KINDS
from wissel.server.registry.catalog import seed
from wissel.server.registry.commands import CreateMandate, RegisterEndpoint
from wissel.server.registry.endpoints.registering import register_endpoint
from wissel.server.registry.mandates.commands import SwitchSystem, UndoSwitch
from wissel.server.registry.mandates.giving import GivenMandate, create_mandate
from wissel.server.registry.mandates.switching import Switched, switch_system, undo_switch
from wissel.server.registry.ports import Actor, Register, Transaction
from wissel.server.registry.scope import Scope
from wissel.server.registry.shipped import SERVICES

T = TypeVar("T")

TODAY: Final = dt.date(2026, 9, 1)
DAY: Final = dt.timedelta(days=1)
BOARD: Final = BoardNumber("99001")
OTHER_BOARD: Final = BoardNumber("99002")
SCHOOL: Final = Brin("99XA")
SECOND_SCHOOL: Final = Brin("99XB")
CLOSED_SCHOOL: Final = Brin("99XC")
OWN_OIN: Final = Oin("00000003990000030001")
LAS_NOORD: Final = NOORD.system_id
SWV_NOORD: Final = SystemId("swv-noord")
LAS_ZUID: Final = ZUID.system_id
OSO_OV: Final = ServiceCode("OSO_OV")
AS_OPERATOR: Final = Scope.everything()
AS_NOORD: Final = Scope.of([LAS_NOORD, SWV_NOORD])
AS_ZUID: Final = Scope.of([LAS_ZUID])
AS_BOARD: Final = Scope(organisations=frozenset({SCHOOL, SECOND_SCHOOL}))
AS_DUO: Final = Scope.of_services(each.code for each in SERVICES if each.owner == DUO.oin)
KEY: Final = RoutingKey("0000000700099XA00001")
SECOND_KEY: Final = RoutingKey("0000000700099XA00002")
OLD_VERSION: Final = Namespace("http://xml.kennisnet.nl/schemas/Overstapservice/20180404")
LATEST: Final = Namespace("http://xml.kennisnet.nl/schemas/Overstapservice/20200910")
LATER: Final = TODAY + 10 * DAY
NOBODY: Final = UUID("00000000-0000-4000-8000-000000000000")


class World:
    """A register with its clock."""

    def __init__(self, register: Register, clock: "Clock") -> None:
        self.register = register
        self.clock = clock

    async def run(self, actor: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do one thing in one change of the register."""
        async with self.register.transaction(
            Actor(caller=OPERATOR.oin, method="test")
        ) as transaction:
            return await actor(transaction)

    async def put(self, *facts: Fact) -> None:
        await self.run(lambda transaction: transaction.put(*facts))

    async def revision(self) -> int:
        async with self.register.snapshot() as snapshot:
            return snapshot.revision


class Clock:
    """An hour in UTC of a day; a test moves them on."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.hour = 12

    def __call__(self) -> dt.datetime:
        return dt.datetime.combine(self.today, dt.time(self.hour), dt.UTC)


@asynccontextmanager
async def open_world(folder: Path, today: dt.date = TODAY) -> AsyncIterator[World]:
    """Open a register in `folder` in which the small world stands."""
    clock = Clock(today)
    async with open_register(folder, clock) as register:
        yield await _begun(World(register, clock))


@asynccontextmanager
async def world_at(url: str) -> AsyncIterator[World]:
    """Open the empty register at `url` and let the small world stand in it."""
    clock = Clock(TODAY)
    async with register_at(url, clock) as register:
        yield await _begun(World(register, clock))


async def _begun(world: World) -> World:
    await world.run(seed)
    await world.put(*_facts())
    return world


def school(brin: Brin, board: BoardNumber, *numbers: str, closed: dt.date | None = None) -> School:
    """A school with locations of these two-digit numbers."""
    locations = tuple(
        Location(
            vestiging=Vestiging(brin + number),
            name=f"School {brin}",
            source=OPERATOR_SOURCE,
            closed=closed,
        )
        for number in numbers
    )
    return School(brin=brin, board=board, source=OPERATOR_SOURCE, locations=locations)


def agreement(
    signatory: Signatory,
    kind: AgreementKind,
    start: dt.date = dt.date(2020, 1, 1),
    end: dt.date | None = None,
) -> Agreement:
    return Agreement(
        agreement_id=uuid4(), signatory=signatory, kind=kind, period=Period(start, end)
    )


def qualification(system_id: SystemId, service: str) -> Qualification:
    """The gates stand open for this system."""
    return Qualification(
        system_id=system_id,
        service=ServiceCode(service),
        qualified=True,
        rollout=RolloutStage.OPEN,
    )


@contextmanager
def refused(reason: Reason) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """Expect a refusal for exactly this reason."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert caught.value.reason is reason


def mandate_command(
    *,
    organisation: Brin | Swv = SCHOOL,
    service: str = "OSO_OV",
    system_id: SystemId = LAS_NOORD,
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> CreateMandate:
    """A mandate of 99XA to las-noord for OSO_OV from today, but for what is said."""
    return CreateMandate(
        organisation=organisation,
        service=ServiceCode(service),
        system_id=system_id,
        start=start,
        end=end,
    )


async def give(
    world: World, command: CreateMandate | None = None, scope: Scope = AS_OPERATOR
) -> GivenMandate:
    """Give a mandate, by default that of `mandate_command`."""
    asked = command or mandate_command()
    return await world.run(lambda transaction: create_mandate(transaction, asked, scope, uuid4))


async def give_days(world: World, start: int = 0, end: int | None = None) -> Mandate:
    """Give the mandate of `mandate_command` for days that are counted from today."""
    last = None if end is None else TODAY + end * DAY
    return (await give(world, mandate_command(start=TODAY + start * DAY, end=last))).mandate


async def switch(world: World, scope: Scope = AS_BOARD, **changes: object) -> tuple[Switched, ...]:
    """Switch 99XA from Noord to Zuid for OSO_OV in ten days, but for what is said."""
    values: dict[str, object] = {
        "organisation": SCHOOL,
        "services": (ServiceCode("OSO_OV"),),
        "from_system": LAS_NOORD,
        "to_system": LAS_ZUID,
        "start": LATER,
    }
    command = SwitchSystem(**(values | changes))  # type: ignore[arg-type]  # a test names real fields
    return await world.run(lambda transaction: switch_system(transaction, command, scope, uuid4))


async def undo(world: World, *ids: UUID, scope: Scope = AS_BOARD) -> tuple[Switched, ...]:
    command = UndoSwitch(mandate_ids=ids)
    return await world.run(lambda transaction: undo_switch(transaction, command, scope))


async def held(world: World) -> list[Mandate]:
    async with world.register.snapshot() as snapshot:
        return await snapshot.find(Mandate)


async def end_agreements(world: World, signatory: str, last: dt.date) -> None:
    """Let everything that somebody signed end on a day."""
    async with world.register.snapshot() as snapshot:
        signed = await snapshot.find(Agreement, signatory=signatory)
    await world.put(*(replace(each, period=each.period.until(last)) for each in signed))


async def register(world: World, command: RegisterEndpoint, scope: Scope = AS_NOORD) -> Endpoint:
    """Register an endpoint, as Noord unless told otherwise."""
    return await world.run(
        lambda transaction: register_endpoint(transaction, command, scope, uuid4)
    )


async def registered(world: World, **changes: object) -> Endpoint:
    """Register an endpoint under a fresh mandate of 99XA to Noord."""
    mandate = (await give(world)).mandate
    return await register(world, endpoint_command(mandate.mandate_id, **changes))


def endpoint_command(mandate_id: UUID, **changes: object) -> RegisterEndpoint:
    """An endpoint of 99XA at Noord, but for what is said."""
    values: dict[str, object] = {"routing_key": KEY, "url": "https://las.noord.example:8443"}
    return RegisterEndpoint(under=mandate_id, **(values | changes))  # type: ignore[arg-type]  # a test names real fields


def _facts() -> list[Fact]:
    return [
        Board(number=BOARD, name="Bestuur Een"),
        Board(number=OTHER_BOARD, name="Bestuur Twee"),
        school(SCHOOL, BOARD, "00", "02"),
        school(SECOND_SCHOOL, BOARD, "01"),
        school(CLOSED_SCHOOL, OTHER_BOARD, "00", closed=dt.date(2026, 7, 31)),
        Samenwerkingsverband(code=SWV, name="SWV Een", oin=SWV_OIN),
        Party(oin=NOORD.oin, name="Noord", role=Role.VENDOR),
        Party(oin=ZUID.oin, name="Zuid", role=Role.VENDOR),
        Party(oin=DUO.oin, name="Keten", role=Role.CHAIN_PARTNER),
        System(system_id=LAS_NOORD, party=NOORD.oin, name="Noord LAS"),
        System(system_id=SWV_NOORD, party=NOORD.oin, name="Noord SWV", oin=OWN_OIN),
        System(system_id=LAS_ZUID, party=ZUID.oin, name="Zuid LAS"),
        qualification(LAS_NOORD, OSO_OV),
        qualification(LAS_ZUID, OSO_OV),
        *(agreement(each, kind) for each in (BOARD, OTHER_BOARD, SWV) for kind in BOARD_KINDS),
        *(agreement(each, kind) for each in (NOORD.oin, ZUID.oin) for kind in VENDOR_KINDS),
    ]
