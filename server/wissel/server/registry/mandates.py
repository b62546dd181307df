"""Mandates: which system may act for whom, for which service, and when (R3)."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from wissel.routing.facts import (
    Agreement,
    Endpoint,
    Mandate,
    Processing,
    Samenwerkingsverband,
    School,
    Service,
    overdue_since,
)
from wissel.routing.facts.keys import key_of
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Organisation, ServiceCode
from wissel.server.registry.commands import (
    CreateMandate,
    EndMandate,
    ProcessMandate,
    UpdateMandate,
)
from wissel.server.registry.finding import (
    check_etag,
    get_mandate,
    get_organisation,
    get_qualification,
    get_service,
    get_system,
)
from wissel.server.registry.ports import Register, Snapshot, Transaction
from wissel.server.registry.rules.mandates import (
    allow_start,
    moved,
    processed,
    refuse_closed,
    refuse_overlap,
    refuse_unqualified,
    refuse_unserved,
    refuse_unsigned,
    still_changeable,
    stopped_now,
    waits,
)
from wissel.server.registry.rules.routing_keys import refuse_taken_key
from wissel.server.registry.scope import Scope

_AT_ONCE: Final = 500  # mandates counted in one read, between which others have their turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many mandates for a service wait for its owner, and how many of these too long."""

    awaiting: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenMandate:
    """A new mandate, and what the school should know about its service, in Dutch."""

    mandate: Mandate
    note: str


async def create_mandate(
    transaction: Transaction, command: CreateMandate, scope: Scope, new_id: Callable[[], UUID]
) -> GivenMandate:
    """Give a mandate.

    1. The organisation is one that the caller gives mandates for, and it, the
       service and the system exist: SCHOOL_NOT_FOUND, SWV_NOT_FOUND,
       ORGANISATION_NOT_YOURS, SERVICE_NOT_FOUND, SYSTEM_NOT_FOUND.
    2. The first day is today or later, unless an operator asks: DATE_IN_PAST.
       The last day is not before it: PERIOD_INVALID.
    3. The school is open on the first day, or today if that is later:
       SCHOOL_CLOSED. The service serves its sector: SECTOR_NOT_SERVED.
    4. The system is qualified; otherwise the mandate would lead to no route:
       SYSTEM_NOT_QUALIFIED.
    5. The organisation's agreements are in force on the day of 3:
       AGREEMENT_MISSING.
    6. No other mandate of the same organisation, service and system has a day
       in common with it: MANDATE_OVERLAPS.
    """
    # 1.
    giver = await own_organisation(transaction, command.organisation, scope)
    service = await get_service(transaction, command.service)
    system = await get_system(transaction, command.system_id)
    # 2.
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
    # 3.
    refuse_closed(giver, max(start, transaction.today))
    refuse_unserved(service, giver)
    refuse_unqualified(  # 4.
        await get_qualification(transaction, mandate.system_id, mandate.service)
    )
    await _refuse_unsigned(transaction, mandate, service, giver)  # 5.
    await _refuse_overlap(transaction, mandate)  # 6.
    await transaction.put(mandate)
    return GivenMandate(mandate=mandate, note=service.note)


async def own_organisation(
    snapshot: Snapshot, organisation: Organisation, scope: Scope
) -> School | Samenwerkingsverband:
    """Return an organisation that the caller gives mandates for.

    Raises `Refused` with SCHOOL_NOT_FOUND, SWV_NOT_FOUND or ORGANISATION_NOT_YOURS.
    """
    giver = await get_organisation(snapshot, organisation)
    scope.require_organisation(organisation)
    return giver


async def update_mandate(transaction: Transaction, command: UpdateMandate, scope: Scope) -> Mandate:
    """Change the days of a mandate, and return it.

    1. It is within the caller's scope, as the caller last read it, and has not
       ended: MANDATE_NOT_FOUND, ETAG_MISMATCH, MANDATE_ENDED.
    2. The new days are allowed: see `rules.mandates.moved`.
    3. A new first day fits the school and its agreements, as that of a new
       mandate: SCHOOL_CLOSED, SECTOR_NOT_SERVED, AGREEMENT_MISSING.
    4. No other mandate of the same organisation, service and system has a day
       in common with it: MANDATE_OVERLAPS.
    5. None of its endpoints gets a day in common with another endpoint of the
       same version and routing key: ROUTING_KEY_IN_USE.
    """
    mandate = await _changeable(transaction, command.mandate_id, command.etag, scope)  # 1.
    changed = moved(mandate, command, transaction.today, scope)  # 2.
    # 3.
    if changed.period.start != mandate.period.start:
        giver = await get_organisation(transaction, changed.organisation)
        service = await get_service(transaction, changed.service)
        refuse_closed(giver, max(changed.period.start, transaction.today))
        refuse_unserved(service, giver)
        await _refuse_unsigned(transaction, changed, service, giver)
    await _refuse_overlap(transaction, changed)  # 4.
    # 5.
    for endpoint in await transaction.find(Endpoint, mandate_id=str(changed.mandate_id)):
        await refuse_taken_key(transaction, endpoint, changed, scope)
    await transaction.put(changed)
    return changed


