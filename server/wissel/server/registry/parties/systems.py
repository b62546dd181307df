"""Systems of vendors: what they are, and what they tell their schools (R7, R10)."""

from dataclasses import dataclass, replace

from wissel.routing.facts import Party, Role, System, SystemKind
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.routing.values.texts import NAME_LIMIT, named_line
from wissel.server.registry.finding import check_etag, get_party, get_system
from wissel.server.registry.parties.told import (
    UNCHANGED,
    DeskChange,
    allowed_url,
    changed_desk,
    refuse_naming,
)
from wissel.server.registry.ports import Transaction
from wissel.server.registry.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSystem:
    """A new system of a vendor; without `oin` its vendor's certificate acts for it."""

    system_id: SystemId
    party: Oin
    name: str
    oin: Oin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSystem:
    """What is told of a system; what is None stays as it is, an empty text empties it."""

    system_id: SystemId
    name: str | None = None
    kind: SystemKind | None = None
    desk: DeskChange = UNCHANGED
    manual_url: str | None = None
    step_plan_url: str | None = None
    etag: str = ""


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


async def update_system(transaction: Transaction, command: UpdateSystem, scope: Scope) -> System:
    """Change what is told of a system, and return it.

    1. It is one of the caller's own, unless an operator's, as the caller last read
       it: SYSTEM_NOT_FOUND, ETAG_MISMATCH.
    2. An operator changes its name and kind: FIELD_INVALID. The rest is as `told`
       wants it: FIELD_INVALID, PERSON_NUMBER_IN_TEXT, URL_INVALID.
    """
    # 1.
    if not scope.sees(command.system_id):
        raise Refused(Reason.SYSTEM_NOT_FOUND, field="system_id", system_id=command.system_id)
    system = await get_system(transaction, command.system_id)
    check_etag(system, command.etag)
    # 2.
    changed = replace(system, desk=changed_desk(system.desk, command.desk))
    if command.name is not None:
        refuse_naming(scope, "name")
        changed = replace(changed, name=named_line(command.name, "name", NAME_LIMIT))
    if command.kind is not None:
        refuse_naming(scope, "kind")
        changed = replace(changed, kind=command.kind)
    if command.manual_url is not None:
        changed = replace(changed, manual_url=allowed_url(command.manual_url, "manual_url"))
    if command.step_plan_url is not None:
        url = allowed_url(command.step_plan_url, "step_plan_url")
        changed = replace(changed, step_plan_url=url)
    await transaction.put(changed)
    return changed


async def _refuse_taken_oin(transaction: Transaction, system: System) -> None:
    if system.oin is None:
        return
    others = await transaction.find(System, oin=system.oin)
    foreign = any(other.party != system.party for other in others)
    if foreign or await transaction.get(Party, system.oin):
        raise Refused(Reason.ALREADY_REGISTERED, field="oin", entity="party", key=system.oin)
