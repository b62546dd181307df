"""Services that do not ship, and new versions of those that do (design.md#services)."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final, Literal

from wissel.routing.facts import Service, ServiceVersion
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Namespace, ServiceCode
from wissel.routing.values.texts import NAME_LIMIT, free_line, named_line
from wissel.server.registry.agreements.rules import BOARD_KINDS, VENDOR_KINDS
from wissel.server.registry.catalog import with_new_versions
from wissel.server.registry.commands import KEEP, Keep
from wissel.server.registry.finding import check_etag, get_service, get_version
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import allow_end

NOTE_LIMIT: Final = 500
MOST_PROCESSING_DAYS: Final = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateService:
    """What schools are told of a service (code or alias); what is None stays as it is."""

    service: ServiceCode
    name: str | None = None
    note: str | None = None
    processing_days: int | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterServiceVersion:
    """A new version of a service (code or alias); without `start` it begins today."""

    service: ServiceCode
    namespace: Namespace
    start: dt.date | None = None
    end: dt.date | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateServiceVersion:
    """Other days for a version, or whether it is active; `end=None` lets it last."""

    service: ServiceCode
    namespace: Namespace
    start: dt.date | Literal[Keep.KEEP] = KEEP
    end: dt.date | Literal[Keep.KEEP] | None = KEEP
    active: bool | None = None
    etag: str = ""


async def register_service(transaction: Transaction, service: Service) -> Service:
    """Record a service that does not ship, and return it.

    Its name is one line that is not empty, its note one line: FIELD_REQUIRED,
    FIELD_INVALID, PERSON_NUMBER_IN_TEXT. Boards and vendors can sign what it asks of
    them, and its owner takes at most a year: FIELD_INVALID. No service has its code or
    an alias of it, as code or alias: ALREADY_REGISTERED.
    """
    _refuse_strange(service)
    new = replace(
        service,
        name=named_line(service.name, "service.name", NAME_LIMIT),
        note=free_line(service.note, "service.note", NOTE_LIMIT),
    )
    taken = {
        code for each in await transaction.find(Service) for code in (each.code, *each.aliases)
    }
    for code in (new.code, *new.aliases):
        if code in taken:
            raise Refused(
                Reason.ALREADY_REGISTERED, field="service.code", entity="service", key=code
            )
    await transaction.put(new)
    return new


def _refuse_strange(service: Service) -> None:
    problems = {
        "service.required_agreements": set(service.board_agreements) - set(BOARD_KINDS),
        "service.required_vendor_agreements": set(service.vendor_agreements) - set(VENDOR_KINDS),
        "service.processing_days": service.processing_days > MOST_PROCESSING_DAYS,
    }
    for field, problem in problems.items():
        if problem:
            raise Refused(Reason.FIELD_INVALID, field=field)


async def update_service(transaction: Transaction, command: UpdateService) -> Service:
    """Change what schools are told of a service, and return it.

    It exists, as the caller last read it: SERVICE_NOT_FOUND, ETAG_MISMATCH. Its name and
    note are as those of a new one, and its owner takes 1 to 366 days: FIELD_REQUIRED,
    FIELD_INVALID, PERSON_NUMBER_IN_TEXT.
    """
    service = await get_service(transaction, command.service)
    check_etag(service, command.etag)
    changed = service
    if command.name is not None:
        changed = replace(changed, name=named_line(command.name, "name", NAME_LIMIT))
    if command.note is not None:
        changed = replace(changed, note=free_line(command.note, "note", NOTE_LIMIT))
    if command.processing_days is not None:
        if not 1 <= command.processing_days <= MOST_PROCESSING_DAYS:
            raise Refused(
                Reason.FIELD_INVALID,
                field="processing_days",
                expected=f"1 to {MOST_PROCESSING_DAYS}",
            )
        changed = replace(changed, processing_days=command.processing_days)
    await transaction.put(changed)
    return changed


async def register_version(transaction: Transaction, command: RegisterServiceVersion) -> Service:
    """Record a version beside those that a service has, and return the service.

    1. The service exists, as the caller last read it: SERVICE_NOT_FOUND, ETAG_MISMATCH.
    2. It has no version of that name: ALREADY_REGISTERED.
    3. The last day is not before the first: PERIOD_INVALID.
    """
    # 1.
    service = await get_service(transaction, command.service)
    check_etag(service, command.etag)
    # 2.
    if any(version.namespace == command.namespace for version in service.versions):
        raise Refused(
            Reason.ALREADY_REGISTERED,
            field="namespace",
            entity="service version",
            key=command.namespace,
        )
    # 3.
    period = Period.parse(command.start or transaction.today, command.end)
    version = ServiceVersion(namespace=command.namespace, period=period)
    changed = with_new_versions(service, (version,))
    await transaction.put(changed)
    return changed


async def update_version(transaction: Transaction, command: UpdateServiceVersion) -> Service:
    """Change the days of a version, or whether it is active, and return its service.

    1. Service and version exist, as the caller last read them: SERVICE_NOT_FOUND,
       SERVICE_VERSION_NOT_FOUND, ETAG_MISMATCH.
    2. The first day changes only while it is still to come, to today or later; the last
       day is today or later: DATE_IN_PAST. It is not before the first: PERIOD_INVALID.
    """
    # 1.
    service = await get_service(transaction, command.service)
    check_etag(service, command.etag)
    known = get_version(service, command.namespace)
    # 2.
    start, end, today = known.period.start, known.period.end, transaction.today
    if command.start is not Keep.KEEP and command.start != start:
        first = min(start, command.start)
        if first < today:
            raise Refused(
                Reason.DATE_IN_PAST, field="start_date", date=str(first), today=str(today)
            )
        start = command.start
    if command.end is not Keep.KEEP and command.end != end:
        end = allow_end(command.end, today)
    active = known.active if command.active is None else command.active
    version = replace(known, period=Period.parse(start, end), active=active)
    rest = replace(service, versions=tuple(each for each in service.versions if each is not known))
    changed = with_new_versions(rest, (version,))
    await transaction.put(changed)
    return changed
