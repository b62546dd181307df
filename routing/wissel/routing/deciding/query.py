"""The question that deciding answers: who asks, for which sender, receiver and service."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from wissel.routing.facts import TEST_SCHOOL, Role
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


ANYBODY: Final = Asker(oin=Oin(""), role=Role.OPERATOR)
"""One who may resolve anything, so that the receiving side alone counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which endpoint of a receiver is meant; without a field it is the only one: see `locate`."""

    vestiging: Vestiging | None = None
    aanleverpunt: Aanleverpunt | None = None
    routing_key: RoutingKey | None = None


class Query(NamedTuple):
    """One exchange to decide.

    `sender` is None for a chain partner that sends in its own name, `version` for
    the latest one that leads to an endpoint. `sender_routing_key` selects the
    system that sends. `fetched` means that the sender provides a dossier that the
    receiver fetches, which a system that made way may do until its day (R3).
    `sender_service` is over which it sends, if that is not the service at whose
    endpoints the receiver takes it: a terugkoppeling (design.md#links).
    """

    asker: Asker
    sender: Organisation | None
    receiver: Organisation
    service: ServiceCode
    selection: Selection = Selection()
    version: Namespace | None = None
    sender_routing_key: RoutingKey | None = None
    fetched: bool = False
    sender_service: ServiceCode | None = None

    @property
    def test(self) -> bool:
        """Whether it is an exchange with the test school (R7)."""
        return TEST_SCHOOL in (self.receiver, self.sender)
