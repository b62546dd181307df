"""Parties: who calls the hub under which OIN (R7)."""

from dataclasses import dataclass, replace

from wissel.routing.facts import Party, Role, System
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.routing.values.texts import NAME_LIMIT, free_line, named_line
from wissel.server.registry.finding import check_etag, get_party
from wissel.server.registry.parties.told import (
    UNCHANGED,
    DeskChange,
    changed_desk,
    refuse_naming,
)
from wissel.server.registry.ports import Transaction
from wissel.server.registry.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterParty:
    """A new party; `contact` may be empty."""

    oin: Oin
    name: str
    role: Role
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateParty:
    """What is told of a party; what is None stays as it is."""

    oin: Oin
    name: str | None = None
    contact: str | None = None
    desk: DeskChange = UNCHANGED
    etag: str = ""


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
        contact=_contact(command.contact),
    )
    if await transaction.get(Party, party.oin) or await transaction.find(System, oin=party.oin):
        raise Refused(Reason.ALREADY_REGISTERED, field="oin", entity="party", key=party.oin)
    await transaction.put(party)
    return party


async def update_party(
    transaction: Transaction, command: UpdateParty, scope: Scope, own: Oin
) -> Party:
    """Change what is told of a party, and return it; `own` is the caller's OIN.

    1. It is the caller's own, unless an operator's, as the caller last read it:
       PARTY_NOT_FOUND, ETAG_MISMATCH.
    2. An operator changes its name: FIELD_INVALID. The name, contact and desk are
       as `told.changed_desk` and `register_party` want them.
    """
    # 1.
    if not scope.operator and command.oin != own:
        raise Refused(Reason.PARTY_NOT_FOUND, field="oin", oin=command.oin)
    party = await get_party(transaction, command.oin)
    check_etag(party, command.etag)
    # 2.
    name = party.name
    if command.name is not None:
        refuse_naming(scope, "name")
        name = named_line(command.name, "name", NAME_LIMIT)
    changed = replace(
        party,
        name=name,
        contact=party.contact if command.contact is None else _contact(command.contact),
        desk=changed_desk(party.desk, command.desk),
    )
    await transaction.put(changed)
    return changed


def _contact(text: str) -> str:
    return free_line(text, "contact", NAME_LIMIT, telephones=True)
