"""What the use cases of mandates demand alike, against the facts of the register (R3)."""

from uuid import UUID

from wissel.routing.facts import (
    Agreement,
    Endpoint,
    Mandate,
    Samenwerkingsverband,
    School,
    Service,
)
from wissel.routing.values.identifiers import BoardNumber, Organisation, Swv
from wissel.server.registry.finding import check_etag, get_mandate, get_organisation
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.registry.rules.mandates import (
    refuse_closed,
    refuse_overlap,
    refuse_unserved,
    refuse_unsigned,
    still_changeable,
)
from wissel.server.registry.rules.routing_keys import refuse_taken_key
from wissel.server.registry.scope import Scope

Giver = School | Samenwerkingsverband


async def own_organisation(snapshot: Snapshot, organisation: Organisation, scope: Scope) -> Giver:
    """Return an organisation that the caller gives mandates for.

    Raises `Refused` with SCHOOL_NOT_FOUND, SWV_NOT_FOUND or ORGANISATION_NOT_YOURS.
    """
    giver = await get_organisation(snapshot, organisation)
    scope.require_organisation(organisation)
    return giver


async def changeable(
    transaction: Transaction, mandate_id: UUID, etag: str, scope: Scope
) -> Mandate:
    """Return a mandate within the scope that has not ended, as the caller last read it.

    Raises `Refused` with MANDATE_NOT_FOUND, ETAG_MISMATCH or MANDATE_ENDED.
    """
    mandate = await get_mandate(transaction, mandate_id, scope)
    check_etag(mandate, etag)
    still_changeable(mandate, transaction.today)
    return mandate


def board_of(giver: Giver) -> BoardNumber | None:
    """Return the board that gives the mandates of a school; a samenwerkingsverband has none."""
    return giver.board if isinstance(giver, School) else None


def signatory_of(giver: Giver) -> BoardNumber | Swv:
    """Return who signs for an organisation: the board of a school, or a samenwerkingsverband."""
    return giver.board if isinstance(giver, School) else giver.code


async def require_first_day(
    transaction: Transaction, mandate: Mandate, service: Service, giver: Giver
) -> None:
    """Refuse a mandate that cannot begin on its first day, or today if that is later.

    The school is open then: SCHOOL_CLOSED. The service serves its sector:
    SECTOR_NOT_SERVED. What the service asks is signed, for a school by its board:
    AGREEMENT_MISSING.
    """
    day = max(mandate.period.start, transaction.today)
    refuse_closed(giver, day)
    refuse_unserved(service, giver)
    signatory = signatory_of(giver)
    signed = await transaction.find(Agreement, signatory=signatory)
    refuse_unsigned(service, signatory, signed, day)


async def require_free_days(transaction: Transaction, mandate: Mandate) -> None:
    """Raise `Refused(MANDATE_OVERLAPS)` if the triple of a mandate has another on one of its days.

    The triple is organisation, service and system.
    """
    triple = await transaction.find(
        Mandate,
        organisation=mandate.organisation,
        service=mandate.service,
        system_id=mandate.system_id,
    )
    refuse_overlap(mandate, triple)


async def require_free_keys(transaction: Transaction, mandate: Mandate, scope: Scope) -> None:
    """Refuse days of a mandate on which one of its endpoints would share its routing key.

    Raises `Refused(ROUTING_KEY_IN_USE)`.
    """
    for endpoint in await transaction.find(Endpoint, mandate_id=str(mandate.mandate_id)):
        await refuse_taken_key(transaction, endpoint, mandate, scope)
