"""The rules of mandates as functions of values (R3), and when a mandate or endpoint has ended."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Final, TypeVar

from wissel.routing.facts import (
    Agreement,
    Endpoint,
    Mandate,
    Processing,
    Qualification,
    Samenwerkingsverband,
    School,
    Service,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table.reference import required_agreements
from wissel.routing.values.days import Period
from wissel.server.registry.agreements.rules import lacking_of
from wissel.server.registry.commands import Keep, ProcessMandate, UpdateMandate
from wissel.server.registry.scope import Scope

NAMED_AT_MOST: Final = 10
"""How many conflicting mandates a refusal names."""

Ending = TypeVar("Ending", Mandate, Endpoint)


class MandateStatus(StrEnum):
    """Whether a mandate is still to come, in force or over on some day: derived, never stored."""

    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


def allow_start(start: dt.date, today: dt.date, scope: Scope) -> dt.date:
    """Return the first day; a day before today only for an operator.

    Raises `Refused(DATE_IN_PAST)`. The event of the change holds the operator's reason.
    """
    if start < today and not scope.operator:
        raise Refused(Reason.DATE_IN_PAST, field="start_date", date=str(start), today=str(today))
    return start


def allow_end(end: dt.date | None, today: dt.date) -> dt.date | None:
    """Return the last day, or raise `Refused(DATE_IN_PAST)` for a day before today."""
    if end is not None and end < today:
        raise Refused(Reason.DATE_IN_PAST, field="end_date", date=str(end), today=str(today))
    return end


def has_ended(fact: Mandate | Endpoint, today: dt.date) -> bool:
    """Whether a mandate or an endpoint was stopped, or its own last day lies before today."""
    end = fact.period.end
    return fact.stopped or (end is not None and end < today)


def provides_on(mandate: Mandate, day: dt.date) -> bool:
    """Whether a system that made way may still provide what it has prepared on a day."""
    return mandate.provides_until is not None and day <= mandate.provides_until


def still_changeable(mandate: Mandate, today: dt.date) -> None:
    """Raise `Refused(MANDATE_ENDED)` if a mandate has ended."""
    if has_ended(mandate, today):
        raise Refused(
            Reason.MANDATE_ENDED,
            mandate_id=str(mandate.mandate_id),
            end=str(mandate.period.end),
        )


def refuse_started(mandate: Mandate, today: dt.date, *, field: str = "mandate_id") -> None:
    """Raise `Refused(MANDATE_STARTED)` if a mandate has begun."""
    if mandate.period.start <= today:
        raise Refused(
            Reason.MANDATE_STARTED,
            field=field,
            mandate_id=str(mandate.mandate_id),
            start=str(mandate.period.start),
        )


def stopped_now(fact: Ending, today: dt.date) -> Ending:
    """Return a mandate or an endpoint as ended immediately.

    No route uses it then, whatever day is asked about.
    """
    period = Period(fact.period.start, max(today, fact.period.start))
    return replace(fact, period=period, stopped=True)


def moved(mandate: Mandate, command: UpdateMandate, today: dt.date, scope: Scope) -> Mandate:
    """Return a mandate with the days that a command gives it.

    1. The first day changes only while it is still to come: MANDATE_STARTED.
    2. It is not moved into the past, unless by an operator: DATE_IN_PAST.
    3. The last day is today or later: DATE_IN_PAST.
    4. The last day is not before the first: PERIOD_INVALID.
    """
    start, end = mandate.period.start, mandate.period.end
    if command.start is not Keep.KEEP and command.start != start:
        refuse_started(mandate, today, field="start_date")  # 1.
        start = allow_start(command.start, today, scope)  # 2.
    if command.end is not Keep.KEEP:
        end = allow_end(command.end, today)  # 3.
    return replace(mandate, period=Period.parse(start, end))  # 4.


def processed(mandate: Mandate, command: ProcessMandate, now: dt.datetime) -> Mandate:
    """Return a mandate with what the owner of its service says that it did with it (R6).

    1. A mandate whose service leaves that to nobody waits for nobody:
       PROCESSING_NOT_REQUIRED.
    2. Who reads a rejection reads why: REASON_REQUIRED.
    3. What is said again stays as it is, with the moment at which it was said first.
    """
    # 1.
    if mandate.processing is Processing.NOT_REQUIRED:
        raise Refused(
            Reason.PROCESSING_NOT_REQUIRED,
            service=mandate.service,
            mandate_id=str(mandate.mandate_id),
        )
    # 2.
    rejection = command.rejection if command.processing is Processing.REJECTED else ""
    if command.processing is Processing.REJECTED and not rejection:
        raise Refused(Reason.REASON_REQUIRED, field="reason")
    # 3.
    said = replace(mandate, processing=command.processing, rejection=rejection)
    return mandate if said == mandate else replace(said, processed=now)


def status_on(mandate: Mandate, day: dt.date) -> MandateStatus:
    """Return the status of a mandate on a day; one that was stopped has ended on every day (R3)."""
    if has_ended(mandate, day):
        return MandateStatus.ENDED
    return MandateStatus.PLANNED if day < mandate.period.start else MandateStatus.ACTIVE


def waits(mandate: Mandate, day: dt.date) -> bool:
    """Whether a mandate waits for the owner of its service; one that has ended does not (R6)."""
    return mandate.processing is Processing.AWAITING and not has_ended(mandate, day)


def refuse_overlap(mandate: Mandate, others: Iterable[Mandate]) -> None:
    """Raise `Refused(MANDATE_OVERLAPS)` if another mandate has a day in common with this one (R3).

    `others` are those of the same organisation, service and system. One that
    was stopped has no days. The refusal names them: they are of the same
    system, so whoever may change this mandate may see them.
    """
    ids = [
        str(other.mandate_id)
        for other in others
        if other.mandate_id != mandate.mandate_id
        and not other.stopped
        and other.period.overlaps(mandate.period)
    ]
    if not ids:
        return
    raise Refused(
        Reason.MANDATE_OVERLAPS,
        organisation=mandate.organisation,
        service=mandate.service,
        system_id=mandate.system_id,
        mandate_id=", ".join(ids[:NAMED_AT_MOST]),
    )


def refuse_closed(giver: School | Samenwerkingsverband, day: dt.date) -> None:
    """Raise `Refused(SCHOOL_CLOSED)` if a school has closed before a day."""
    closed = giver.closed if isinstance(giver, School) else None
    if closed is not None and closed < day and isinstance(giver, School):
        raise Refused(Reason.SCHOOL_CLOSED, organisation=giver.brin, closed=str(closed))


def refuse_unserved(service: Service, giver: School | Samenwerkingsverband) -> None:
    """Raise `Refused(SECTOR_NOT_SERVED)` if a service serves none of a school's sectors (R11)."""
    if isinstance(giver, School) and giver.possible_sectors.isdisjoint(service.served_sectors):
        raise Refused(
            Reason.SECTOR_NOT_SERVED,
            organisation=giver.brin,
            service=service.code,
            sectors=", ".join(sorted(giver.sectors)),
            served=", ".join(service.sectors),
        )


def refuse_unqualified(qualification: Qualification) -> None:
    """Raise `Refused(SYSTEM_NOT_QUALIFIED)` unless a system is qualified for a service (R7)."""
    if not qualification.qualified:
        raise Refused(
            Reason.SYSTEM_NOT_QUALIFIED,
            system_id=qualification.system_id,
            service=qualification.service,
        )


def refuse_unsigned(
    service: Service, signatory: str, signed: Iterable[Agreement], day: dt.date
) -> None:
    """Raise `Refused(AGREEMENT_MISSING)` unless what a service asks is in force on a day (R2).

    `signed` are the agreements of the signatory; the first kind that is missing is named.
    """
    lacking = lacking_of(signed, required_agreements(service), day)
    if lacking:
        raise Refused(
            Reason.AGREEMENT_MISSING,
            agreement=lacking[0],
            signatory=signatory,
            service=service.code,
            on=str(day),
        )
