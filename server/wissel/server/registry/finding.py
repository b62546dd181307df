"""Reading one fact from the register, or refusing because it is not there.

Each function raises `Refused(<ENTITY>_NOT_FOUND)` with the key that was asked
for. What lies outside the caller's scope is refused in the same words as what
does not exist (design.md#authorization).
"""

from uuid import UUID

from wissel.routing.facts import (
    Agreement,
    Board,
    Endpoint,
    Fact,
    Mandate,
    Party,
    Qualification,
    Samenwerkingsverband,
    School,
    Service,
    ServiceVersion,
    System,
)
from wissel.routing.facts.plain import etag_of
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import (
    BoardNumber,
    Brin,
    Namespace,
    Oin,
    Organisation,
    ServiceCode,
    Swv,
    SystemId,
)
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.scope import Scope


async def get_board(snapshot: Snapshot, number: BoardNumber) -> Board:
    """Return the board, or raise `Refused(BOARD_NOT_FOUND)`."""
    board = await snapshot.get(Board, number)
    if board is None:
        raise Refused(Reason.BOARD_NOT_FOUND, field="board_number", board=number)
    return board


async def get_school(snapshot: Snapshot, brin: Brin) -> School:
    """Return the school, or raise `Refused(SCHOOL_NOT_FOUND)`."""
    school = await snapshot.get(School, brin)
    if school is None:
        raise Refused(Reason.SCHOOL_NOT_FOUND, field="brin", brin=brin)
    return school


async def get_swv(snapshot: Snapshot, code: Swv) -> Samenwerkingsverband:
    """Return the samenwerkingsverband, or raise `Refused(SWV_NOT_FOUND)`."""
    swv = await snapshot.get(Samenwerkingsverband, code)
    if swv is None:
        raise Refused(Reason.SWV_NOT_FOUND, field="swv", swv=code)
    return swv


async def get_organisation(
    snapshot: Snapshot, organisation: Organisation
) -> School | Samenwerkingsverband:
    """Return the organisation; raises `Refused` with SCHOOL_NOT_FOUND or SWV_NOT_FOUND."""
    if isinstance(organisation, Brin):
        return await get_school(snapshot, organisation)
    return await get_swv(snapshot, organisation)


async def get_party(snapshot: Snapshot, oin: Oin) -> Party:
    """Return the party, or raise `Refused(PARTY_NOT_FOUND)`."""
    party = await snapshot.get(Party, oin)
    if party is None:
        raise Refused(Reason.PARTY_NOT_FOUND, field="oin", oin=oin)
    return party


async def get_system(snapshot: Snapshot, system_id: SystemId) -> System:
    """Return the system, or raise `Refused(SYSTEM_NOT_FOUND)`."""
    system = await snapshot.get(System, system_id)
    if system is None:
        raise no_system(system_id)
    return system


async def get_service(snapshot: Snapshot, code: ServiceCode) -> Service:
    """Return the service with this code or alias, or raise `Refused(SERVICE_NOT_FOUND)`."""
    service = await snapshot.get(Service, code)
    if service is not None:
        return service
    for other in await snapshot.find(Service):
        if code in other.aliases:
            return other
    raise Refused(Reason.SERVICE_NOT_FOUND, field="service", service=code)


def get_version(service: Service, namespace: Namespace) -> ServiceVersion:
    """Return a version of a service, or raise `Refused(SERVICE_VERSION_NOT_FOUND)`."""
    for version in service.versions:
        if version.namespace == namespace:
            return version
    raise Refused(
        Reason.SERVICE_VERSION_NOT_FOUND,
        field="namespace",
        service=service.code,
        version=namespace,
    )


async def get_qualification(
    snapshot: Snapshot, system_id: SystemId, service: ServiceCode
) -> Qualification:
    """Return how far a system may act for a service; not qualified if nothing was recorded."""
    known = await snapshot.get(Qualification, f"{system_id}/{service}")
    return known or Qualification(system_id=system_id, service=service)


async def get_agreement(snapshot: Snapshot, agreement_id: UUID, scope: Scope) -> Agreement:
    """Return an agreement within the scope, or raise `Refused(AGREEMENT_NOT_FOUND)`."""
    agreement = await snapshot.get(Agreement, str(agreement_id))
    if agreement is None or not scope.signed(agreement):
        raise no_agreement(agreement_id)
    return agreement


async def get_mandate(snapshot: Snapshot, mandate_id: UUID, scope: Scope) -> Mandate:
    """Return a mandate within the scope, or raise `Refused(MANDATE_NOT_FOUND)`."""
    mandate = await snapshot.get(Mandate, str(mandate_id))
    if mandate is None or not scope.holds(mandate):
        raise no_mandate(mandate_id)
    return mandate


async def get_endpoint(snapshot: Snapshot, endpoint_id: UUID, scope: Scope) -> Endpoint:
    """Return an endpoint within the scope, or raise `Refused(ENDPOINT_NOT_FOUND)`."""
    endpoint = await snapshot.get(Endpoint, str(endpoint_id))
    if endpoint is None or not scope.holds(endpoint):
        raise no_endpoint(endpoint_id)
    return endpoint


def no_system(system_id: SystemId, field: str = "system_id") -> Refused:
    """Return the refusal of a system that is not there, or not the caller's own."""
    return Refused(Reason.SYSTEM_NOT_FOUND, field=field, system_id=system_id)


def no_agreement(agreement_id: UUID) -> Refused:
    """Return the refusal of an agreement that is not there, or not the caller's own."""
    return Refused(Reason.AGREEMENT_NOT_FOUND, field="agreement_id", agreement_id=str(agreement_id))


def no_mandate(mandate_id: UUID) -> Refused:
    """Return the refusal of a mandate that is not there, or not the caller's own."""
    return Refused(Reason.MANDATE_NOT_FOUND, field="mandate_id", mandate_id=str(mandate_id))


def no_endpoint(endpoint_id: UUID) -> Refused:
    """Return the refusal of an endpoint that is not there, or not the caller's own."""
    return Refused(Reason.ENDPOINT_NOT_FOUND, field="endpoint_id", endpoint_id=str(endpoint_id))


def check_etag(fact: Fact, etag: str) -> None:
    """Raise `Refused(ETAG_MISMATCH)` unless `etag` is that of the fact as it is now.

    An empty etag skips the check.
    """
    current = etag_of(fact)
    if etag and etag != current:
        raise Refused(Reason.ETAG_MISMATCH, field="etag", etag=current)
