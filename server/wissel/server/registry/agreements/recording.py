"""Agreements that were concluded elsewhere: on paper, or by law (R2)."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from wissel.routing.facts import Agreement, AgreementKind, AgreementStatus, AgreementText
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import ONE_DAY, Period
from wissel.routing.values.texts import free_line
from wissel.server.registry.agreements.commands import RecordAgreement
from wissel.server.registry.agreements.offering import require_signatory
from wissel.server.registry.agreements.rules import (
    BOARD_KINDS,
    VENDOR_KINDS,
    counted,
    making_room,
    require_kind,
    within_base,
)
from wissel.server.registry.agreements.texts import get_text, texts_of
from wissel.server.registry.ports import Transaction

SIGNER_LIMIT: Final = 100
"""The most characters of the name on a paper."""


async def record_agreement(
    transaction: Transaction, command: RecordAgreement, new_id: Callable[[], UUID]
) -> tuple[Agreement, ...]:
    """Record what was concluded elsewhere, and return it: one, or all that pass by law.

    1. The signatory exists: BOARD_NOT_FOUND, SWV_NOT_FOUND, PARTY_NOT_FOUND.
    2. By law it passes from a predecessor of the same sort that had it on the first day
       or the day before, and a document says so: FIELD_REQUIRED, FIELD_INVALID,
       AGREEMENT_MISSING.
    3. On paper it can sign this kind (FIELD_REQUIRED, FIELD_INVALID), on a day that is
       not in the future, and the text is one of this kind: AGREEMENT_TEXT_NOT_FOUND.
       On an earlier version than one that asks anew it lasts no longer than that says:
       AGREEMENT_TEXT_REPLACED.
    4. No agreement of the same kind and signatory has a day in common with it
       (ALREADY_REGISTERED), but for a provisional one, which ends the day before.
    5. What stands on another needs that in force on its first day, and ends with it:
       AGREEMENT_MISSING.
    """
    # 1.
    role = await require_signatory(transaction, command.signatory)
    if command.predecessor is not None:
        return await _passed(transaction, command, new_id)  # 2.
    # 3.
    if command.kind is None:
        raise Refused(Reason.FIELD_REQUIRED, field="kind")
    require_kind(command.signatory, role, command.kind)
    agreement = await _on_paper(transaction, command, command.kind, new_id)
    return (await _recorded(transaction, agreement),)


async def _recorded(transaction: Transaction, agreement: Agreement) -> Agreement:
    signed = await transaction.find(Agreement, signatory=str(agreement.signatory))
    ended = making_room(agreement, signed, renews=False)  # 4.
    agreement = within_base(agreement, signed)  # 5.
    await transaction.put(*ended, agreement)
    return agreement


async def _on_paper(
    transaction: Transaction,
    command: RecordAgreement,
    kind: AgreementKind,
    new_id: Callable[[], UUID],
) -> Agreement:
    today = transaction.today
    if command.signed is not None and command.signed > today:
        raise Refused(
            Reason.FIELD_INVALID, field="signed_date", problem="a day of the future signs nothing"
        )
    text: AgreementText | None = None
    if command.text:
        text = await get_text(transaction, command.text)
        if text.kind is not kind:
            raise Refused(
                Reason.FIELD_INVALID, field="document_sha256", problem=f"it is of {text.kind}"
            )
    signer = free_line(command.signer, "signer", SIGNER_LIMIT)
    person = f"paper:{command.signatory}:{signer}"
    agreement = Agreement(
        agreement_id=new_id(),
        signatory=command.signatory,
        kind=kind,
        period=Period(command.start or today),
        text=command.text,
        text_version=text.version if text else "",
        language=text.language if text else "",
        signer=await transaction.person_for(person) if signer else "",
        signed=command.signed,
        paper=command.paper,
    )
    return counted(agreement, text, await texts_of(transaction, kind))


async def _passed(
    transaction: Transaction, command: RecordAgreement, new_id: Callable[[], UUID]
) -> tuple[Agreement, ...]:
    before = command.predecessor
    if type(before) is not type(command.signatory) or before == command.signatory:
        raise Refused(
            Reason.FIELD_INVALID,
            field="predecessor",
            problem="it is another one of the same sort as the signatory",
        )
    if not command.paper:
        raise Refused(Reason.FIELD_REQUIRED, field="paper_sha256")
    await require_signatory(transaction, before)
    start = command.start or transaction.today
    held = await transaction.find(Agreement, signatory=str(before))
    asked = (*BOARD_KINDS, *VENDOR_KINDS) if command.kind is None else (command.kind,)
    passed: list[Agreement] = []
    sources = [_held(held, kind, start - ONE_DAY, start) for kind in asked]
    passing = [source for source in sources if source is not None]
    for source in sorted(passing, key=lambda each: each.stands_on is not None):
        end = source.period.end
        successor = replace(
            source,
            agreement_id=new_id(),
            signatory=command.signatory,
            status=AgreementStatus.SUCCESSION,
            period=Period(start, end if end is None or end >= start else None),
            acceptance="",
            paper=command.paper,
            predecessor=before,
        )
        if command.kind is None and await _has(transaction, successor):
            continue
        passed.append(await _recorded(transaction, successor))
    if not passed:
        raise Refused(
            Reason.AGREEMENT_MISSING,
            agreement=", ".join(asked),
            signatory=str(before),
            on=str(start),
        )
    return tuple(passed)


def _held(held: Iterable[Agreement], kind: AgreementKind, *days: dt.date) -> Agreement | None:
    """Return the agreement of a kind that was in force last on one of the days."""
    found = None
    for day in days:
        for each in held:
            if each.kind is kind and each.holds_on(day):
                found = each
    return found


async def _has(transaction: Transaction, successor: Agreement) -> bool:
    """Whether a successor has an agreement of its own that shares a day with what would pass."""
    own = await transaction.find(Agreement, signatory=str(successor.signatory))
    return any(
        each.kind is successor.kind
        and each.concluded
        and each.period.overlaps(successor.period)
        and (successor.provisional or not each.provisional)
        for each in own
    )
