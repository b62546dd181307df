"""A register of any size, made of the shipped rules and made-up schools."""

import datetime as dt
import itertools
import string
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from wissel.clients.testing.cast import DUO, NOORD, OPERATOR, ZUID
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Attribute,
    Board,
    Endpoint,
    Fact,
    Location,
    Mandate,
    Party,
    Processing,
    Qualification,
    Role,
    RolloutStage,
    School,
    Sector,
    Service,
    System,
)
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    BoardNumber,
    Brin,
    Oin,
    RoutingKey,
    ServiceCode,
    Vestiging,
)
from wissel.server.registry.shipped import SERVICES

PER_SCHOOL: Final = 16
"""Mandates of one school, each for another service and with one endpoint."""

LAS_NOORD: Final = NOORD.system_id
LAS_ZUID: Final = ZUID.system_id
START: Final = dt.date(2025, 8, 1)
_CREATED: Final = dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
_OSO: Final = next(service for service in SERVICES if service.code == "OSO_OV")
NONE: Final[Mapping[int, str]] = MappingProxyType({})
"""No school is elsewhere."""
_SCHOOLS_PER_BOARD: Final = 8
_DAYS: Final = 365
"""On so many different days schools gave their mandates."""


def services() -> list[Service]:
    """Return OSO_OV and copies of it under other codes, one for each mandate of a school."""
    copies = [
        replace(_OSO, code=ServiceCode(f"BENCH_{n}"), aliases=()) for n in range(1, PER_SCHOOL)
    ]
    return [_OSO, *copies]


def brins() -> Iterator[Brin]:
    """Yield BRINs: 67,600 in the real pattern."""
    for letters in itertools.product(string.ascii_uppercase, repeat=2):
        for number in range(100):
            yield Brin(f"{number:02}{''.join(letters)}")


def school(index: int) -> tuple[Brin, RoutingKey]:
    """Return the school of a number, and its routing key for OSO_OV."""
    brin = next(itertools.islice(brins(), index, None))
    return brin, _routing_key(brin, 0)


def facts(mandates: int, url: str, moved: Mapping[int, str] = NONE) -> Iterator[Fact]:
    """Yield a register with this many mandates, each with an endpoint at `url`.

    Those of the schools whose number is in `moved` are at the URL that stands there.
    """
    yield from _parties()
    yield from _qualified()
    schools = itertools.islice(brins(), -(-mandates // PER_SCHOOL))
    for index, brin in enumerate(schools):
        yield from _school(index, brin, moved.get(index, url))


def _parties() -> Iterator[Fact]:
    for player in (NOORD, ZUID, DUO, OPERATOR):
        yield Party(oin=player.oin, name=player.title, role=Role(player.role))
    for system, vendor in ((LAS_NOORD, NOORD), (LAS_ZUID, ZUID)):
        yield System(system_id=system, party=vendor.oin, name=system)
        for kind in (AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO):
            yield agreement(vendor.oin, kind)


def _qualified() -> Iterator[Fact]:
    for service in services():
        yield service
        for system in (LAS_NOORD, LAS_ZUID):
            yield Qualification(
                system_id=system,
                service=service.code,
                qualified=True,
                rollout=RolloutStage.OPEN,
            )


def _school(index: int, brin: Brin, url: str) -> Iterator[Fact]:
    board = BoardNumber(f"{index // _SCHOOLS_PER_BOARD:05}")
    if index % _SCHOOLS_PER_BOARD == 0:
        yield Board(number=board, name=f"Board {board}")
        for kind in (AgreementKind.KENNISNET_OSR, AgreementKind.OSO):
            yield agreement(board, kind)
    location = Location(
        vestiging=Vestiging(f"{brin}00"),
        name=f"School {brin}",
        source="BENCH",
        sector=Sector.PO,
    )
    yield School(brin=brin, board=board, source="BENCH", locations=(location,))
    system = LAS_ZUID if index % 2 else LAS_NOORD
    period = Period(START + dt.timedelta(days=index % _DAYS))
    for number, service in enumerate(services()):
        mandate_id = UUID(int=(index * PER_SCHOOL + number) * 2 + 2)
        yield Mandate(
            mandate_id=mandate_id,
            organisation=brin,
            service=service.code,
            system_id=system,
            period=period,
            processing=Processing.NOT_REQUIRED,
            created=_CREATED,
        )
        yield Endpoint(
            endpoint_id=UUID(int=mandate_id.int + 1),
            mandate_id=mandate_id,
            organisation=brin,
            service=service.code,
            system_id=system,
            version=service.versions[-1].namespace,
            routing_key=_routing_key(brin, number),
            url=url,
            attribute=Attribute.LAS,
            period=period,
        )


def _routing_key(brin: Brin, number: int) -> RoutingKey:
    return RoutingKey(f"{brin.oin[:-5]}{number + 931:05}")


def agreement(signatory: BoardNumber | Oin, kind: AgreementKind) -> Agreement:
    """Return an agreement that holds from the first day on."""
    return Agreement(
        agreement_id=uuid5(NAMESPACE_OID, f"{signatory} {kind}"),
        signatory=signatory,
        kind=kind,
        period=Period(START),
    )
