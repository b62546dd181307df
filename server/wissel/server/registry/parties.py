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

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ISSUER_SERIAL: Final = re.compile(r"[^\x00-\x1f]{1,500}#[0-9a-f]{1,40}")


async def register_party(transaction: Transaction, command: RegisterParty) -> Party:
    """Record a party and return it; `Refused(ALREADY_REGISTERED)` if its OIN is taken.

    The OIN of a system's own certificate is taken as well.
    """
    party = Party(
        oin=command.oin,
        name=named_line(command.name, "name", NAME_LIMIT),
        role=command.role,
        contact=free_line(command.contact, "contact", NAME_LIMIT),
    )
    if await transaction.get(Party, party.oin) or await transaction.find(System, oin=party.oin):
        raise Refused(Reason.ALREADY_REGISTERED, field="oin", entity="party", key=party.oin)
    await transaction.put(party)
    return party


async def register_system(transaction: Transaction, command: RegisterSystem) -> System:
    """Record a system of a vendor and return it.

    1. its vendor is registered as one: PARTY_NOT_FOUND, FIELD_INVALID
    2. its id is new: ALREADY_REGISTERED
    3. an OIN of its own is nobody else's: ALREADY_REGISTERED
    """
    vendor = await get_party(transaction, command.party)
    if vendor.role is not Role.VENDOR:
        raise Refused(
            Reason.FIELD_INVALID,
            field="party_oin",
            problem=f"a party with role {vendor.role} has no systems",
        )
    if await transaction.get(System, command.system_id):
        raise Refused(
            Reason.ALREADY_REGISTERED, field="system_id", entity="system", key=command.system_id
        )
    system = System(
        system_id=command.system_id,
        party=command.party,
        name=named_line(command.name, "name", NAME_LIMIT),
        # Its vendor's OIN acts for it anyway, and then goes on doing so.
        oin=None if command.oin == command.party else command.oin,
    )
    await _own_oin(transaction, system)
    await transaction.put(system)
    return system


async def qualify_system(transaction: Transaction, command: QualifySystem) -> Qualification:
    """Record that a system passed the qualification for a service, or lost it.

    To pass, its vendor has signed what the service asks of vendors and this
    holds today: VENDOR_AGREEMENT_MISSING. A repeat without message ids keeps
    those of before. Losing it closes the gates too, so that one who qualifies
    anew starts behind closed gates; SYSTEM_NOT_QUALIFIED if there is nothing to lose.
    """
    system = await get_system(transaction, command.system_id)
    service = await get_service(transaction, command.service)
    known = await get_qualification(transaction, system.system_id, service.code)
    if command.withdraw:
        _qualified(known)
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
    """Open or close the gates for a system and a service.

    1. the gates open only for a qualified system: SYSTEM_NOT_QUALIFIED
    2. a pilot names its organisations, and nothing else does: FIELD_REQUIRED, FIELD_INVALID
    3. the organisations exist: SCHOOL_NOT_FOUND, SWV_NOT_FOUND
    """
    system = await get_system(transaction, command.system_id)
    service = await get_service(transaction, command.service)
    known = await get_qualification(transaction, system.system_id, service.code)
    pilot = command.rollout is RolloutStage.PILOT
    if command.rollout is not RolloutStage.CLOSED:
        _qualified(known)
    if pilot and not command.pilots:
        raise Refused(Reason.FIELD_REQUIRED, field="pilot_organisations")
    if command.pilots and not pilot:
        raise Refused(
            Reason.FIELD_INVALID,
            field="pilot_organisations",
            problem=f"rollout {command.rollout} names no organisations",
        )
    for organisation in sorted(command.pilots):
        await get_organisation(transaction, organisation)
    changed = replace(known, rollout=command.rollout, pilots=command.pilots)
    await transaction.put(changed)
    return changed


async def revoke_certificate(transaction: Transaction, command: RevokeCertificate) -> Revocation:
    """Refuse a certificate, key or intermediate from now on; revoking twice is once.

    `Refused(FIELD_INVALID)` if the value is not of the form that its target has.
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


async def _own_oin(transaction: Transaction, system: System) -> None:
    if system.oin is None:
        return
    others = await transaction.find(System, oin=system.oin)
    foreign = any(other.party != system.party for other in others)
    if foreign or await transaction.get(Party, system.oin):
        raise Refused(Reason.ALREADY_REGISTERED, field="oin", entity="party", key=system.oin)


def _qualified(qualification: Qualification) -> None:
    if not qualification.qualified:
        raise Refused(
            Reason.SYSTEM_NOT_QUALIFIED,
            system_id=qualification.system_id,
            service=qualification.service,
        )
