"""The commands of the register: what a caller asks for, with every value parsed.

Each belongs to the use case of the same name. A day that is None takes the
default that the command names. An empty `etag` skips the check against lost
updates.
"""

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal
from uuid import UUID

from wissel.routing.facts import (
    Attribute,
    DeliveryContract,
    Processing,
)
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Namespace,
    Organisation,
    RoutingKey,
    ServiceCode,
    SystemId,
)


class Keep(Enum):
    """Leaves a field as it is, where None would empty it."""

    KEEP = "KEEP"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMandate:
    """A new mandate; `service` is a code or alias.

    Without `start` it begins today, without `end` it lasts until further notice.
    """

    organisation: Organisation
    service: ServiceCode
    system_id: SystemId
    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMandate:
    """Other days for a mandate; `end=None` means until further notice."""

    mandate_id: UUID
    start: dt.date | Literal[Keep.KEEP] = KEEP
    end: dt.date | Literal[Keep.KEEP] | None = KEEP
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMandate:
    """The last day of a mandate; without `end` it ends immediately."""

    mandate_id: UUID
    end: dt.date | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMandate:
    """What the owner of its service did with a mandate: PROCESSED, or REJECTED with why."""

    mandate_id: UUID
    processing: Literal[Processing.PROCESSED, Processing.REJECTED]
    rejection: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateOf:
    """Which mandate, by whom it was given, for what and to which system.

    `service` is a code or alias. Of several the first that has not ended is meant, of
    those that share a day with what it is asked for.
    """

    organisation: Organisation
    service: ServiceCode
    system_id: SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEndpoint:
    """A new endpoint under a mandate of the caller.

    `vestiging` is written `02` or `99XA02`, empty for the whole school; its BRIN
    is that of the mandate. By default `version` is the latest active one,
    `attribute` LAS for a school and SWV for a samenwerkingsverband,
    `aanleverpunt` the number of the vestiging for a LAS at one, and `start` the
    later of today and the mandate's first day. Without a `contract` it is the default
    one.
    """

    under: UUID | MandateOf
    routing_key: RoutingKey
    url: str
    version: Namespace | None = None
    vestiging: str = ""
    aanleverpunt: Aanleverpunt | None = None
    attribute: Attribute | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    contract: DeliveryContract | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateEndpoint:
    """What is to change of an endpoint; None leaves a field as it is.

    `vestiging` is written as in `RegisterEndpoint`, empty for the whole school. An
    `aanleverpunt` or `end` of None is the default one; KEEP leaves it as it is.
    """

    endpoint_id: UUID
    url: str | None = None
    vestiging: str | None = None
    aanleverpunt: Aanleverpunt | Literal[Keep.KEEP] | None = KEEP
    attribute: Attribute | None = None
    start: dt.date | None = None
    end: dt.date | Literal[Keep.KEEP] | None = KEEP
    contract: DeliveryContract | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveDeliveryPoint:
    """Let an extra aanleverpunt into routes."""

    endpoint_id: UUID
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEndpoint:
    """The last day of an endpoint; without `end` it ends immediately."""

    endpoint_id: UUID
    end: dt.date | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendEndpoint:
    """Close an endpoint for traffic."""

    endpoint_id: UUID
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeEndpoint:
    """Open a suspended endpoint again."""

    endpoint_id: UUID
    etag: str = ""
