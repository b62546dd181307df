"""The compact form in which a process keeps a million mandates (design.md#table).

Most of what is known of one mandate or endpoint is known of thousands: the
system, the days, the URL. These are its *terms*, kept once and shared (see
`interning`). What is its own is 16 bytes of identifier and its position in a
tuple. So a mandate with its endpoint takes some 140 bytes, where the two facts
as Python objects take over a thousand.

Nothing outside this package sees this form: `views` reads it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wissel.routing.facts import Attribute, DeliveryContract, Processing, Sector, Successor
from wissel.routing.values.days import FOREVER, ONE_DAY
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Brin,
    Namespace,
    Organisation,
    ServiceCode,
    SystemId,
)

ID_BYTES: Final = 16
"""The size of a UUID."""

VersionKey = tuple[ServiceCode, Namespace]
"""A version of a service: services may share namespaces, so the namespace alone is not enough."""


@dataclass(frozen=True, slots=True, eq=False)
class MandateTerms:
    """What mandates have in common; `start` and `end` are both included, `end` may be FOREVER.

    `waiting_since` and `provides_until` are as in `Mandate`: None unless it waits for the
    owner of its service, and unless its system made way and may still provide.
    """

    service: ServiceCode
    system_id: SystemId
    start: dt.date
    end: dt.date
    processing: Processing
    stopped: bool
    waiting_since: dt.date | None
    provides_until: dt.date | None

    def in_force(self, on: dt.date, *, providing: bool = False) -> bool:
        """Whether the period contains a day and was not ended with immediate effect (R3).

        With `providing`, or whether its system made way before and may still provide.
        """
        if self.start <= on <= self.end and not self.stopped:
            return True
        until = self.provides_until
        return providing and until is not None and self.end < on <= until


UNKNOWN_MANDATE: Final = MandateTerms(
    ServiceCode(""),
    SystemId(""),
    dt.date.min,
    FOREVER,
    Processing.NOT_REQUIRED,
    stopped=True,
    waiting_since=None,
    provides_until=None,
)
"""The terms of a mandate that an endpoint refers to before it is known: in force on no day."""


@dataclass(frozen=True, slots=True, eq=False)
class EndpointTerms:
    """What endpoints have in common; days as in `MandateTerms`.

    `routing_key` and `vestiging` are without the prefix that they share with
    their organisation (see `without_prefix`), so that endpoints of different
    schools have them in common. `aanleverpunt` is the one that was registered,
    else that of the vestiging (R9).
    """

    version: VersionKey
    routing_key: str
    url: str
    attribute: Attribute
    vestiging: str | None
    aanleverpunt: Aanleverpunt | None
    start: dt.date
    end: dt.date
    contract: DeliveryContract
    suspended: bool
    stopped: bool
    unapproved: bool

    def in_force(self, on: dt.date) -> bool:
        """Whether the endpoint's own period contains a day and was not ended at once."""
        return self.start <= on <= self.end and not self.stopped


@dataclass(frozen=True, slots=True)
class PackedOrganisation:
    """All that deciding needs of one organisation.

    - `registered`: False while only mandates or endpoints of it are known
    - `signatory`: whose agreements count: a school's board, or the
      samenwerkingsverband itself
    - `closed`: its last day; `locations`: the last day of each vestiging, by
      its name without the organisation's prefix
    - `successors`: where closed vestigingen go on, by the same names
    - `sectors`: those that it may be of, all for a samenwerkingsverband
    - `mandates`: in order of service code and then of id; `mandate_ids` has
      their ids in the same order, 16 bytes each
    - `endpoints`: likewise in order of version and then of id;
      `endpoint_mandates` has for each the index of its mandate
    - `by_service`, `by_version`: the indexes of the mandates of a service, and
      of the endpoints of a version

    The order depends on the facts alone, never on the order in which they came.
    """

    code: Organisation
    registered: bool
    signatory: str
    closed: dt.date
    locations: Mapping[str, dt.date]
    successors: Mapping[str, Successor]
    sectors: frozenset[Sector]
    mandates: tuple[MandateTerms, ...]
    mandate_ids: bytes
    endpoints: tuple[EndpointTerms, ...]
    endpoint_ids: bytes
    endpoint_mandates: tuple[int, ...]
    by_service: Mapping[ServiceCode, range]
    by_version: Mapping[VersionKey, range]

    def endpoint_in_force(
        self, index: int, on: dt.date, *, unapproved: bool = False, providing: bool = False
    ) -> bool:
        """Whether the endpoint at an index is in force on a day, and its mandate too (R8).

        With `unapproved`, whether it would be once it is approved; with `providing`, or
        whether the mandate's system may still provide.
        """
        endpoint, mandate = self.endpoints[index], self.mandates[self.endpoint_mandates[index]]
        awaited = endpoint.unapproved is unapproved
        return awaited and endpoint.in_force(on) and mandate.in_force(on, providing=providing)

    def days_of_change(self) -> dict[ServiceCode, set[dt.date]]:
        """Return for each service the first days, and the days after last ones, that count for it.

        All services in one go, as most are asked about together.
        """
        closing = {self.closed, *self.locations.values()}
        firsts: dict[ServiceCode, set[dt.date]] = defaultdict(set)
        lasts: dict[ServiceCode, set[dt.date]] = defaultdict(closing.copy)
        for terms in self.mandates:
            firsts[terms.service].add(terms.start)
            lasts[terms.service].add(terms.end)
        for own, index in zip(self.endpoints, self.endpoint_mandates, strict=True):
            service, under = own.version[0], self.mandates[index]
            firsts[service].update((own.start, under.start))
            lasts[service].update((own.end, under.end))
        return {
            service: firsts[service] | {last + ONE_DAY for last in ends if last != FOREVER}
            for service, ends in lasts.items()
        }


def id_at(ids: bytes | bytearray, index: int) -> bytes:
    """Return the 16 bytes of the id at an index of a row of ids."""
    return bytes(ids[index * ID_BYTES : (index + 1) * ID_BYTES])


def routing_key_prefix(organisation: Organisation) -> str:
    """Return what the routing keys of a school begin with (R9), for others an empty text."""
    return organisation.stem if isinstance(organisation, Brin) else ""


def without_prefix(prefix: str, name: str) -> str:
    """Return a name without a prefix, or all of a name that does not begin with it."""
    return name.removeprefix(prefix)


def with_prefix(prefix: str, name: str, length: int) -> str:
    """Return the name of `length` characters that `without_prefix` shortened, or left whole."""
    return name if len(name) == length else prefix + name
