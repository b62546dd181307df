"""Who sees what: deny is the default, and one table says otherwise."""

from typing import Final

import pytest

from support.worlds import small_world as w
from wissel.routing.facts import Role
from wissel.routing.values.identifiers import ServiceCode, SystemId
from wissel.server.registry.scope import Scope
from wissel.server.rpc.calls.policy import POLICY, Sees
from wissel.server.rpc.requests.scoping import scope_by

OWN: Final = (SystemId("las-noord"),)
SERVICES: Final = (ServiceCode("RIO"),)
NOTHING, ALL, THEIRS = Scope(), Scope.everything(), Scope.of(OWN)
FOR_THEM: Final = Scope.of_services(SERVICES)


@pytest.mark.parametrize(
    ("sees", "vendor", "partner", "operator"),
    [
        (Sees.NOTHING_OWNED, NOTHING, NOTHING, NOTHING),
        (Sees.OWN, THEIRS, FOR_THEM, ALL),
        (Sees.OWN_OF_VENDORS, THEIRS, ALL, ALL),
        (Sees.EVERYTHING, ALL, ALL, ALL),
    ],
)
def test_a_rule_shows_each_role_its_part(
    sees: Sees, vendor: Scope, partner: Scope, operator: Scope
) -> None:
    assert scope_by(sees, Role.VENDOR, OWN) == vendor
    assert scope_by(sees, Role.CHAIN_PARTNER, OWN, SERVICES) == partner
    assert scope_by(sees, Role.OPERATOR, ()) == operator


def test_a_chain_partner_without_services_sees_nothing() -> None:
    assert scope_by(Sees.OWN, Role.CHAIN_PARTNER, OWN) == NOTHING


def test_the_owner_of_a_service_sees_the_mandates_for_it_and_no_endpoint() -> None:
    given = w.mandate(w.XC, w.LAS_ZUID, w.RIO)

    assert FOR_THEM.holds(given)
    assert not FOR_THEM.holds(w.C_ZUID)
    assert not FOR_THEM.holds(w.endpoint(given, 1))
    assert FOR_THEM.where(service=w.RIO) == {"service": w.RIO}
    assert FOR_THEM.where(service=w.OSO_OV) == {"service": ()}
    assert FOR_THEM.where(system_id=w.LAS_ZUID) == {"system_id": w.LAS_ZUID, "service": ("RIO",)}


@pytest.mark.parametrize("sees", list(Sees))
def test_a_stranger_sees_nothing(sees: Sees) -> None:
    assert scope_by(sees, None, OWN) == NOTHING


def test_a_method_that_shows_everything_is_for_operators() -> None:
    open_to = {role for row in POLICY.values() if row.sees is Sees.EVERYTHING for role in row.who}

    assert open_to == {Role.OPERATOR}
