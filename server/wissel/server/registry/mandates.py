"""Mandates: which system may act for whom, for which service, and when (R3)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from wissel.routing.facts import (
    Agreement,
    Endpoint,
    Mandate,
    Processing,
    Samenwerkingsverband,
    School,
    Service,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.server.registry.commands import CreateMandate, EndMandate, UpdateMandate
from wissel.server.registry.finding import (
    check_etag,
    get_mandate,
    get_organisation,
    get_qualification,
    get_service,
    get_system,
)
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import (
    allow_start,
    moved,
    refuse_closed,
    refuse_overlap,
    refuse_unsigned,
    still_changeable,
    stopped_now,
)
from wissel.server.registry.rules.routing_keys import refuse_taken_key
from wissel.server.registry.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenMandate:
    """A new mandate, and what the school should know about its service, in Dutch."""

    mandate: Mandate
    note: str


async def create_mandate(
    transaction: Transaction, command: CreateMandate, scope: Scope, new_id: Callable[[], UUID]
) -> GivenMandate:
    """Give a mandate; with `validate_only` nothing is recorded.

    1. organisation, service and system exist: SCHOOL_NOT_FOUND, SWV_NOT_FOUND,
       SERVICE_NOT_FOUND, SYSTEM_NOT_FOUND
    2. the first day is today or later, but for an operator: DATE_IN_PAST; the
       last is no earlier: PERIOD_INVALID
    3. the school is open on the first day, or today if that was earlier: SCHOOL_CLOSED
    4. the system is qualified, or the mandate would be dead: SYSTEM_NOT_QUALIFIED
    5. the agreements hold on that same day: AGREEMENT_MISSING
    6. no other of the same organisation, service and system shares a day: MANDATE_OVERLAPS
    """
    giver = await get_organisation(transaction, command.organisation)
    service = await get_service(transaction, command.service)
    system = await get_system(transaction, command.system_id)
    start = allow_start(command.start or transaction.today, transaction.today, scope)
    mandate = Mandate(
        mandate_id=new_id(),
        organisation=command.organisation,
        service=service.code,
        system_id=system.system_id,
        period=Period.parse(start, command.end),
        processing=_processing(service),
        created=transaction.now,
    )
    refuse_closed(giver, max(start, transaction.today))
    await _qualified(transaction, mandate)
    await _signed(transaction, mandate, service, giver)
    await _alone(transaction, mandate)
    if not command.validate_only:
        await transaction.put(mandate)
    return GivenMandate(mandate=mandate, note=service.note)


async def update_mandate(transaction: Transaction, command: UpdateMandate, scope: Scope) -> Mandate:
    """Change the days of a mandate that has not ended, and return it.

    Beside the rules of `mandate_rules.moved`: MANDATE_NOT_FOUND, ETAG_MISMATCH,
    MANDATE_ENDED, MANDATE_OVERLAPS. A new first day is checked as that of a new
    mandate. An endpoint under it that would come to share a routing key and a
    day with another is ROUTING_KEY_IN_USE.
    """
    mandate = await get_mandate(transaction, command.mandate_id, scope)
    check_etag(mandate, command.etag)
    still_changeable(mandate, transaction.today)
    changed = moved(mandate, command, transaction.today, scope)
    if changed.period.start != mandate.period.start:
        giver = await get_organisation(transaction, changed.organisation)
        service = await get_service(transaction, changed.service)
        refuse_closed(giver, max(changed.period.start, transaction.today))
        await _signed(transaction, changed, service, giver)
    await _alone(transaction, changed)
    for endpoint in await transaction.find(Endpoint, mandate_id=str(changed.mandate_id)):
        await refuse_taken_key(transaction, endpoint, changed, scope)
    await transaction.put(changed)
    return changed


async def end_mandate(transaction: Transaction, command: EndMandate, scope: Scope) -> Mandate:
    """End a mandate after a day that is today or later, or immediately, and return it.

    Ended immediately it is in no route from this revision on, whatever day is
    asked about. Otherwise as `update_mandate` with that last day.
    """
    if command.end is not None:
        update = UpdateMandate(mandate_id=command.mandate_id, end=command.end, etag=command.etag)
        return await update_mandate(transaction, update, scope)
    mandate = await get_mandate(transaction, command.mandate_id, scope)
    check_etag(mandate, command.etag)
    still_changeable(mandate, transaction.today)
    stopped = stopped_now(mandate, transaction.today)
    await transaction.put(stopped)
    return stopped


def _processing(service: Service) -> Processing:
    """Where the owner must confirm a mandate, a new one waits for that (R6)."""
    return Processing.AWAITING if service.processed_by_owner else Processing.NOT_REQUIRED


async def _qualified(transaction: Transaction, mandate: Mandate) -> None:
    found = await get_qualification(transaction, mandate.system_id, mandate.service)
    if not found.qualified:
        raise Refused(
            Reason.SYSTEM_NOT_QUALIFIED, system_id=mandate.system_id, service=mandate.service
        )


async def _signed(
    transaction: Transaction,
    mandate: Mandate,
    service: Service,
    giver: School | Samenwerkingsverband,
) -> None:
    """Boards sign for their schools, a samenwerkingsverband for itself."""
    signatory = giver.board if isinstance(giver, School) else giver.code
    signed = await transaction.find(Agreement, signatory=signatory)
    refuse_unsigned(service, signatory, signed, max(mandate.period.start, transaction.today))


async def _alone(transaction: Transaction, mandate: Mandate) -> None:
    triple = await transaction.find(
        Mandate,
        organisation=mandate.organisation,
        service=mandate.service,
        system_id=mandate.system_id,
    )
    refuse_overlap(mandate, triple)
