"""The facts of the register: what is true, as immutable values (DESIGN section 4).

A fact is replaced as a whole, never changed. The event log keeps each version;
`wissel.routing.table` keeps the current ones in the compact form that deciding
needs.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.days import Period
from wissel.routing.facts_schools import (
    OPERATOR_SOURCE,
    Board,
    Location,
    Samenwerkingsverband,
    School,
    SourceReport,
)
from wissel.routing.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Namespace,
    Oin,
    Organisation,
    RoutingKey,
    ServiceCode,
    Swv,
    SystemId,
    Vestiging,
)

__all__ = (
    "OPERATOR_SOURCE",
    "Agreement",
    "AgreementKind",
    "Attribute",
    "Board",
    "DeliveryContract",
    "Endpoint",
    "Fact",
    "Location",
    "Mandate",
    "Party",
    "Processing",
    "Qualification",
    "Revocation",
    "RevocationTarget",
    "Role",
    "RolloutStage",
    "Samenwerkingsverband",
    "School",
    "Service",
    "ServiceVersion",
    "Signatory",
    "SourceReport",
    "System",
)


class Role(StrEnum):
    """What a party is to the hub."""

    VENDOR = "VENDOR"
    CHAIN_PARTNER = "CHAIN_PARTNER"
    OPERATOR = "OPERATOR"
    PORTAL = "PORTAL"


class AgreementKind(StrEnum):
    """What can be signed (R2)."""

    KENNISNET_OSR = "KENNISNET_OSR"
    OSO = "OSO"
    OSO_SWV_EXTENSION = "OSO_SWV_EXTENSION"
    VENDOR_OSR = "VENDOR_OSR"
    VENDOR_OSO = "VENDOR_OSO"


class Processing(StrEnum):
    """What the owner of a service did with a mandate (R6)."""

    NOT_REQUIRED = "NOT_REQUIRED"
    AWAITING = "AWAITING"
    PROCESSED = "PROCESSED"
    REJECTED = "REJECTED"


class RolloutStage(StrEnum):
    """How far the gates stand open for a system and a service (R7)."""

    CLOSED = "CLOSED"
    PILOT = "PILOT"
    OPEN = "OPEN"


class Attribute(StrEnum):
    """What kind of system an endpoint leads to (R8)."""

    LAS = "LAS"
    SWV = "SWV"
    OT = "OT"
    LDOS = "LDOS"


class RevocationTarget(StrEnum):
    """By what a revocation names a certificate (DESIGN section 3)."""

    ISSUER_SERIAL = "ISSUER_SERIAL"
    SPKI_SHA256 = "SPKI_SHA256"
    CERTIFICATE_SHA256 = "CERTIFICATE_SHA256"


Signatory = BoardNumber | Swv | Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A signed agreement (R2)."""

    agreement_id: UUID
    signatory: Signatory
    kind: AgreementKind
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who calls the hub; a party is its OIN."""

    oin: Oin
    name: str
    role: Role
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """An administration system; without an OIN of its own its party's counts."""

    system_id: SystemId
    party: Oin
    name: str
    oin: Oin | None = None

    @property
    def acting_oin(self) -> Oin:
        """The OIN whose certificate acts for it."""
        return self.oin or self.party


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """How far a system may act for a service (R7)."""

    system_id: SystemId
    service: ServiceCode
    qualified: bool = False
    test_message_ids: tuple[UUID, ...] = ()
    rollout: RolloutStage = RolloutStage.CLOSED
    pilots: frozenset[Organisation] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceVersion:
    """One version of a service; two may run side by side."""

    namespace: Namespace
    period: Period
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A dienst, with its versions oldest first."""

    code: ServiceCode
    name: str
    owner: Oin
    aliases: tuple[ServiceCode, ...] = ()
    board_agreements: tuple[AgreementKind, ...] = (AgreementKind.KENNISNET_OSR,)
    vendor_agreements: tuple[AgreementKind, ...] = (AgreementKind.VENDOR_OSR,)
    processed_by_owner: bool = False
    forwardable: bool = False
    sectors: tuple[str, ...] = ()
    note: str = ""
    versions: tuple[ServiceVersion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """An organisation lets a system act for it, for one service (R3).

    `stopped` means ended with immediate effect: it is in no route, whatever
    the day asked about; `period.end` then is the day on which that happened.
    """

    mandate_id: UUID
    organisation: Organisation
    service: ServiceCode
    system_id: SystemId
    period: Period
    processing: Processing
    created: dt.datetime
    stopped: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A certificate, key or intermediate that is refused from now on.

    `value` is lower-case hex for the digests, `<RFC 4514 issuer>#<hex serial>`
    for an issuer and serial.
    """

    target: RevocationTarget
    value: str


Fact = (
    Board
    | School
    | Samenwerkingsverband
    | Agreement
    | Party
    | System
    | Qualification
    | Service
    | Mandate
    | Endpoint
    | Revocation
    | SourceReport
)
