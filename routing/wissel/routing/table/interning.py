"""One copy of whatever many mandates, endpoints and organisations have in common.

A register of a million mandates must fit in every process (design.md#table).
"""

import datetime as dt
from collections.abc import Hashable, Mapping
from itertools import groupby
from typing import TypeVar

from wissel.routing.facts import (
    Attribute,
    DeliveryContract,
    Endpoint,
    Location,
    Mandate,
    Sector,
    Successor,
)
from wissel.routing.table.compact import (
    EndpointTerms,
    MandateTerms,
    VersionKey,
    routing_key_prefix,
    without_prefix,
)
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Organisation,
    ServiceCode,
    SystemId,
)

K = TypeVar("K", bound=Hashable)


class Interner:
    """Returns the shared copy of a value, the same object for equal values.

    It only grows, and what it returned never changes: so all tables that descend
    from one another share it. One thread at a time may call it.
    """

    __slots__ = (
        "_boards",
        "_by_service",
        "_by_version",
        "_contracts",
        "_days",
        "_endpoints",
        "_indexes",
        "_locations",
        "_mandates",
        "_sectors",
        "_services",
        "_successors",
        "_systems",
        "_versions",
    )

    def __init__(self) -> None:
        self._boards: dict[BoardNumber, BoardNumber] = {}
        self._services: dict[ServiceCode, ServiceCode] = {}
        self._systems: dict[SystemId, SystemId] = {}
        self._versions: dict[VersionKey, VersionKey] = {}
        self._days: dict[dt.date, dt.date] = {}
        self._contracts: dict[DeliveryContract, DeliveryContract] = {}
        self._mandates: dict[object, MandateTerms] = {}
        self._endpoints: dict[object, EndpointTerms] = {}
        self._indexes: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._sectors: dict[frozenset[Sector], frozenset[Sector]] = {}
        self._locations: dict[tuple[tuple[str, dt.date], ...], Mapping[str, dt.date]] = {}
        self._successors: dict[tuple[tuple[str, Successor], ...], Mapping[str, Successor]] = {}
        self._by_service: dict[tuple[ServiceCode, ...], Mapping[ServiceCode, range]] = {}
        self._by_version: dict[tuple[VersionKey, ...], Mapping[VersionKey, range]] = {}

    def last_day(self, day: dt.date | None) -> dt.date:
        """Return a last day, FOREVER for None."""
        return FOREVER if day is None else self._day(day)

    def _day(self, day: dt.date) -> dt.date:
        return self._days.setdefault(day, day)

    def mandate(self, fact: Mandate) -> MandateTerms:
        """Return the terms of a mandate."""
        since, until = fact.waiting_since, fact.provides_until
        values = (
            self._services.setdefault(fact.service, fact.service),
            self._systems.setdefault(fact.system_id, fact.system_id),
            self._day(fact.period.start),
            self.last_day(fact.period.end),
            fact.processing,
            fact.stopped,
            None if since is None else self._day(since),
            None if until is None else self._day(until),
        )
        terms = self._mandates.get(values)
        if terms is None:
            terms = self._mandates[values] = MandateTerms(*values)
        return terms

    def endpoint(self, fact: Endpoint) -> EndpointTerms:
        """Return the terms of an endpoint."""
        organisation, vestiging = fact.organisation, fact.vestiging
        version = fact.service, fact.version
        values = (
            self._versions.setdefault(version, version),
            without_prefix(routing_key_prefix(organisation), fact.routing_key),
            fact.url,
            fact.attribute,
            None if vestiging is None else without_prefix(organisation, vestiging),
            fact.aanleverpunt or _own_point(fact),
            self._day(fact.period.start),
            self.last_day(fact.period.end),
            self._contracts.setdefault(fact.contract, fact.contract),
            fact.suspended,
            fact.stopped,
            fact.unapproved,
        )
        terms = self._endpoints.get(values)
        if terms is None:
            terms = self._endpoints[values] = EndpointTerms(*values)
        return terms

    def board(self, number: BoardNumber) -> BoardNumber:
        """Return the number of a board."""
        return self._boards.setdefault(number, number)

    def sectors(self, sectors: frozenset[Sector]) -> frozenset[Sector]:
        """Return the sectors that a school may be of."""
        return self._sectors.setdefault(sectors, sectors)

    def locations(
        self, organisation: Organisation, locations: tuple[Location, ...]
    ) -> Mapping[str, dt.date]:
        """Return the last day of each vestiging, by its name without the school's prefix."""
        items = tuple(
            (without_prefix(organisation, each.vestiging), self.last_day(each.closed))
            for each in locations
        )
        return self._locations.setdefault(items, dict(items))

    def successors(
        self, organisation: Organisation, locations: tuple[Location, ...]
    ) -> Mapping[str, Successor]:
        """Return where vestigingen go on, by their names without the school's prefix."""
        items = tuple(
            (without_prefix(organisation, each.vestiging), each.successor)
            for each in locations
            if each.successor is not None
        )
        return self._successors.setdefault(items, dict(items))

    def indexes(self, indexes: tuple[int, ...]) -> tuple[int, ...]:
        """Return a row of indexes."""
        return self._indexes.setdefault(indexes, indexes)

    def by_service(self, services: tuple[ServiceCode, ...]) -> Mapping[ServiceCode, range]:
        """Return at which indexes each service lies in a row of services in order."""
        if services not in self._by_service:
            self._by_service[services] = _ranges(services)
        return self._by_service[services]

    def by_version(self, versions: tuple[VersionKey, ...]) -> Mapping[VersionKey, range]:
        """Return at which indexes each version lies in a row of versions in order."""
        if versions not in self._by_version:
            self._by_version[versions] = _ranges(versions)
        return self._by_version[versions]


def _ranges(keys: tuple[K, ...]) -> Mapping[K, range]:
    ranges, start = {}, 0
    for key, group in groupby(keys):
        end = start + sum(1 for _ in group)
        ranges[key] = range(start, end)
        start = end
    return ranges


def _own_point(fact: Endpoint) -> Aanleverpunt | None:
    """Return the aanleverpunt that a LAS has by its vestiging (R9)."""
    if fact.vestiging is None or fact.attribute is not Attribute.LAS:
        return None
    return Aanleverpunt(str(fact.vestiging.number))