async def end_mandate(transaction: Transaction, command: EndMandate, scope: Scope) -> Mandate:
    """End a mandate after a day that is today or later, or immediately, and return it.

    A mandate that is ended immediately leads to no route from this revision on,
    whatever day is asked about: MANDATE_NOT_FOUND, ETAG_MISMATCH, MANDATE_ENDED.
    With a last day it is `update_mandate`.
    """
    if command.end is not None:
        update = UpdateMandate(mandate_id=command.mandate_id, end=command.end, etag=command.etag)
        return await update_mandate(transaction, update, scope)
    mandate = await _changeable(transaction, command.mandate_id, command.etag, scope)
    stopped = stopped_now(mandate, transaction.today)
    await transaction.put(stopped)
    return stopped


async def process_mandate(
    transaction: Transaction, command: ProcessMandate, scope: Scope
) -> Mandate:
    """Record what the owner of its service did with a mandate, and return it (R6).

    1. It is for a service of the caller, as the caller last read it, and has not
       ended; a planned one may be processed: MANDATE_NOT_FOUND, ETAG_MISMATCH,
       MANDATE_ENDED.
    2. Its service has its mandates processed: PROCESSING_NOT_REQUIRED.
    3. The owner may say the same again, which changes nothing, or something else. A
       rejection says why: REASON_REQUIRED.
    """
    mandate = await _changeable(transaction, command.mandate_id, command.etag, scope)
    done = processed(mandate, command, transaction.now)
    await transaction.put(done)
    return done


async def count_waiting(register: Register, today: dt.date) -> Mapping[ServiceCode, Waiting]:
    """Return what waits for the owner of each service that has its mandates processed (R6).

    What has ended waits no longer. Raises `Refused(DATABASE_UNAVAILABLE)`.
    """
    awaiting: Counter[ServiceCode] = Counter()
    overdue: Counter[ServiceCode] = Counter()
    after = ""
    async with register.snapshot() as snapshot:
        pinned = snapshot.revision
        usual = {
            each.code: each.processing_days
            for each in await snapshot.find(Service)
            if each.processed_by_owner
        }
    while True:
        async with register.snapshot() as snapshot:
            found = await snapshot.oldest(
                Mandate,
                after=after,
                limit=_AT_ONCE,
                pinned=pinned,
                processing=Processing.AWAITING.value,
            )
        waiting = [mandate for mandate in found if waits(mandate, today)]
        awaiting.update(mandate.service for mandate in waiting)
        overdue.update(
            mandate.service
            for mandate in waiting
            if overdue_since(mandate.waiting_since, usual.get(mandate.service, 0), today)
        )
        if len(found) < _AT_ONCE:
            return {code: Waiting(awaiting=awaiting[code], overdue=overdue[code]) for code in usual}
        after = key_of(found[-1])


def _processing(service: Service) -> Processing:
    """Return whether a new mandate waits until the owner of its service confirms it (R6)."""
    return Processing.AWAITING if service.processed_by_owner else Processing.NOT_REQUIRED


async def _changeable(
    transaction: Transaction, mandate_id: UUID, etag: str, scope: Scope
) -> Mandate:
    mandate = await get_mandate(transaction, mandate_id, scope)
    check_etag(mandate, etag)
    still_changeable(mandate, transaction.today)
    return mandate


async def _refuse_unsigned(
    transaction: Transaction,
    mandate: Mandate,
    service: Service,
    giver: School | Samenwerkingsverband,
) -> None:
    """Refuse a mandate without its agreements (R2).

    A board signs for its schools, a samenwerkingsverband for itself.
    """
    signatory = giver.board if isinstance(giver, School) else giver.code
    signed = await transaction.find(Agreement, signatory=signatory)
    refuse_unsigned(service, signatory, signed, max(mandate.period.start, transaction.today))


async def _refuse_overlap(transaction: Transaction, mandate: Mandate) -> None:
    triple = await transaction.find(
        Mandate,
        organisation=mandate.organisation,
        service=mandate.service,
        system_id=mandate.system_id,
    )
    refuse_overlap(mandate, triple)
