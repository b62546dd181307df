"""Facts as JSON text, and back: equal facts have equal text."""

from typing import TypeVar

import orjson

from wissel.routing.facts import Fact
from wissel.routing.facts.plain import from_plain, to_plain

F = TypeVar("F", bound=Fact)


def encode(fact: Fact) -> str:
    """Return the JSON text of a fact: one object, its keys sorted."""
    return orjson.dumps(to_plain(fact), option=orjson.OPT_SORT_KEYS).decode()


def decode(kind: type[F], body: str) -> F:
    """Return the fact of this kind that `encode` wrote."""
    return from_plain(kind, orjson.loads(body))
