"""What Mijn OSO knew, line by line, and what became of each line."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wissel.routing.facts import AgreementKind, Attribute, Signatory, System
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Organisation,
    RoutingKey,
    ServiceCode,
    Vestiging,
)

MOVING_DAY: Final = dt.date(2022, 8, 15)
"""The day on which OSO moved to the register."""


class Outcome(StrEnum):
    """What became of a line that was read and not refused."""

    GIVEN = "GIVEN"
    SAME_MANDATE = "SAME_MANDATE"
    ALREADY_MANDATED = "ALREADY_MANDATED"
    NOT_CONNECTED = "NOT_CONNECTED"
    RECORDED = "RECORDED"
    ALREADY_REGISTERED = "ALREADY_REGISTERED"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AanleverpuntLine:
    """An aanleverpunt: `active` if its school was connected; `system` is an id or a name."""

    line: int
    organisation: Organisation
    number: Aanleverpunt
    system: str
    active: bool
    attribute: Attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementLine:
    """An agreement; without `start` it holds from the day of the move on."""

    line: int
    signatory: Signatory
    kind: AgreementKind
    start: dt.date | None = None
    end: dt.date | None = None
    signed: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedAgreement:
    """What became of an agreement, and whether it counts for KENNISNET_OSR as well."""

    line: AgreementLine
    outcome: Outcome | Reason
    counts_for_osr: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What its vendor may register an endpoint with; `registered` if it is there already."""

    routing_key: RoutingKey
    vestiging: Vestiging | None = None
    registered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedAanleverpunt:
    """What became of an aanleverpunt.

    `services` are those for which its system has a mandate that has not ended. `detail`
    is the agreement that lacks, the earlier line that gave the mandates, or the vestiging
    that is not there.
    """

    line: AanleverpuntLine
    outcome: Outcome | Reason
    system: System | None = None
    board: BoardNumber | None = None
    services: tuple[ServiceCode, ...] = ()
    detail: str = ""
    proposal: Proposal | None = None
