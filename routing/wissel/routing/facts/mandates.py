"""Facts about mandates (R3, R6)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId


class Processing(StrEnum):
    """What the owner of a service did with a mandate (R6)."""

    NOT_REQUIRED = "NOT_REQUIRED"
    AWAITING = "AWAITING"
    PROCESSED = "PROCESSED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """An organisation lets a system act for it, for one service (R3).

    `stopped` means that it was ended with immediate effect: it is in force on no
    day, also not on an earlier one; `period.end` is the day on which it was
    stopped (ADR 6).
    """

    mandate_id: UUID
    organisation: Organisation
    service: ServiceCode
    system_id: SystemId
    period: Period
    processing: Processing
    created: dt.datetime
    stopped: bool = False
