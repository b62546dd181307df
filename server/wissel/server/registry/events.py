"""Events as they are read again: what changed, when, by whom, and which of them are meant."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from wissel.routing.facts import Fact
from wissel.routing.values.identifiers import Oin, Organisation

LAST_REVISION: Final = 2**63 - 1
"""The largest number that a store holds."""
_LAST_PLACE: Final = 2**31 - 1  # the largest that it holds for a place


class Position(NamedTuple):
    """Where an event stands in the log: a revision, and its place in it from 1 on."""

    revision: int
    place: int

    @classmethod
    def after(cls, revision: int) -> Self:
        """Return the position after all events of a revision."""
        return cls(revision, _LAST_PLACE)


class Span(NamedTuple):
    """Revisions from `first` to `last`, both included."""

    first: int = 0
    last: int = LAST_REVISION


WHENEVER: Final = Span()
"""All revisions."""
EVER: Final = (WHENEVER,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact that became another; `before` is None for one that is new.

    `person` is the id that stands for who did it, empty if nobody is known. The facts
    are those of today's shape, whatever version recorded them; `size` is how many
    characters the log keeps of them.
    """

    position: Position
    recorded: dt.datetime
    actor: Oin
    person: str
    reason: str
    method: str
    before: Fact | None
    after: Fact
    size: int = 0

    @property
    def facts(self) -> Sequence[Fact]:
        """The fact as it became, and as it was."""
        return (self.after,) if self.before is None else (self.after, self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfFact:
    """The events of one fact, in some revisions."""

    kind: type[Fact]
    key: str
    spans: Sequence[Span] = EVER


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSubject:
    """The events that touch a subject, in some revisions (design.md#facts).

    With `also` only those that touch one of these subjects as well; an empty choice
    finds nothing.
    """

    subject: str
    spans: Sequence[Span] = EVER
    also: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfKind:
    """The events of all facts of a kind of which there are few, such as schools."""

    kind: type[Fact]


@dataclass(frozen=True, slots=True)
class OfAnything:
    """All events."""


Slice = OfFact | OfSubject | OfKind | OfAnything
"""A part of the log that an index finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """Whom a question is about: organisations, and OINs that may be of some."""

    organisations: frozenset[Organisation] = frozenset()
    oins: frozenset[Oin] = frozenset()
