"""What Mijn OSO knew, in the small world of the use cases."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from support.worlds.register_world import (
    LAS_NOORD,
    World,
    school,
)
from wissel.clients.testing.cast import NOORD
from wissel.routing.facts import (
    AgreementKind,
    Attribute,
    Board,
    System,
)
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Brin,
    Organisation,
    SystemId,
)
from wissel.server.registry.moving.lines import (
    MOVING_DAY,
    AanleverpuntLine,
    AgreementLine,
    MovedAanleverpunt,
    MovedAgreement,
)
from wissel.server.registry.moving.mijn_oso import ImportMijnOso, MoveReport, import_mijn_oso

FRESH: Final = BoardNumber("99009")
NEW_SCHOOL: Final = Brin("98XA")
PLATFORM: Final = SystemId("platform-noord")
OSR: Final = AgreementKind.KENNISNET_OSR
OSO: Final = AgreementKind.OSO
EXTENSION: Final = AgreementKind.OSO_SWV_EXTENSION


async def without_agreements(world: World) -> World:
    """Add 98XA of a board that has signed nothing, and a platform of Noord."""
    await world.put(
        Board(number=FRESH),
        school(NEW_SCHOOL, FRESH, "00", "02"),
        System(system_id=PLATFORM, party=NOORD.oin, name="Platform"),
    )
    return world


def point(
    organisation: Organisation = NEW_SCHOOL,
    number: int = 0,
    system: str = LAS_NOORD,
    line: int = 2,
    active: bool = True,
    attribute: Attribute = Attribute.LAS,
) -> AanleverpuntLine:
    return AanleverpuntLine(
        line=line,
        organisation=organisation,
        number=Aanleverpunt(str(number)),
        system=system,
        active=active,
        attribute=attribute,
    )


def signed(kind: AgreementKind = OSO, signatory: Any = FRESH, **more: Any) -> AgreementLine:
    return AgreementLine(line=2, signatory=signatory, kind=kind, **more)


async def move(
    world: World,
    *points: AanleverpuntLine,
    agreed: Sequence[AgreementLine] = (),
    since: dt.date = MOVING_DAY,
    validate_only: bool = False,
) -> MoveReport:
    command = ImportMijnOso(
        aanleverpunten=points, agreements=agreed, since=since, validate_only=validate_only
    )
    return await world.run(lambda given: import_mijn_oso(given, command, uuid4))


def outcomes(rows: Sequence[MovedAanleverpunt | MovedAgreement]) -> list[str]:
    return [row.outcome for row in rows]
