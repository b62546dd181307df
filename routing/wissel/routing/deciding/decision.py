"""The answers of deciding a route (design.md#deciding)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from wissel.routing.facts import DeliveryContract
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table.compact import Bucket, EndpointTerms, day_from
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Namespace,
    Oin,
    RoutingKey,
    ServiceCode,
    SystemId,
    Vestiging,
)


class Route(NamedTuple):
    """Where a message goes, decided on one revision of the register.

    Built for every message, so a tuple of what the table holds: the place of an
    endpoint in its receiver's bucket, and likewise of the sender's mandate.
    What lies there becomes values when it is asked for.
    """

    receiver: Bucket
    place: int
    receiver_oin: Oin
    system_id: SystemId
    service: ServiceCode
    version: Namespace
    last_day: int
    revision: int
    sender: Bucket | None
    sender_place: int
    sender_system_id: SystemId | None

    @property
    def endpoint_id(self) -> UUID:
        """The endpoint."""
        return self.receiver.endpoint_id(self.place)

    @property
    def terms(self) -> EndpointTerms:
        """What the endpoint has alike with others."""
        return self.receiver.endpoints[self.place]

    @property
    def url(self) -> str:
        """Where the endpoint is served."""
        return self.terms.url

    @property
    def vestiging(self) -> Vestiging | None:
        """The endpoint's vestiging; None if it is the whole organisation's."""
        return self.receiver.vestiging(self.place)

    @property
    def aanleverpunt(self) -> Aanleverpunt | None:
        """The endpoint's aanleverpunt, if it has one."""
        return self.terms.aanleverpunt

    @property
    def routing_key(self) -> RoutingKey:
        """The endpoint's routing key."""
        return self.receiver.routing_key(self.place)

    @property
    def contract(self) -> DeliveryContract:
        """What the receiver demands of a delivery."""
        return self.terms.contract

    @property
    def receiver_mandate_id(self) -> UUID:
        """The receiving side's mandate."""
        return self.receiver.mandate_id(self.receiver.under[self.place])

    @property
    def sender_mandate_id(self) -> UUID | None:
        """The sending side's mandate; None if the sender needs none."""
        return None if self.sender is None else self.sender.mandate_id(self.sender_place)

    @property
    def valid_until(self) -> dt.date | None:
        """The last day on which this holds if nothing changes; None if no end is known."""
        return day_from(self.last_day)

    @property
    def way(self) -> tuple[object, ...]:
        """What makes it this way and no other: the same on another revision, if nothing changed."""
        return (
            self.endpoint_id,
            self.url,
            self.receiver_oin,
            self.system_id,
            self.service,
            self.version,
            self.vestiging,
            self.aanleverpunt,
            self.routing_key,
            self.contract,
            self.receiver_mandate_id,
            self.sender_mandate_id,
            self.sender_system_id,
        )

    def __eq__(self, other: object) -> bool:
        """Whether both say the same; numbers of `Names` differ between tables."""
        if not isinstance(other, Route):
            return NotImplemented
        return (self.way, self.last_day, self.revision) == (
            other.way,
            other.last_day,
            other.revision,
        )

    def __hash__(self) -> int:
        return hash((self.endpoint_id, self.revision))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no route. `side` is whose facts it tells of."""

    reason: Reason
    side: Side
    metadata: Mapping[str, str] = field(default_factory=dict)


Decision = Route | Refusal


class Audience(StrEnum):
    """For whom a refusal is worded (design.md#audiences)."""

    OWN_SIDE = "OWN_SIDE"
    OTHER_SIDE = "OTHER_SIDE"
    CHAIN_PARTNER = "CHAIN_PARTNER"
    OPERATOR = "OPERATOR"


class Outcome(StrEnum):
    """How a rule came out."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rule that was looked at, in the order of deciding."""

    rule: str
    side: Side
    outcome: Outcome
    reason: Reason | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision with the steps that led to it."""

    decision: Decision
    steps: tuple[Step, ...]
    revision: int
