"""What a caller may see and change, by the row of the method that it calls.

A machine's scope follows from its certificate, a person's from the schools that its
boards have: so that one is found in the read or write which it bounds.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from wissel.routing.deciding.impact.impact import Viewer
from wissel.routing.facts import Role
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin, ServiceCode, SystemId
from wissel.server.registry.persons import scope_of
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.calls.policy import ANY_PARTY, CHAIN_PARTNER, OPERATOR, VENDOR, Sees

_NOBODY: Final[frozenset[Role]] = frozenset()
_SCOPES: Final[Mapping[Sees, tuple[frozenset[Role], frozenset[Role]]]] = {
    Sees.NOTHING_OWNED: (_NOBODY, _NOBODY),
    Sees.OWN: (VENDOR | CHAIN_PARTNER, OPERATOR),
    Sees.OWN_OF_VENDORS: (VENDOR, OPERATOR | CHAIN_PARTNER),
    Sees.EVERYTHING: (_NOBODY, ANY_PARTY),
}
"""Which roles see what is their own, and which see all."""


async def scope_in(snapshot: Snapshot) -> Scope:
    """Return the scope of the call that is being served, by the facts that are read.

    Raises `Refused` with KVK_UNKNOWN or KVK_AMBIGUOUS.
    """
    person = current().person
    return current_scope() if person is None else await scope_of(snapshot, person)


async def viewer_in(snapshot: Snapshot) -> Viewer:
    """Return what the caller is shown of an impact: its own, whatever the method shows it.

    Raises `Refused` with KVK_UNKNOWN or KVK_AMBIGUOUS.
    """
    person = current().person
    return current_viewer() if person is None else _viewer(await scope_of(snapshot, person))


def current_viewer() -> Viewer:
    """Return the same where no person acts."""
    return _viewer(_own_scope(Sees.OWN))


def _viewer(scope: Scope) -> Viewer:
    return Viewer(
        everything=scope.operator,
        systems=scope.systems,
        services=scope.services,
        organisations=scope.organisations,
    )


def current_scope() -> Scope:
    """Return the scope of the caller, where no person acts; that of a portal is empty."""
    return _own_scope(current().policy.sees)


def _own_scope(sees: Sees) -> Scope:
    who = caller()
    chain_partner = who.role is Role.CHAIN_PARTNER
    services = _services_of(current().table, who.party) if chain_partner else ()
    return scope_by(sees, who.role, who.system_ids, services, who.party)


def scope_by(
    sees: Sees,
    role: Role | None,
    system_ids: Iterable[SystemId],
    services: Iterable[ServiceCode] = (),
    party: Oin | None = None,
) -> Scope:
    """Return what a role with these systems, or services that it owns, sees.

    That is nothing unless the table above says so. A vendor's agreements are those of
    its `party`.
    """
    own, everything = _SCOPES[sees]
    if role in everything:
        return Scope.everything()
    if role not in own:
        return Scope()
    if role in CHAIN_PARTNER:
        return Scope.of_services(services)
    return Scope.of(system_ids, () if party is None else (party,))


def _services_of(table: Table, owner: Oin) -> Iterable[ServiceCode]:
    return {each.code for each in table.reference.services.values() if each.fact.owner == owner}
