"""The compact form in which the table keeps what deciding needs (DESIGN section 7).

A register of a million mandates must fit in every process, so names that recur
are numbered or shared, days are ordinals, and identifiers are 128-bit integers.
"""

import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, SafeUUID

from wissel.routing.facts import Attribute, DeliveryContract, Endpoint, Mandate, Processing
from wissel.routing.identifiers import (
    Aanleverpunt,
    Namespace,
    Organisation,
    ServiceCode,
    SystemId,
    Vestiging,
)

FOREVER: Final = dt.date.max.toordinal()
"""The last day of what has no end."""


def day_from(ordinal: int) -> dt.date | None:
    """Return the day of an ordinal, or None for `FOREVER`."""
    return None if ordinal == FOREVER else dt.date.fromordinal(ordinal)


def uuid_of(ident: int) -> UUID:
    """Return the UUID of an identifier.

    As `UUID(int=ident)`, in half the time: a route holds three, and sorting out
    the six spellings that the constructor takes would cost as much as deciding.
    """
    uuid = object.__new__(UUID)
    object.__setattr__(uuid, "int", ident)
    object.__setattr__(uuid, "is_safe", SafeUUID.unknown)
    return uuid


class Names:
    """Numbers for names, and one shared copy of each value that recurs.

    It only grows, and what it gave out never changes: so all tables that
    descend from one another share it. One thread writes at a time.
    """

    __slots__ = ("_contracts", "_days", "_points", "_services", "_systems", "_versions", "_vests")

    def __init__(self) -> None:
        self._systems: dict[str, int] = {}
        self._services: dict[str, int] = {}
        self._versions: dict[tuple[int, str], int] = {}
        self._days: dict[dt.date, int] = {}
        self._vests: dict[str, Vestiging] = {}
        self._points: dict[str, Aanleverpunt] = {}
        self._contracts: dict[DeliveryContract, DeliveryContract] = {}

    def system(self, system_id: SystemId) -> int:
        """Return the number of a system."""
        return self._systems.setdefault(system_id, len(self._systems))

    def number_of(self, system_id: SystemId) -> int:
        """Return the number of a system, -1 if it has none; a question makes nothing grow."""
        return self._systems.get(system_id, -1)

    def service(self, code: ServiceCode) -> int:
        """Return the number of a service."""
        return self._services.setdefault(code, len(self._services))

    def version(self, service: int, namespace: Namespace) -> int:
        """Return the number of a version of a service."""
        return self._versions.setdefault((service, namespace), len(self._versions))

    def day(self, day: dt.date | None) -> int:
        """Return the ordinal of a day, `FOREVER` for None."""
        if day is None:
            return FOREVER
        return self._days.setdefault(day, day.toordinal())

    def shared(self, vestiging: Vestiging) -> Vestiging:
        """Return the shared copy of a vestiging."""
        return self._vests.setdefault(vestiging, vestiging)

    def aanleverpunt(self, point: Aanleverpunt | None) -> Aanleverpunt | None:
        """Return the shared copy of an aanleverpunt."""
        return None if point is None else self._points.setdefault(point, point)

    def contract(self, contract: DeliveryContract) -> DeliveryContract:
        """Return the shared copy of a delivery contract."""
        return self._contracts.setdefault(contract, contract)


@dataclass(frozen=True, slots=True)
class MandateRecord:
    """A mandate; `start` and `end` are ordinals, both included."""

    ident: int
    service: int
    system: int
    start: int
    end: int
    processing: Processing
    stopped: bool

    @classmethod
    def of(cls, names: Names, fact: Mandate) -> "MandateRecord":
        """Return the record of a mandate."""
        return cls(
            fact.mandate_id.int,
            names.service(fact.service),
            names.system(fact.system_id),
            names.day(fact.period.start),
            names.day(fact.period.end),
            fact.processing,
            fact.stopped,
        )


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """An endpoint with the mandate that it stands under, once that is known.

    `aanleverpunt` is the one registered, or that of its vestiging (R9).
    """

    ident: int
    mandate_ident: int
    mandate: MandateRecord | None
    version: int
    routing_key: str
    url: str
    attribute: Attribute
    vestiging: Vestiging | None
    aanleverpunt: Aanleverpunt | None
    start: int
    end: int
    contract: DeliveryContract
    suspended: bool
    stopped: bool

    @classmethod
    def of(cls, names: Names, fact: Endpoint, mandate: MandateRecord | None) -> "EndpointRecord":
        """Return the record of an endpoint."""
        return cls(
            fact.endpoint_id.int,
            fact.mandate_id.int if mandate is None else mandate.ident,
            mandate,
            names.version(names.service(fact.service), fact.version),
            str(fact.routing_key),
            sys.intern(fact.url),
            fact.attribute,
            None if fact.vestiging is None else names.shared(fact.vestiging),
            names.aanleverpunt(fact.aanleverpunt or _own_point(fact)),
            names.day(fact.period.start),
            names.day(fact.period.end),
            names.contract(fact.contract),
            fact.suspended,
            fact.stopped,
        )

    def under(self, mandate: MandateRecord | None) -> "EndpointRecord":
        """Return the same endpoint under the mandate as it is now."""
        ident = self.mandate_ident if mandate is None else mandate.ident
        return EndpointRecord(
            self.ident,
            ident,
            mandate,
            self.version,
            self.routing_key,
            self.url,
            self.attribute,
            self.vestiging,
            self.aanleverpunt,
            self.start,
            self.end,
            self.contract,
            self.suspended,
            self.stopped,
        )


def _own_point(fact: Endpoint) -> Aanleverpunt | None:
    """Return the aanleverpunt that a LAS has by its vestiging (R9)."""
    if fact.vestiging is None or fact.attribute is not Attribute.LAS:
        return None
    return Aanleverpunt(str(fact.vestiging.number))


@dataclass(frozen=True, slots=True)
class Bucket:
    """All that deciding needs of one organisation.

    `known` is False while only mandates or endpoints of it have been seen.
    `signatory` is whose agreements count: the board of a school, the
    samenwerkingsverband itself. `closed` is the organisation's last day,
    `locations` has the last day of each vestiging. `mandates` are by number of
    service, `endpoints` by number of version, both in order of identifier.
    """

    organisation: Organisation
    known: bool
    signatory: str
    closed: int
    locations: Mapping[Vestiging, int]
    mandates: dict[int, tuple[MandateRecord, ...]]
    endpoints: dict[int, tuple[EndpointRecord, ...]]
