"""Who sees what: deny is the default, and one table says otherwise."""

from typing import Final

import pytest

from wissel.routing.facts import Role
from wissel.routing.values.identifiers import SystemId
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.policy import POLICY, Sees
from wissel.server.rpc.requests.scoping import scope_by

OWN: Final = (SystemId("las-noord"),)
NOTHING, ALL, THEIRS = Scope(), Scope.everything(), Scope.of(OWN)


@pytest.mark.parametrize(
    ("sees", "vendor", "partner", "operator"),
    [
        (Sees.NOTHING_OWNED, NOTHING, NOTHING, NOTHING),
        (Sees.OWN, THEIRS, NOTHING, ALL),
        (Sees.OWN_OF_VENDORS, THEIRS, ALL, ALL),
        (Sees.EVERYTHING, ALL, ALL, ALL),
    ],
)
def test_a_rule_shows_each_role_its_part(
    sees: Sees, vendor: Scope, partner: Scope, operator: Scope
) -> None:
    assert scope_by(sees, Role.VENDOR, OWN) == vendor
    assert scope_by(sees, Role.CHAIN_PARTNER, OWN) == partner
    assert scope_by(sees, Role.OPERATOR, ()) == operator


@pytest.mark.parametrize("sees", list(Sees))
def test_a_stranger_sees_nothing(sees: Sees) -> None:
    assert scope_by(sees, None, OWN) == NOTHING


def test_a_method_that_shows_everything_is_for_operators() -> None:
    open_to = {role for row in POLICY.values() if row.sees is Sees.EVERYTHING for role in row.who}

    assert open_to == {Role.OPERATOR}
