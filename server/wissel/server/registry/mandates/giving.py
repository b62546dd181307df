"""Giving mandates: which system may act for whom, for which service, and when (R3)."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from wissel.routing.facts import Mandate, Processing, School, Service
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import SystemId
from wissel.server.registry.commands import CreateMandate
from wissel.server.registry.finding import get_service, get_system
from wissel.server.registry.mandates.checks import (
    Giver,
    board_of,
    own_organisation,
    require_first_day,
    require_free_days,
)
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import allow_start
from wissel.server.registry.scope import Scope


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
       ORGANISATION_NOT_YOURS, SERVICE_NOT_FOUND, SYSTEM_NOT_FOUND. The system need
       not be qualified yet.
    2. The first day is today or later, unless an operator asks: DATE_IN_PAST.
       The last day is not before it: PERIOD_INVALID.
    3. It can begin on its first day, or today if that is later: SCHOOL_CLOSED,
       SECTOR_NOT_SERVED, AGREEMENT_MISSING.
    4. No other mandate of the same organisation, service and system has a day
       in common with it: MANDATE_OVERLAPS.
    """
    # 1.
    giver = await own_organisation(transaction, command.organisation, scope)
    service = await get_service(transaction, command.service)
    system = await get_system(transaction, command.system_id)
    # 2.
    start = allow_start(command.start or transaction.today, transaction.today, scope)
    mandate = new_mandate(
        giver,
        service,
        system.system_id,
        Period.parse(start, command.end),
        mandate_id=new_id(),
        created=transaction.now,
    )
    await require_first_day(transaction, mandate, service, giver)  # 3.
    await require_free_days(transaction, mandate)  # 4.
    await transaction.put(mandate)
    return GivenMandate(mandate=mandate, note=service.note)


async def create_mandates(
    transaction: Transaction,
    commands: Sequence[CreateMandate],
    scope: Scope,
    new_id: Callable[[], UUID],
) -> tuple[GivenMandate, ...]:
    """Give several mandates in one revision, or none; return them in order.

    Each as `create_mandate` does, beside those before it. What is refused for one of
    them is refused for all.
    """
    return tuple(
        [await create_mandate(transaction, command, scope, new_id) for command in commands]
    )


def new_mandate(
    giver: Giver,
    service: Service,
    system_id: SystemId,
    period: Period,
    *,
    mandate_id: UUID,
    created: dt.datetime,
) -> Mandate:
    """Return a mandate as it is given."""
    return Mandate(
        mandate_id=mandate_id,
        organisation=giver.brin if isinstance(giver, School) else giver.code,
        service=service.code,
        system_id=system_id,
        period=period,
        processing=processing_by(service),
        created=created,
        board=board_of(giver),
    )


def processing_by(service: Service) -> Processing:
    """Return whether a new mandate waits until the owner of its service confirms it (R6)."""
    return Processing.AWAITING if service.processed_by_owner else Processing.NOT_REQUIRED
