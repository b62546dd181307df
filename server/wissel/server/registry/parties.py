"""Parties, their systems, how far these may act, and revoked certificates (R7)."""

import re
from dataclasses import replace
from typing import Final

from wissel.routing.facts import (
    Agreement,
    Party,
    Qualification,
    Revocation,
    RevocationTarget,
    Role,
    RolloutStage,
    System,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.texts import NAME_LIMIT, free_line, named_line
from wissel.server.registry.agreements import in_force
from wissel.server.registry.commands import (
    QualifySystem,
    RegisterParty,
    RegisterSystem,
    RevokeCertificate,
    SetRollout,
)
from wissel.server.registry.finding import (
    get_organisation,
    get_party,
    get_qualification,
    get_service,
    get_system,
)
from wissel.server.registry.ports import Transaction
from wissel.server.registry.rules.mandates import refuse_unqualified

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ISSUER_SERIAL: Final = re.compile(r"[^\x00-\x1f]{1,500}#[0-9a-f]{1,40}")


async def register_party(transaction: Transaction, command: RegisterParty) -> Party:
    """Record a party and return it.

    Its name is one line that is not empty, its contact one line (FIELD_REQUIRED,
    FIELD_INVALID, PERSON_NUMBER_IN_TEXT). No party and no system has its OIN
    yet: ALREADY_REGISTERED.
    """
    party = Party(
        oin=command.oin,
        name=named_line(command.name, "name", NAME_LIMIT),
        role=command.role,
        contact=free_line(command.contact, "contact", NAME_LIMIT, telephones=True),
    )
    if await transaction.get(Party, party.oin) or await transaction.find(System, oin=party.oin):
        raise Refused(Reason.ALREADY_REGISTERED, field="oin", entity="party", key=party.oin)
    await transaction.put(party)
    return party


async def register_system(transaction: Transaction, command: RegisterSystem) -> System:
    """Record a system of a vendor and return it.

    1. Its party is registered, as a vendor: PARTY_NOT_FOUND, FIELD_INVALID.
    2. Its id is new: ALREADY_REGISTERED.
    3. Its name is one line that is not empty: FIELD_REQUIRED, FIELD_INVALID,
       PERSON_NUMBER_IN_TEXT.
    4. An OIN of its own is not that of a party, nor of another vendor's system:
       ALREADY_REGISTERED.
    """
    # 1.
    vendor = await get_party(transaction, command.party)
    if vendor.role is not Role.VENDOR:
        raise Refused(
            Reason.FIELD_INVALID,
            field="party_oin",
            problem=f"a party with role {vendor.role} has no systems",
        )
    # 2.
    if await transaction.get(System, command.system_id):
        raise Refused(
            Reason.ALREADY_REGISTERED, field="system_id", entity="system", key=command.system_id
        )
    system = System(
        system_id=command.system_id,
        party=command.party,
        name=named_line(command.name, "name", NAME_LIMIT),  # 3.
        # Its vendor's OIN acts for it anyway, and then goes on doing so.
        oin=None if command.oin == command.party else command.oin,
    )
    await _refuse_taken_oin(transaction, system)  # 4.
    await transaction.put(system)
    return system


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


async def revoke_certificate(transaction: Transaction, command: RevokeCertificate) -> Revocation:
    """Record that a certificate, key or intermediate is refused from now on, and return that.

    What is revoked already stays so. `Refused(FIELD_INVALID)` if the value does
    not have the form of its target (see `commands.RevokeCertificate`).
    """
    if command.target is RevocationTarget.ISSUER_SERIAL:
        pattern, problem = _ISSUER_SERIAL, "an issuer and a serial number in hex"
        issuer, separator, serial = command.value.rpartition("#")
        value = issuer + separator + serial.lower().lstrip("0")
    else:
        pattern, problem = _DIGEST, "a digest is 64 hex digits"
        value = command.value.lower()
    if not pattern.fullmatch(value):
        raise Refused(Reason.FIELD_INVALID, field=command.target.lower(), problem=problem)
    revocation = Revocation(target=command.target, value=value)
    await transaction.put(revocation)
    return revocation


async def _refuse_taken_oin(transaction: Transaction, system: System) -> None:
    if system.oin is None:
        return
    others = await transaction.find(System, oin=system.oin)
    foreign = any(other.party != system.party for other in others)
    if foreign or await transaction.get(Party, system.oin):
        raise Refused(Reason.ALREADY_REGISTERED, field="oin", entity="party", key=system.oin)
