"""How far a system may act for a service: its qualification, and its rollout (R7)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

from wissel.routing.facts import Agreement, Qualification, RolloutStage, RolloutStep
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import ServiceCode, SystemId
from wissel.server.registry.agreements.rules import in_force
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
    """A system that passed the qualification for a service (code or alias).

    With `withdraw` it has lost it.
    """

    system_id: SystemId
    service: ServiceCode
    withdraw: bool = False
    test_message_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRollout:
    """How far a system may exchange for a service (code or alias), from which days on."""

    system_id: SystemId
    service: ServiceCode
    steps: tuple[RolloutStep, ...]


async def qualify_system(transaction: Transaction, command: QualifySystem) -> Qualification:
    """Record that a system passed the qualification for a service, or lost it; return it (R7).

    The system and the service exist: SYSTEM_NOT_FOUND, SERVICE_NOT_FOUND. To
    pass, the agreements that the service asks of vendors are in force today:
    VENDOR_AGREEMENT_MISSING. Without message ids those that are known are kept.
    To lose it, the system is qualified: SYSTEM_NOT_QUALIFIED. Its rollout is
    then closed too, and stays so when it qualifies again.
    """
    system = await get_system(transaction, command.system_id)
    service = await get_service(transaction, command.service)
    known = await get_qualification(transaction, system.system_id, service.code)
    if command.withdraw:
        refuse_unqualified(known)
        changed = Qualification(system_id=known.system_id, service=known.service)
    else:
        signed = await transaction.find(Agreement, signatory=system.party)
        for kind in service.vendor_agreements:
            if not in_force(signed, kind, transaction.today):
                raise Refused(
                    Reason.VENDOR_AGREEMENT_MISSING,
                    agreement=kind,
                    oin=system.party,
                    service=service.code,
                    on=str(transaction.today),
                )
        tests = command.test_message_ids or known.test_message_ids
        changed = replace(known, qualified=True, test_message_ids=tests)
    await transaction.put(changed)
    return changed


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
