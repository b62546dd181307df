"""What a caller may see and change, by the row of the method that it calls.

A machine's scope follows from its certificate, a person's from the schools that its
boards have: so that one is found in the read or write which it bounds.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from wissel.routing.facts import Role
from wissel.routing.values.identifiers import SystemId
from wissel.server.registry.persons import scope_of
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.calls.policy import ANY_PARTY, OPERATOR, VENDOR, Sees

_NOBODY: Final[frozenset[Role]] = frozenset()
_SCOPES: Final[Mapping[Sees, tuple[frozenset[Role], frozenset[Role]]]] = {
    Sees.NOTHING_OWNED: (_NOBODY, _NOBODY),
    Sees.OWN: (VENDOR, OPERATOR),
    Sees.OWN_OF_VENDORS: (VENDOR, OPERATOR | {Role.CHAIN_PARTNER}),
    Sees.EVERYTHING: (_NOBODY, ANY_PARTY),
}
"""Which roles see what is their own, and which see all."""


async def scope_in(snapshot: Snapshot) -> Scope:
    """Return the scope of the call that is being served, by the facts that are read.

    Raises `Refused` with KVK_UNKNOWN or KVK_AMBIGUOUS.
    """
    person = current().person
    return current_scope() if person is None else await scope_of(snapshot, person)


def current_scope() -> Scope:
    """Return the scope of the caller, where no person acts; that of a portal is empty."""
    who = caller()
    return scope_by(current().policy.sees, who.role, who.system_ids)


def scope_by(sees: Sees, role: Role | None, system_ids: Iterable[SystemId]) -> Scope:
    """Return what a role with these systems sees: nothing unless the table above says so."""
    own, everything = _SCOPES[sees]
    if role in everything:
        return Scope.everything()
    return Scope.of(system_ids) if role in own else Scope()
