"""Questions that tests ask about the small world, and what was decided."""

import datetime as dt

from support.worlds.small_world import LAS_NOORD, LAS_ZUID, OSO_OV, TODAY, XA, XC, table
from wissel.clients.testing.cast import DUO, NOORD, OPERATOR
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Decision, Refusal, Route
from wissel.routing.deciding.query import Asker, Query, Selection
from wissel.routing.facts import Fact, Role
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Namespace,
    Oin,
    Organisation,
    RoutingKey,
    ServiceCode,
    SystemId,
    Vestiging,
)


def vendor(oin: Oin = NOORD.oin, *system_ids: SystemId) -> Asker:
    """Return a vendor that asks; by default Noord with its one system."""
    own = system_ids or ((LAS_NOORD,) if oin == NOORD.oin else (LAS_ZUID,))
    return Asker(oin=oin, role=Role.VENDOR, system_ids=own)


def partner() -> Asker:
    """Return DUO, that asks."""
    return Asker(oin=DUO.oin, role=Role.CHAIN_PARTNER)


def operator() -> Asker:
    """Return the service desk, that asks."""
    return Asker(oin=OPERATOR.oin, role=Role.OPERATOR)


def query(
    receiver: Organisation = XC,
    *,
    sender: Organisation | None = XA,
    asker: Asker | None = None,
    service: ServiceCode = OSO_OV,
    vestiging: str | None = None,
    aanleverpunt: str | None = None,
    routing_key: RoutingKey | None = None,
    version: Namespace | None = None,
    sender_routing_key: RoutingKey | None = None,
) -> Query:
    """Return a query; by default Noord asks for 99XA, which sends to 99XC."""
    return Query(
        asker=asker or vendor(),
        sender=sender,
        receiver=receiver,
        service=service,
        selection=Selection(
            vestiging=None if vestiging is None else Vestiging(f"{receiver}{vestiging}"),
            aanleverpunt=None if aanleverpunt is None else Aanleverpunt(aanleverpunt),
            routing_key=routing_key,
        ),
        version=version,
        sender_routing_key=sender_routing_key,
    )


def decided(asked: Query | None = None, *facts: Fact, on: dt.date = TODAY) -> Decision:
    """Return the decision in the small world with further or replaced facts."""
    return decide(table(*facts), asked or query(), on)


def route(decision: Decision) -> Route:
    """Return the route that was decided."""
    assert isinstance(decision, Route), decision
    return decision


def refusal(decision: Decision) -> tuple[Side, Reason]:
    """Return why there is none."""
    assert isinstance(decision, Refusal), decision
    return decision.side, decision.reason
