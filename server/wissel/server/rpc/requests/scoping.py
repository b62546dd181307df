"""What a caller may see and change, by the ownership rule in the row of its method."""

from collections.abc import Iterable, Mapping
from typing import Final

from wissel.routing.facts import Role
from wissel.routing.values.identifiers import SystemId
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.call import caller, current
from wissel.server.rpc.calls.policy import ANY_PARTY, OPERATOR, POLICY, VENDOR, Sees

_NOBODY: Final[frozenset[Role]] = frozenset()
_SCOPES: Final[Mapping[Sees, tuple[frozenset[Role], frozenset[Role]]]] = {
    Sees.NOTHING_OWNED: (_NOBODY, _NOBODY),
    Sees.OWN: (VENDOR, OPERATOR),
    Sees.OWN_OF_VENDORS: (VENDOR, OPERATOR | {Role.CHAIN_PARTNER}),
    Sees.EVERYTHING: (_NOBODY, ANY_PARTY),
}
"""To which roles a rule shows what is their own, and to which all."""


def current_scope() -> Scope:
    """Return the scope of the call that is being served."""
    who = caller()
    return scope_by(POLICY[current().method].sees, who.role, who.system_ids)


def scope_by(sees: Sees, role: Role | None, system_ids: Iterable[SystemId]) -> Scope:
    """Return what an ownership rule shows a role with these systems: nothing unless it says so."""
    own, everything = _SCOPES[sees]
    if role in everything:
        return Scope.everything()
    return Scope.of(system_ids) if role in own else Scope()
