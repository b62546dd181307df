"""How far a system may act for a service: its qualification, and its rollout (R7)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter

from wissel.routing.facts import (
    Agreement,
    Evidence,
    Qualification,
    RolloutStage,
    RolloutStep,
    Service,
    System,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import ServiceCode, SystemId
from wissel.routing.values.texts import NAME_LIMIT, free_line
from wissel.server.registry.agreements.rules import lacking_of
from wissel.server.registry.finding import (
    get_organisation,
    get_qualification,
    get_service,
    get_system,
)
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import refuse_unqualified


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifySystem:
    """What shows that a system is fit for a service (code or alias).

    With `withdraw` it has lost its qualification.
    """

    system_id: SystemId
    service: ServiceCode
    withdraw: bool = False
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRollout:
    """How far a system may exchange for a service (code or alias), from which days on."""

    system_id: SystemId
    service: ServiceCode
    steps: tuple[RolloutStep, ...]


async def qualify_system(transaction: Transaction, command: QualifySystem) -> Qualification:
    """Record evidence for a qualification, or that it was lost, and return it (R7).

    1. The system and the service exist: SYSTEM_NOT_FOUND, SERVICE_NOT_FOUND.
    2. To lose it, the system is qualified, has evidence or a rollout:
       SYSTEM_NOT_QUALIFIED. Its rollout is then closed too, and stays so when it
       qualifies again.
    3. The agreements that the service asks of vendors are in force today:
       VENDOR_AGREEMENT_MISSING.
    4. Each piece of evidence is of today or earlier, and says where it is found:
       FIELD_INVALID, FIELD_REQUIRED, PERSON_NUMBER_IN_TEXT.
    5. With all that the service demands the system is qualified, from the day on which
       there was the last of it. Without anything new, and not all: EVIDENCE_MISSING.
    """
    # 1.
    system = await get_system(transaction, command.system_id)
    service = await get_service(transaction, command.service)
    known = await get_qualification(transaction, system.system_id, service.code)
    # 2.
    if command.withdraw:
        lost = Qualification(system_id=known.system_id, service=known.service)
        if known == lost:
            refuse_unqualified(known)
        await transaction.put(lost)
        return lost
    # 3.
    await _refuse_unsigned_vendor(transaction, system, service)
    # 4.
    added = [
        replace(_allowed(each, transaction.today), person_id=transaction.person)
        for each in command.evidence
    ]
    # 5.
    changed = _qualified(with_evidence(known, added), service)
    if not changed.qualified and not added:
        raise Refused(
            Reason.EVIDENCE_MISSING,
            system_id=known.system_id,
            service=known.service,
            lacking=", ".join(changed.lacking(service.evidence)),
        )
    await transaction.put(changed)
    return changed


def with_evidence(known: Qualification, added: Iterable[Evidence]) -> Qualification:
    """Return a qualification with more evidence, in order of day; what was there stays as it is."""
    shown = {replace(each, person_id="") for each in known.evidence}
    new = [each for each in added if replace(each, person_id="") not in shown]
    evidence = sorted((*known.evidence, *new), key=attrgetter("day"))
    return replace(known, evidence=tuple(evidence))


def _qualified(shown: Qualification, service: Service) -> Qualification:
    """Return a qualification as what was shown and what a service demands make it."""
    if shown.qualified or shown.lacking(service.evidence):
        return shown
    firsts = [
        min(each.day for each in shown.evidence if each.kind is kind) for kind in service.evidence
    ]
    return replace(shown, qualified=True, since=max(firsts, default=None))


def _allowed(evidence: Evidence, today: dt.date) -> Evidence:
    if evidence.day > today:
        raise Refused(Reason.FIELD_INVALID, field="evidence.date", problem="this day is to come")
    reference = free_line(evidence.reference, "evidence.reference", NAME_LIMIT)
    if not reference and not evidence.message_ids:
        raise Refused(Reason.FIELD_REQUIRED, field="evidence.reference")
    return replace(evidence, reference=reference)


async def _refuse_unsigned_vendor(
    transaction: Transaction, system: System, service: Service
) -> None:
    signed = await transaction.find(Agreement, signatory=system.party)
    lacking = lacking_of(signed, service.vendor_agreements, transaction.today)
    if lacking:
        raise Refused(
            Reason.VENDOR_AGREEMENT_MISSING,
            agreement=lacking[0],
            oin=system.party,
            service=service.code,
            on=str(transaction.today),
        )


async def set_rollout(transaction: Transaction, command: SetRollout) -> Qualification:
    """Set how far a system may exchange for a service, and return its qualification (R7).

    What was planned from the first day on, or after today, is replaced; until that day
    what holds today goes on. A plan may precede the qualification, which gates by itself.

    1. The system and the service exist: SYSTEM_NOT_FOUND, SERVICE_NOT_FOUND.
    2. There is a step: FIELD_REQUIRED. The days begin today or later (DATE_IN_PAST),
       each after the one before: FIELD_INVALID.
    3. A pilot names its organisations, and nothing else does: FIELD_REQUIRED, FIELD_INVALID.
    4. These organisations exist: SCHOOL_NOT_FOUND, SWV_NOT_FOUND.
    """
    # 1.
    system = await get_system(transaction, command.system_id)
    service = await get_service(transaction, command.service)
    known = await get_qualification(transaction, system.system_id, service.code)
    # 2.
    _refuse_disorder(command.steps, transaction.today)
    # 3.
    for step in command.steps:
        _refuse_wrong_pilots(step)
    # 4.
    for organisation in sorted({pilot for step in command.steps for pilot in step.pilots}):
        await get_organisation(transaction, organisation)
    first = command.steps[0].start
    past = [step for step in known.steps if step.start <= transaction.today and step.start < first]
    changed = replace(known, steps=(*past, *command.steps))
    await transaction.put(changed)
    return changed


def _refuse_disorder(steps: Sequence[RolloutStep], today: dt.date) -> None:
    if not steps:
        raise Refused(Reason.FIELD_REQUIRED, field="steps")
    if steps[0].start < today:
        raise Refused(
            Reason.DATE_IN_PAST, field="start_date", date=str(steps[0].start), today=str(today)
        )
    if any(later.start <= earlier.start for earlier, later in pairwise(steps)):
        raise Refused(
            Reason.FIELD_INVALID, field="steps", problem="each step begins after the one before it"
        )


def _refuse_wrong_pilots(step: RolloutStep) -> None:
    pilot = step.stage is RolloutStage.PILOT
    if pilot and not step.pilots:
        raise Refused(Reason.FIELD_REQUIRED, field="pilot_organisations")
    if step.pilots and not pilot:
        raise Refused(
            Reason.FIELD_INVALID,
            field="pilot_organisations",
            problem=f"rollout {step.stage} names no organisations",
        )
