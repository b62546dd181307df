"""Numbers for names, and one copy of whatever many organisations have alike.

A register of a million mandates must fit in every process (design.md#table).
Most of what is known of one mandate or endpoint is known of thousands: the
system, the days, the URL. So that is kept once, and shared.
"""

import datetime as dt
from collections.abc import Mapping
from itertools import groupby

from wissel.routing.facts import Attribute, DeliveryContract, Endpoint, Mandate
from wissel.routing.facts.schools import Location
from wissel.routing.table.compact import (
    FOREVER,
    NEVER,
    EndpointTerms,
    MandateTerms,
    Places,
    key_stem,
    within,
)
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    BoardNumber,
    Namespace,
    Organisation,
    ServiceCode,
    SystemId,
)


class Names:
    """Gives out numbers and shared copies.

    It only grows, and what it gave out never changes: so all tables that
    descend from one another share it. One thread writes at a time.
    """

    __slots__ = (
        "_boards",
        "_contracts",
        "_days",
        "_endpoints",
        "_locations",
        "_mandates",
        "_places",
        "_services",
        "_systems",
        "_under",
        "_versions",
    )

    def __init__(self) -> None:
        self._boards: dict[str, BoardNumber] = {}
        self._systems: dict[str, int] = {}
        self._services: dict[str, int] = {}
        self._versions: dict[tuple[int, str], int] = {}
        self._days: dict[dt.date, int] = {}
        self._contracts: dict[DeliveryContract, DeliveryContract] = {}
        self._mandates: dict[object, MandateTerms] = {}
        self._endpoints: dict[object, EndpointTerms] = {}
        self._places: dict[tuple[int, ...], Places] = {}
        self._under: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._locations: dict[tuple[tuple[str, int], ...], Mapping[str, int]] = {}

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

    def mandate(self, fact: Mandate) -> MandateTerms:
        """Return the terms of a mandate."""
        values = (
            self.service(fact.service),
            self.system(fact.system_id),
            self.day(fact.period.start),
            NEVER if fact.stopped else self.day(fact.period.end),
            fact.processing,
        )
        terms = self._mandates.get(values)
        if terms is None:
            terms = self._mandates[values] = MandateTerms(*values)
        return terms

    def endpoint(self, fact: Endpoint) -> EndpointTerms:
        """Return the terms of an endpoint."""
        organisation, vestiging = fact.organisation, fact.vestiging
        values = (
            self.version(self.service(fact.service), fact.version),
            within(key_stem(organisation), fact.routing_key),
            fact.url,
            fact.attribute,
            None if vestiging is None else within(organisation, vestiging),
            fact.aanleverpunt or _own_point(fact),
            self.day(fact.period.start),
            NEVER if fact.stopped else self.day(fact.period.end),
            self._contracts.setdefault(fact.contract, fact.contract),
            fact.suspended,
        )
        terms = self._endpoints.get(values)
        if terms is None:
            terms = self._endpoints[values] = EndpointTerms(*values)
        return terms

    def signatory(self, board: BoardNumber) -> BoardNumber:
        """Return the shared copy of a board's number."""
        return self._boards.setdefault(board, board)

    def locations(
        self, organisation: Organisation, locations: tuple[Location, ...]
    ) -> Mapping[str, int]:
        """Return the last day of each vestiging, by what it is called within its school."""
        items = tuple(
            (within(organisation, each.vestiging), self.day(each.closed)) for each in locations
        )
        return self._locations.setdefault(items, dict(items))

    def under(self, places: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shared copy of a row of places."""
        return self._under.setdefault(places, places)

    def places(self, numbers: tuple[int, ...]) -> Places:
        """Return where each number lies in a row of numbers in order."""
        places = self._places.get(numbers)
        if places is None:
            places, start = {}, 0
            for number, group in groupby(numbers):
                end = start + sum(1 for _ in group)
                places[number] = range(start, end)
                start = end
            self._places[numbers] = places
        return places


def _own_point(fact: Endpoint) -> Aanleverpunt | None:
    """Return the aanleverpunt that a LAS has by its vestiging (R9)."""
    if fact.vestiging is None or fact.attribute is not Attribute.LAS:
        return None
    return Aanleverpunt(str(fact.vestiging.number))
