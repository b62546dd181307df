"""Agreements: who has signed what, and until when (R2)."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from wissel.routing.facts import Agreement, AgreementKind, Role, Signatory
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv
from wissel.server.registry.commands import RecordAgreement, TerminateAgreement
from wissel.server.registry.finding import (
    check_etag,
    get_agreement,
    get_board,
    get_party,
    get_swv,
)
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.registry.scope import Scope

BOARD_KINDS: Final = (
    AgreementKind.KENNISNET_OSR,
    AgreementKind.OSO,
    AgreementKind.OSO_SWV_EXTENSION,
)
"""What a board, or a samenwerkingsverband for itself, can sign."""
VENDOR_KINDS: Final = (AgreementKind.VENDOR_OSR, AgreementKind.VENDOR_OSO)
"""What a vendor can sign."""


def in_force(agreements: Iterable[Agreement], kind: AgreementKind, day: dt.date) -> bool:
    """Whether one of the agreements is of a kind and in force on a day."""
    return any(each.kind == kind and each.period.contains(day) for each in agreements)


async def record_agreement(
    transaction: Transaction, command: RecordAgreement, new_id: Callable[[], UUID]
) -> Agreement:
    """Record an agreement and return it.

    1. The signatory exists: BOARD_NOT_FOUND, SWV_NOT_FOUND, PARTY_NOT_FOUND.
    2. It can sign this kind: FIELD_INVALID.
    3. No agreement of the same kind and signatory has a day in common with it:
       ALREADY_REGISTERED.
    4. An extension needs an OSO agreement that is in force on its first day,
       and ends with it: AGREEMENT_MISSING.
    """
    await _require_signatory(transaction, command.signatory)  # 1.
    await _require_kind(transaction, command)  # 2.
    # 3.
    signed = await transaction.find(Agreement, signatory=str(command.signatory))
    period = Period(command.start or transaction.today)
    for other in signed:
        if other.kind == command.kind and other.period.overlaps(period):
            raise Refused(
                Reason.ALREADY_REGISTERED,
                entity="agreement",
                key=str(other.agreement_id),
            )
    # 4.
    if command.kind is AgreementKind.OSO_SWV_EXTENSION:
        period = period.until(_extended(signed, command, period.start).period.end)
    agreement = Agreement(
        agreement_id=new_id(), signatory=command.signatory, kind=command.kind, period=period
    )
    await transaction.put(agreement)
    return agreement


async def terminate_agreement(
    transaction: Transaction, command: TerminateAgreement, scope: Scope
) -> tuple[Agreement, ...]:
    """End an agreement, and with one of OSO its extensions; return them, the agreement first.

    Without a day its last day becomes yesterday, so an agreement that began
    today or later was never in force. A last day that is named is today or
    later (DATE_IN_PAST), not after the end that it already has
    (AGREEMENT_ENDED), and not before its first day (PERIOD_INVALID). Also
    AGREEMENT_NOT_FOUND (also of one outside the scope), ETAG_MISMATCH.
    """
    agreement = await get_agreement(transaction, command.agreement_id, scope)
    check_etag(agreement, command.etag)
    end = _last_day(agreement, command.end, transaction.today)
    ended = [replace(agreement, period=agreement.period.until(end))]
    if agreement.kind is AgreementKind.OSO:
        signed = await transaction.find(Agreement, signatory=str(agreement.signatory))
        ended += [
            replace(each, period=each.period.until(end))
            for each in signed
            if each.kind is AgreementKind.OSO_SWV_EXTENSION
            and each.period.overlaps(agreement.period)
            and each.period.until(end) != each.period
        ]
    await transaction.put(*ended)
    return tuple(ended)


def _last_day(agreement: Agreement, end: dt.date | None, today: dt.date) -> dt.date:
    """Return the last day of an agreement that is terminated today."""
    known = agreement.period.end
    if known is not None and (known < today or (end is not None and end > known)):
        raise Refused(
            Reason.AGREEMENT_ENDED, agreement_id=str(agreement.agreement_id), end=str(known)
        )
    if end is None:
        return today - ONE_DAY
    if end < today:
        raise Refused(Reason.DATE_IN_PAST, field="end_date", date=str(end), today=str(today))
    return Period.parse(agreement.period.start, end).end or end


async def _require_signatory(snapshot: Snapshot, signatory: Signatory) -> None:
    match signatory:
        case BoardNumber():
            await get_board(snapshot, signatory)
        case Swv():
            await get_swv(snapshot, signatory)
        case Oin():
            await get_party(snapshot, signatory)


async def _require_kind(snapshot: Snapshot, command: RecordAgreement) -> None:
    allowed: tuple[AgreementKind, ...] = BOARD_KINDS
    if isinstance(command.signatory, Oin):
        party = await get_party(snapshot, command.signatory)
        allowed = VENDOR_KINDS if party.role is Role.VENDOR else ()
    if command.kind not in allowed:
        raise Refused(
            Reason.FIELD_INVALID,
            field="kind",
            problem=f"this signatory can sign {', '.join(allowed) or 'no agreement'}",
        )


def _extended(signed: Iterable[Agreement], command: RecordAgreement, day: dt.date) -> Agreement:
    """Return the OSO agreement that an extension from that day extends."""
    for each in signed:
        if each.kind is AgreementKind.OSO and each.period.contains(day):
            return each
    raise Refused(
        Reason.AGREEMENT_MISSING,
        agreement=AgreementKind.OSO,
        signatory=str(command.signatory),
        on=str(day),
    )
