"""The facts of the register: what is true, as immutable values (design.md#facts).

A fact is replaced as a whole, never changed. The event log keeps each version;
`wissel.routing.table.table` keeps the current ones in the compact form that deciding
needs.
"""

from wissel.routing.facts.agreements import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    AgreementText,
    Signatory,
)
from wissel.routing.facts.endpoints import Attribute, DeliveryContract, Endpoint
from wissel.routing.facts.mandates import (
    Mandate,
    Processing,
    Switch,
    overdue_since,
    processing_due,
)
from wissel.routing.facts.parties import (
    Desk,
    Party,
    Revocation,
    RevocationTarget,
    Role,
    System,
    SystemKey,
    SystemKind,
)
from wissel.routing.facts.qualifications import (
    Evidence,
    EvidenceKind,
    Qualification,
    RolloutStage,
    RolloutStep,
)
from wissel.routing.facts.schools import (
    EVERY_SECTOR,
    OPERATOR_SOURCE,
    TEST_ROUTING_KEY,
    TEST_SCHOOL,
    Board,
    HolidayRegion,
    Location,
    PostcodeArea,
    Samenwerkingsverband,
    School,
    Sector,
    SourceReport,
    Successor,
    common_successor,
)
from wissel.routing.facts.services import Service, ServiceVersion

__all__ = (
    "EVERY_SECTOR",
    "OPERATOR_SOURCE",
    "TEST_ROUTING_KEY",
    "TEST_SCHOOL",
    "Agreement",
    "AgreementKind",
    "AgreementStatus",
    "AgreementText",
    "Attribute",
    "Board",
    "DeliveryContract",
    "Desk",
    "Endpoint",
    "Evidence",
    "EvidenceKind",
    "Fact",
    "HolidayRegion",
    "Location",
    "Mandate",
    "Party",
    "PostcodeArea",
    "Processing",
    "Qualification",
    "Revocation",
    "RevocationTarget",
    "Role",
    "RolloutStage",
    "RolloutStep",
    "Samenwerkingsverband",
    "School",
    "Sector",
    "Service",
    "ServiceVersion",
    "Signatory",
    "SourceReport",
    "Successor",
    "Switch",
    "System",
    "SystemKey",
    "SystemKind",
    "common_successor",
    "overdue_since",
    "processing_due",
)

Fact = (
    Board
    | School
    | Samenwerkingsverband
    | AgreementText
    | Agreement
    | Party
    | System
    | Qualification
    | Service
    | Mandate
    | Endpoint
    | Revocation
    | SourceReport
    | PostcodeArea
    | SystemKey
)
