"""The compact form in which the table keeps what deciding needs (design.md#table).

Of one mandate or endpoint a bucket holds only what is its own, 16 bytes of
identifier; its terms are shared with all others on the same terms (see
`names`). So a million mandates with an endpoint each take some 100 MB, and what
most decisions read lies in the processor's cache.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from wissel.routing.facts import Attribute, DeliveryContract, Processing
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Brin,
    Organisation,
    RoutingKey,
    Vestiging,
)

FOREVER: Final = dt.date.max.toordinal()
"""The last day of what has no end."""

NEVER: Final = 0
"""The last day of what is in force on no day: the day before the first."""

IDENT: Final = 16
"""Bytes of an identifier."""

Places = Mapping[int, range]
"""At which places of a row a number lies."""

NOWHERE: Final = range(0)
"""Where a number lies that a row does not have."""


def day_from(ordinal: int) -> dt.date | None:
    """Return the day of an ordinal, or None for `FOREVER`."""
    return None if ordinal == FOREVER else dt.date.fromordinal(ordinal)


@dataclass(frozen=True, slots=True, eq=False)
class MandateTerms:
    """What mandates have alike; numbers are those of `Names`, `start` and `end` ordinals.

    One that was ended with immediate effect ends before the first day.
    """

    service: int
    system: int
    start: int
    end: int
    processing: Processing

    def in_force(self, day: int) -> bool:
        """Whether a mandate on these terms is in force on a day (R3)."""
        return self.start <= day <= self.end


UNSEEN: Final = MandateTerms(-1, -1, FOREVER, NEVER, Processing.NOT_REQUIRED)
"""The terms of a mandate that an endpoint names before it is known: in force on no day."""


@dataclass(frozen=True, slots=True, eq=False)
class EndpointTerms:
    """What endpoints have alike; `routing_key` and `vestiging` as they are called `within`.

    `aanleverpunt` is the one registered, or that of its vestiging (R9). One
    that was ended with immediate effect ends before the first day.
    """

    version: int
    routing_key: str
    url: str
    attribute: Attribute
    vestiging: str | None
    aanleverpunt: Aanleverpunt | None
    start: int
    end: int
    contract: DeliveryContract
    suspended: bool


@dataclass(frozen=True, slots=True)
class Bucket:
    """All that deciding needs of one organisation.

    `known` is False while only mandates or endpoints of it have been seen.
    `signatory` is whose agreements count: the board of a school, the
    samenwerkingsverband itself. `closed` is the organisation's last day,
    `locations` has the last day of each vestiging. `mandates` are in order of
    number of service and `endpoints` of number of version, and then both of
    identifier: so every answer is a function of the facts, whatever the order
    in which they came. `under` has for each endpoint the place of its mandate.
    """

    organisation: Organisation
    known: bool
    signatory: str
    closed: int
    locations: Mapping[str, int]
    mandates: tuple[MandateTerms, ...]
    mandate_idents: bytes
    endpoints: tuple[EndpointTerms, ...]
    endpoint_idents: bytes
    under: tuple[int, ...]
    by_service: Places
    by_version: Places

    def mandate_id(self, place: int) -> UUID:
        """Return the id of the mandate at a place."""
        return uuid_at(self.mandate_idents, place)

    def endpoint_id(self, place: int) -> UUID:
        """Return the id of the endpoint at a place."""
        return uuid_at(self.endpoint_idents, place)

    def endpoint_text(self, place: int) -> str:
        """Return that id as it is written: as `str` of it, in a quarter of the time."""
        digits = self.endpoint_idents[place * IDENT : (place + 1) * IDENT].hex()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def routing_key(self, place: int) -> RoutingKey:
        """Return the routing key of the endpoint at a place."""
        own = self.endpoints[place].routing_key
        return RoutingKey(own if len(own) == _KEY else key_stem(self.organisation) + own)

    def vestiging(self, place: int) -> Vestiging | None:
        """Return the vestiging of the endpoint at a place, None if it is the whole school's."""
        own = self.endpoints[place].vestiging
        if own is None:
            return None
        return Vestiging(own if len(own) == _VESTIGING else self.organisation + own)


_KEY: Final = len("0000000700099XA00931")
_VESTIGING: Final = len("99XA00")


def key_stem(organisation: Organisation) -> str:
    """Return how the routing keys of a school begin (R9); of others that is not told apart."""
    return organisation.stem if isinstance(organisation, Brin) else ""


def within(stem: str, name: str) -> str:
    """Return a name without its stem; one that begins otherwise keeps all of it."""
    return name[len(stem) :] if name.startswith(stem) else str(name)


def uuid_at(idents: bytes, place: int) -> UUID:
    """Return the UUID at a place in a row of identifiers."""
    return UUID(bytes=idents[place * IDENT : (place + 1) * IDENT])
