"""Builders of facts, and a small world of schools and vendors for tests.

Noord serves 99XA and vestiging 00 of 99XB, Zuid vestiging 02 of 99XB, 99XC and
the samenwerkingsverband; all may act for OSO_OV, Zuid also for OSO_SWV.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid5

from wissel.clients.testing.cast import DUO, NOORD, OPERATOR, SWV, SWV_OIN, ZUID
from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    Attribute,
    Board,
    DeliveryContract,
    Endpoint,
    Fact,
    Location,
    Mandate,
    Party,
    Processing,
    Qualification,
    Role,
    RolloutStage,
    RolloutStep,
    Samenwerkingsverband,
    School,
    Sector,
    Service,
    ServiceVersion,
    Signatory,
    System,
)
from wissel.routing.table import Table
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Brin,
    Namespace,
    Organisation,
    RoutingKey,
    ServiceCode,
    SystemId,
    Vestiging,
)

TODAY: Final = dt.date(2026, 9, 1)
START: Final = dt.date(2026, 8, 1)
ALWAYS: Final = Period(START)
NO_WISHES: Final = DeliveryContract()
CREATED: Final = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)

BOARD_1: Final = BoardNumber("99001")
BOARD_2: Final = BoardNumber("99002")
XA: Final = Brin("99XA")
XB: Final = Brin("99XB")
XC: Final = Brin("99XC")

LAS_NOORD: Final = NOORD.system_id
LAS_ZUID: Final = ZUID.system_id

OSO_OV: Final = ServiceCode("OSO_OV")
OSO_SWV: Final = ServiceCode("OSO_SWV")
RIO: Final = ServiceCode("RIO")
OV_2025: Final = Namespace("urn:wissel:oso-ov:2025")
OV_2026: Final = Namespace("urn:wissel:oso-ov:2026")
SWV_2026: Final = Namespace("urn:wissel:oso-swv:2026")
RIO_1: Final = Namespace("urn:wissel:rio:1")

_NAMES: Final = UUID("6f1d2c7e-0000-4000-8000-000000000000")


def ident(name: str) -> UUID:
    """Return the identifier that tests use for a name: always the same."""
    return uuid5(_NAMES, name)


def key(organisation: Organisation, number: int) -> RoutingKey:
    """Return a routing key of a school, or of the samenwerkingsverband."""
    if isinstance(organisation, Brin):
        return RoutingKey(f"{organisation.oin[:15]}{number:05d}")
    return RoutingKey(f"{SWV_OIN[:17]}{number:03d}")


def school(
    brin: Brin,
    board: BoardNumber,
    *numbers: str,
    closed: dt.date | None = None,
    sector: Sector | None = None,
) -> School:
    """Return a school with the vestigingen that are numbered; all closed if `closed` is given."""
    locations = tuple(
        Location(
            vestiging=Vestiging(f"{brin}{number}"),
            name=f"School {brin}",
            source="PO",
            closed=closed,
            sector=sector,
        )
        for number in numbers or ("00",)
    )
    return School(brin=brin, board=board, source="PO", locations=locations)


def agreement(
    signatory: Signatory, kind: AgreementKind, start: dt.date = START, end: dt.date | None = None
) -> Agreement:
    """Return an agreement; one per signatory and kind."""
    return Agreement(
        agreement_id=ident(f"{signatory}/{kind}"),
        signatory=signatory,
        kind=kind,
        period=Period(start, end),
    )


def qualification(
    system_id: SystemId,
    service: ServiceCode,
    *,
    qualified: bool = True,
    rollout: RolloutStage = RolloutStage.OPEN,
    pilots: Iterable[Organisation] = (),
    steps: Iterable[RolloutStep] = (),
) -> Qualification:
    """Return a qualification, by default with the gates open."""
    return Qualification(
        system_id=system_id,
        service=service,
        qualified=qualified,
        rollout=rollout,
        pilots=frozenset(pilots),
        steps=tuple(steps),
    )


def mandate(
    organisation: Organisation,
    system_id: SystemId,
    service: ServiceCode = OSO_OV,
    *,
    name: str = "",
    period: Period = ALWAYS,
    processing: Processing = Processing.NOT_REQUIRED,
    stopped: bool = False,
) -> Mandate:
    """Return a mandate; its identifier follows from who, what and `name`."""
    return Mandate(
        mandate_id=ident(f"{organisation}/{service}/{system_id}/{name}"),
        organisation=organisation,
        service=service,
        system_id=system_id,
        period=period,
        processing=processing,
        created=CREATED,
        stopped=stopped,
    )


def endpoint(
    under: Mandate,
    number: int,
    *,
    version: Namespace = OV_2026,
    vestiging: str | None = None,
    aanleverpunt: str | None = None,
    attribute: Attribute | None = None,
    period: Period = ALWAYS,
    url: str = "",
    contract: DeliveryContract = NO_WISHES,
    suspended: bool = False,
    stopped: bool = False,
) -> Endpoint:
    """Return an endpoint under a mandate; `number` is the suffix of its routing key.

    `vestiging` is two digits.
    """
    organisation = under.organisation
    own = Attribute.LAS if isinstance(organisation, Brin) else Attribute.SWV
    return Endpoint(
        endpoint_id=ident(f"{organisation}/{under.system_id}/{version}/{number}"),
        mandate_id=under.mandate_id,
        organisation=organisation,
        service=under.service,
        system_id=under.system_id,
        version=version,
        routing_key=key(organisation, number),
        url=url or f"https://{under.system_id}.example:8443",
        attribute=attribute or own,
        period=period,
        vestiging=None if vestiging is None else Vestiging(f"{organisation}{vestiging}"),
        aanleverpunt=None if aanleverpunt is None else Aanleverpunt(aanleverpunt),
        contract=contract,
        suspended=suspended,
        stopped=stopped,
    )


def services() -> list[Service]:
    """Return OSO_OV with two versions side by side, OSO_SWV, and RIO, which its owner processes."""
    osr, oso = AgreementKind.KENNISNET_OSR, AgreementKind.OSO
    vendor = (AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO)
    return [
        Service(
            code=OSO_OV,
            name="OSO overstap",
            owner=OPERATOR.oin,
            board_agreements=(osr, oso),
            vendor_agreements=vendor,
            forwardable=True,
            versions=(
                ServiceVersion(namespace=OV_2025, period=Period(dt.date(2025, 8, 1))),
                ServiceVersion(namespace=OV_2026, period=Period(START)),
            ),
        ),
        Service(
            code=OSO_SWV,
            name="OSO samenwerkingsverband",
            owner=OPERATOR.oin,
            board_agreements=(osr, oso, AgreementKind.OSO_SWV_EXTENSION),
            vendor_agreements=vendor,
            forwardable=True,
            versions=(ServiceVersion(namespace=SWV_2026, period=Period(START)),),
        ),
        Service(
            code=RIO,
            name="Registratie Instellingen en Opleidingen",
            owner=DUO.oin,
            aliases=(ServiceCode("RIO_PO"),),
            processed_by_owner=True,
            versions=(ServiceVersion(namespace=RIO_1, period=Period(START)),),
        ),
    ]


def parties() -> list[Party | System | Agreement | Qualification]:
    """Return both vendors with a system, their agreements and open gates; DUO; the desk."""
    facts: list[Party | System | Agreement | Qualification] = [
        Party(oin=player.oin, name=player.title, role=Role(player.role))
        for player in (DUO, OPERATOR, NOORD, ZUID)
    ]
    for vendor in (NOORD, ZUID):
        facts += [
            System(system_id=vendor.system_id, party=vendor.oin, name=vendor.title),
            agreement(vendor.oin, AgreementKind.VENDOR_OSR),
            agreement(vendor.oin, AgreementKind.VENDOR_OSO),
        ]
        facts += [qualification(vendor.system_id, code) for code in (OSO_OV, OSO_SWV, RIO)]
    return facts


def organisations() -> list[Fact]:
    """Return both boards with their schools, the samenwerkingsverband, and what they signed."""
    kinds = (AgreementKind.KENNISNET_OSR, AgreementKind.OSO, AgreementKind.OSO_SWV_EXTENSION)
    signatories: tuple[Signatory, ...] = (BOARD_1, BOARD_2, SWV)
    return [
        Board(number=BOARD_1, name="Stichting Een"),
        Board(number=BOARD_2, name="Stichting Twee"),
        school(XA, BOARD_1),
        school(XB, BOARD_2, "00", "02"),
        school(XC, BOARD_2, "01"),
        Samenwerkingsverband(code=SWV, name="Verband Negen", oin=SWV_OIN),
        *(agreement(signatory, kind) for signatory in signatories for kind in kinds),
    ]


def base() -> list[Fact]:
    """Return the world without mandates and endpoints."""
    return [*services(), *parties(), *organisations()]


A_NOORD: Final = mandate(XA, LAS_NOORD)
B_NOORD: Final = mandate(XB, LAS_NOORD)
B_ZUID: Final = mandate(XB, LAS_ZUID)
C_ZUID: Final = mandate(XC, LAS_ZUID)
A_NOORD_SWV: Final = mandate(XA, LAS_NOORD, OSO_SWV)
SWV_ZUID: Final = mandate(SWV, LAS_ZUID, OSO_SWV)


def small() -> list[Fact]:
    """Return the small world: every school and the samenwerkingsverband receives."""
    return [
        *base(),
        *(A_NOORD, B_NOORD, B_ZUID, C_ZUID, A_NOORD_SWV, SWV_ZUID),
        endpoint(A_NOORD, 1),
        endpoint(B_NOORD, 1, vestiging="00", aanleverpunt="0"),
        endpoint(B_ZUID, 2, vestiging="02", aanleverpunt="2"),
        endpoint(C_ZUID, 1, vestiging="01", aanleverpunt="1"),
        endpoint(SWV_ZUID, 1, version=SWV_2026),
    ]


def table(*facts: Fact, revision: int = 1) -> Table:
    """Return the table of the small world with further or replaced facts."""
    return Table.load(revision, [*small(), *facts])
