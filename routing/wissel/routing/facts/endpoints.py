"""Facts about endpoints (R8)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Namespace,
    Organisation,
    RoutingKey,
    ServiceCode,
    SystemId,
    Vestiging,
)


class Attribute(StrEnum):
    """What kind of system an endpoint leads to (R8)."""

    LAS = "LAS"
    SWV = "SWV"
    OT = "OT"
    LDOS = "LDOS"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryContract:
    """What a receiver asks of the hub; zero means the hub's own default."""

    max_payload_bytes: int = 0
    max_attempts: int = 3
    retry_seconds: int = 60
    persist_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a system receives messages for an organisation (R8).

    Organisation, service and system are those of its mandate, repeated so that
    an endpoint can be found and read by itself. `stopped` is as for a mandate.
    `unapproved` is an extra aanleverpunt that no operator has approved yet (R9): it is
    in no route.
    """

    endpoint_id: UUID
    mandate_id: UUID
    organisation: Organisation
    service: ServiceCode
    system_id: SystemId
    version: Namespace
    routing_key: RoutingKey
    url: str
    attribute: Attribute
    period: Period
    vestiging: Vestiging | None = None
    aanleverpunt: Aanleverpunt | None = None
    contract: DeliveryContract = DeliveryContract()
    suspended: bool = False
    stopped: bool = False
    unapproved: bool = False
