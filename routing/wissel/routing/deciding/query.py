"""The question of deciding a route: who asks, about which sender, receiver and service."""

from dataclasses import dataclass
from typing import NamedTuple

from wissel.routing.facts import Role
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: an OIN, its role, and the systems that its certificate acts for.

    A vendor sends through its own systems; chain partners and operators may
    resolve for anyone.
    """

    oin: Oin
    role: Role
    system_ids: tuple[SystemId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which of a receiver's delivery points is meant; empty means the only one."""

    vestiging: Vestiging | None = None
    aanleverpunt: Aanleverpunt | None = None
    routing_key: RoutingKey | None = None


class Query(NamedTuple):
    """One exchange to decide.

    `sender` is None where a chain partner sends in its own name (`sender_oin`).
    `sender_routing_key` picks the sender's system (design.md#kinds).
    """

    asker: Asker
    sender: Organisation | None
    receiver: Organisation
    service: ServiceCode
    selection: Selection = Selection()
    version: Namespace | None = None
    sender_routing_key: RoutingKey | None = None
