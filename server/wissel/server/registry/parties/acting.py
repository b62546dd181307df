"""How far a system may act for a service: its qualification, and its rollout (R7)."""

from dataclasses import dataclass, replace
from uuid import UUID

from wissel.routing.facts import Agreement, Qualification, RolloutStage
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId
from wissel.server.registry.agreements import in_force
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
    """How far a system may exchange for a service; `pilots` are the organisations of a PILOT."""

    system_id: SystemId
    service: ServiceCode
    rollout: RolloutStage
    pilots: frozenset[Organisation] = frozenset()


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

    1. The system and the service exist: SYSTEM_NOT_FOUND, SERVICE_NOT_FOUND.
    2. Only a qualified system gets a pilot or an open rollout: SYSTEM_NOT_QUALIFIED.
    3. A pilot names its organisations, and nothing else does: FIELD_REQUIRED, FIELD_INVALID.
    4. These organisations exist: SCHOOL_NOT_FOUND, SWV_NOT_FOUND.
    """
    # 1.
    system = await get_system(transaction, command.system_id)
    service = await get_service(transaction, command.service)
    known = await get_qualification(transaction, system.system_id, service.code)
    # 2.
    if command.rollout is not RolloutStage.CLOSED:
        refuse_unqualified(known)
    # 3.
    pilot = command.rollout is RolloutStage.PILOT
    if pilot and not command.pilots:
        raise Refused(Reason.FIELD_REQUIRED, field="pilot_organisations")
    if command.pilots and not pilot:
        raise Refused(
            Reason.FIELD_INVALID,
            field="pilot_organisations",
            problem=f"rollout {command.rollout} names no organisations",
        )
    # 4.
    for organisation in sorted(command.pilots):
        await get_organisation(transaction, organisation)
    changed = replace(known, rollout=command.rollout, pilots=command.pilots)
    await transaction.put(changed)
    return changed
