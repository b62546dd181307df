"""The key of a fact, which no other fact of its kind has, and the name of a kind."""

import re
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final

from wissel.routing.facts import (
    Agreement,
    AgreementText,
    Board,
    Endpoint,
    Fact,
    Mandate,
    Party,
    PostcodeArea,
    Qualification,
    Revocation,
    Samenwerkingsverband,
    School,
    Service,
    SourceReport,
    System,
    SystemKey,
)

KEYS: Final[Mapping[Any, Callable[[Any], object]]] = {
    Board: attrgetter("number"),
    School: attrgetter("brin"),
    Samenwerkingsverband: attrgetter("code"),
    Party: attrgetter("oin"),
    System: attrgetter("system_id"),
    Service: attrgetter("code"),
    AgreementText: attrgetter("digest"),
    Agreement: attrgetter("agreement_id"),
    Qualification: lambda fact: f"{fact.system_id}/{fact.service}",
    Revocation: lambda fact: f"{fact.target}:{fact.value}",
    SourceReport: attrgetter("source"),
    PostcodeArea: attrgetter("postcode"),
    SystemKey: lambda fact: f"{fact.system_id}/{fact.key_id}",
    Mandate: attrgetter("mandate_id"),
    Endpoint: attrgetter("endpoint_id"),
}
"""What makes the key, for every kind of fact; in the order in which facts refer to each other."""


_INNER_CAPITAL: Final = re.compile(r"(?<!^)[A-Z]")


def name_of(kind: type[Fact]) -> str:
    """Return the name of a kind of fact, such as `mandate` or `source_report`."""
    return _INNER_CAPITAL.sub(r"_\g<0>", kind.__name__).lower()


def key_of(fact: Fact) -> str:
    """Return the key of a fact, as text.

    A board's number, a BRIN, a code of a samenwerkingsverband, an OIN, a system
    id, `system_id/service` for a qualification, a service code, the digest of a text, a
    canonical UUID, `TARGET:value` for a revocation, the source of a report, the
    digits of a postcode, `system_id/key_id` for the key of a system.
    """
    return str(KEYS[type(fact)](fact))
