"""Facts about agreements (R2)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv


class AgreementKind(StrEnum):
    """What can be signed (R2)."""

    KENNISNET_OSR = "KENNISNET_OSR"
    OSO = "OSO"
    OSO_SWV_EXTENSION = "OSO_SWV_EXTENSION"
    VENDOR_OSR = "VENDOR_OSR"
    VENDOR_OSO = "VENDOR_OSO"


Signatory = BoardNumber | Swv | Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A signed agreement (R2)."""

    agreement_id: UUID
    signatory: Signatory
    kind: AgreementKind
    period: Period
