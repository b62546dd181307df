"""Facts about services and their versions."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from wissel.routing.facts.agreements import AgreementKind
from wissel.routing.facts.schools import Sector
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
    if it does not say (R6). `sectors` are those that it serves, all if it names none
    (R11).
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


def unserved(sectors: frozenset[Sector], served: Collection[Sector]) -> bool:
    """Whether a service that serves these sectors has none of a school's (R11).

    Neither a school whose sectors are not known nor a service that names none is
    ever out of it.
    """
    return bool(sectors and served) and sectors.isdisjoint(served)
