"""Facts about services and their versions."""

import datetime as dt
from dataclasses import dataclass

from wissel.routing.facts.agreements import AgreementKind
from wissel.routing.facts.qualifications import EvidenceKind
from wissel.routing.facts.schools import EVERY_SECTOR, Sector
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Namespace, Oin, ServiceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceVersion:
    """One version of a service; two may run side by side."""

    namespace: Namespace
    period: Period
    active: bool = True

    def active_on(self, day: dt.date) -> bool:
        """Whether it may be used on a day."""
        return self.active and self.period.contains(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A dienst, with its versions oldest first.

    `processing_days` is in how many days its owner usually processes a mandate; 0
    if it does not say (R6). `sectors` are those that it names (R11), `evidence` is what
    it demands of a system before that is qualified (R7).
    """

    code: ServiceCode
    name: str
    owner: Oin
    aliases: tuple[ServiceCode, ...] = ()
    board_agreements: tuple[AgreementKind, ...] = (AgreementKind.KENNISNET_OSR,)
    vendor_agreements: tuple[AgreementKind, ...] = (AgreementKind.VENDOR_OSR,)
    processed_by_owner: bool = False
    forwardable: bool = False
    sectors: tuple[Sector, ...] = ()
    note: str = ""
    versions: tuple[ServiceVersion, ...] = ()
    processing_days: int = 0
    evidence: tuple[EvidenceKind, ...] = ()

    @property
    def served_sectors(self) -> frozenset[Sector]:
        """The sectors that it serves: all if it names none."""
        return frozenset(self.sectors) or EVERY_SECTOR
