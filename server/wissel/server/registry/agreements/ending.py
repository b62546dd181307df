"""Ending an agreement (R2)."""

import datetime as dt
from dataclasses import replace

from wissel.routing.facts import Agreement
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY, Period
from wissel.server.registry.agreements.commands import TerminateAgreement
from wissel.server.registry.finding import check_etag, get_agreement
from wissel.server.registry.ports import Transaction
from wissel.server.registry.scope import Scope


async def terminate_agreement(
    transaction: Transaction, command: TerminateAgreement, scope: Scope
) -> tuple[Agreement, ...]:
    """End an agreement, and what stands on it; return them, the agreement first.

    Without a day its last day becomes yesterday, so an agreement that began
    today or later was never in force. A last day that is named is today or
    later (DATE_IN_PAST), not after the end that it already has
    (AGREEMENT_ENDED), and not before its first day (PERIOD_INVALID). Also
    AGREEMENT_NOT_FOUND (also of one outside the scope), ETAG_MISMATCH, and
    AGREEMENT_NOT_CONCLUDED for an offer, which is declined.
    """
    agreement = await get_agreement(transaction, command.agreement_id, scope)
    check_etag(agreement, command.etag)
    if not agreement.concluded:
        raise Refused(
            Reason.AGREEMENT_NOT_CONCLUDED,
            agreement_id=str(agreement.agreement_id),
            status=agreement.status,
        )
    end = _last_day(agreement, command.end, transaction.today)
    signed = await transaction.find(Agreement, signatory=str(agreement.signatory))
    ended = [
        replace(agreement, period=agreement.period.until(end)),
        *(
            replace(each, period=each.period.until(end))
            for each in signed
            if each.stands_on is agreement.kind
            and each.concluded
            and each.period.overlaps(agreement.period)
            and each.period.until(end) != each.period
        ),
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
