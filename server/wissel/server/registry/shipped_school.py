"""The test school, which every register has, and the test LAS that acts for it (R7).

Both are recorded when a hub starts, as its own acts. What is there stays as it is:
operators may have changed it since.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid5

from wissel.routing.facts import (
    OPERATOR_SOURCE,
    TEST_ROUTING_KEY,
    TEST_SCHOOL,
    Agreement,
    AgreementKind,
    Attribute,
    Board,
    Endpoint,
    Location,
    Mandate,
    Party,
    Processing,
    Role,
    School,
    Service,
    ServiceVersion,
    Signatory,
    System,
    SystemKind,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber, Oin, ServiceCode, SystemId, Vestiging
from wissel.server.registry.finding import get_service
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.endpoints import address
from wissel.server.registry.rules.routing_keys import refuse_taken_key
from wissel.server.registry.scope import Scope
from wissel.server.settings import StartError

TEST_BOARD: Final = BoardNumber("00000")
TEST_SYSTEM: Final = SystemId("test-las")
TEST_SERVICE: Final = ServiceCode("OSO_OV")
"""The service for which the test LAS receives and sends."""

_SINCE: Final = dt.date(2022, 8, 15)
"""The day on which OSO moved to the register; before it nobody exchanged by it."""
_NAMES: Final = UUID("7f3a2c50-9d0e-5c0b-8a51-0b5e6c1d9a24")
"""By which the ids of what ships are the same in each register."""
_BOARDS: Final = (
    AgreementKind.KENNISNET_OSR,
    AgreementKind.OSO,
    AgreementKind.OSO_SWV_EXTENSION,
    AgreementKind.VVA,
)
_VENDORS: Final = (AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestLas:
    """The vendor that acts for the test school, and where its LAS receives."""

    __test__ = False  # no test, whatever pytest makes of its name

    oin: Oin
    url: str


def test_las_of(oin: Oin | None, url: str) -> TestLas | None:
    """Return the test LAS of the settings, None without one; `StartError` if half of it is set."""
    if oin is not None and url:
        return TestLas(oin=oin, url=url)
    if oin is not None or url:
        message = "WISSEL_TEST_LAS_OIN and WISSEL_TEST_LAS_URL belong together: set both, or none"
        raise StartError(message)
    return None


async def record_test_school(transaction: Transaction) -> None:
    """Record the test school with its board and that board's agreements, unless it is there."""
    if await transaction.get(School, TEST_SCHOOL) is not None:
        return
    vestiging = Vestiging(f"{TEST_SCHOOL}00")
    location = Location(vestiging=vestiging, name="Testschool", source=OPERATOR_SOURCE)
    school = School(
        brin=TEST_SCHOOL, board=TEST_BOARD, source=OPERATOR_SOURCE, locations=(location,)
    )
    board = await transaction.get(Board, TEST_BOARD)
    await transaction.put(board or Board(number=TEST_BOARD, name="Testbestuur"), school)
    await _sign(transaction, TEST_BOARD, _BOARDS)


async def record_test_las(transaction: Transaction, las: TestLas, hub_oin: Oin) -> None:
    """Record the test LAS: its vendor and system, agreements, mandate and endpoints.

    1. It is not the hub, which signs the other receipt, and no party of another role;
       its address is one that endpoints may have: `StartError`.
    2. Its vendor, the system, and what its vendor signs.
    3. The mandate of the test school, since `_SINCE`.
    4. An endpoint for each active version, at its address of now. Another endpoint that
       holds the routing key keeps it, and one that has ended stays ended.
    """
    # 1.
    party = await transaction.get(Party, las.oin)
    if las.oin == hub_oin or (party is not None and party.role is not Role.VENDOR):
        message = f"WISSEL_TEST_LAS_OIN: {las.oin} is no vendor's; give the test LAS its own OIN"
        raise StartError(message)
    try:
        url = address(las.url, forwardable=True)
    except Refused as refused:
        message = f"WISSEL_TEST_LAS_URL: {las.url} is no https://host[:port] ({refused.reason})"
        raise StartError(message) from None
    # 2.
    await transaction.put(party or Party(oin=las.oin, name="Test-LAS", role=Role.VENDOR))
    known = await transaction.get(System, TEST_SYSTEM)
    system = known or System(
        system_id=TEST_SYSTEM, party=las.oin, name="Test-LAS", kind=SystemKind.LAS
    )
    await transaction.put(replace(system, party=las.oin, oin=None))
    await _sign(transaction, las.oin, _VENDORS)
    # 3.
    mandate = await _mandate(transaction)
    # 4.
    service = await get_service(transaction, TEST_SERVICE)
    for version in (each for each in service.versions if each.active):
        await _receive(transaction, service, version, mandate, url)


async def _mandate(transaction: Transaction) -> Mandate:
    mandate_id = uuid5(_NAMES, TEST_SERVICE)
    known = await transaction.get(Mandate, str(mandate_id))
    if known is not None:
        return known
    school = await transaction.get(School, TEST_SCHOOL)
    mandate = Mandate(
        mandate_id=mandate_id,
        organisation=TEST_SCHOOL,
        service=TEST_SERVICE,
        system_id=TEST_SYSTEM,
        period=Period(_SINCE),
        processing=Processing.NOT_REQUIRED,
        created=transaction.now,
        board=school.board if school else None,
    )
    await transaction.put(mandate)
    return mandate


async def _receive(
    transaction: Transaction, service: Service, version: ServiceVersion, mandate: Mandate, url: str
) -> None:
    endpoint_id = uuid5(_NAMES, f"{service.code} {version.namespace}")
    known = await transaction.get(Endpoint, str(endpoint_id))
    if known is not None:
        await transaction.put(replace(known, url=url))
        return
    endpoint = Endpoint(
        endpoint_id=endpoint_id,
        mandate_id=mandate.mandate_id,
        organisation=TEST_SCHOOL,
        service=service.code,
        system_id=TEST_SYSTEM,
        version=version.namespace,
        routing_key=TEST_ROUTING_KEY,
        url=url,
        attribute=Attribute.LAS,
        period=Period(max(_SINCE, version.period.start)),
    )
    try:
        await refuse_taken_key(transaction, endpoint, mandate, Scope.everything())
    except Refused:
        return
    await transaction.put(endpoint)


async def _sign(
    transaction: Transaction, signatory: Signatory, kinds: Iterable[AgreementKind]
) -> None:
    """Record the agreements of a signatory of which it has had none yet."""
    signed = await transaction.find(Agreement, signatory=signatory)
    known = {each.kind for each in signed if each.concluded}
    for kind in kinds:
        if kind not in known:
            agreement = Agreement(
                agreement_id=uuid5(_NAMES, f"{signatory} {kind}"),
                signatory=signatory,
                kind=kind,
                period=Period(_SINCE),
            )
            await transaction.put(agreement)
