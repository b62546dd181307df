"""Who reads what of the past, as one function of values (ADR 32, design.md#history).

What a caller may do now says little of what happened before: a school may have moved
to another board since, and who decided for it then is nobody else's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Self, TypeVar

from wissel.routing.facts import (
    Agreement,
    Board,
    Endpoint,
    Fact,
    Mandate,
    Party,
    Qualification,
    Samenwerkingsverband,
    School,
    Service,
    System,
    SystemKey,
)
from wissel.routing.values.identifiers import (
    BoardNumber,
    Brin,
    Oin,
    Organisation,
    ServiceCode,
    Swv,
    SystemId,
)
from wissel.server.registry.events import LAST_REVISION, WHENEVER, Event, Span

F = TypeVar("F", bound=Fact)


class Sight(Enum):
    """How much of an event is seen: nothing, all but persons and reasons, or all."""

    NOTHING = "NOTHING"
    WITHOUT_PERSONS = "WITHOUT_PERSONS"
    WHOLE = "WHOLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads. An operator reads everything; of the others each has what is its own.

    A vendor its party and the systems that its certificate acts for, the owner of
    services its party and these. A person has boards, and a samenwerkingsverband or not;
    `brins` are the schools that its login is limited to, None if it acts for its boards
    as a whole.
    """

    everything: bool = False
    party: Oin | None = None
    systems: frozenset[SystemId] = frozenset()
    services: frozenset[ServiceCode] = frozenset()
    boards: frozenset[BoardNumber] = frozenset()
    swvs: frozenset[Swv] = frozenset()
    brins: frozenset[Brin] | None = None

    @property
    def is_person(self) -> bool:
        """Whether a person of a board or samenwerkingsverband reads."""
        return bool(self.boards or self.swvs)


@dataclass(frozen=True, slots=True)
class Tenure:
    """In which revisions a school was of which board."""

    span: Span
    board: BoardNumber


@dataclass(frozen=True, slots=True)
class Tenures:
    """The boards that a school had, in order; empty for a samenwerkingsverband."""

    all: tuple[Tenure, ...] = field(default=())

    @classmethod
    def of(cls, changes: Sequence[tuple[int, BoardNumber]]) -> Self:
        """Return the tenures of a school by the revisions in which it was recorded, in order."""
        moves: list[tuple[int, BoardNumber]] = []
        for revision, board in changes:
            if moves and moves[-1][0] == revision:
                moves.pop()
            if not moves or moves[-1][1] != board:
                moves.append((revision, board))
        ends = [*(later - 1 for later, _ in moves[1:]), LAST_REVISION]
        return cls(
            tuple(
                Tenure(Span(first, last), board)
                for (first, board), last in zip(moves, ends, strict=False)
            )
        )

    def board_at(self, revision: int) -> BoardNumber | None:
        """Return the board whose school it was once a revision was made, None before the first."""
        return next((each.board for each in self.all if _lies_in(each.span, revision)), None)

    @property
    def now(self) -> BoardNumber | None:
        """The board whose school it is."""
        return self.all[-1].board if self.all else None


def sight(event: Event, reader: Reader, tenures: Tenures, *, by_portal: bool) -> Sight:
    """Return how much of an event somebody sees.

    `tenures` are those of the school that the event is about, `by_portal` is whether a
    portal called the method, which it does for a person of a board.

    1. An operator sees all.
    2. A machine sees what is of its own, without persons and reasons.
    3. A person sees what is of its board or samenwerkingsverband. Of a school it has now
       that is everything, also of before; of one that it has no more, what happened in
       its own days. Who did it and why it sees of what its own organisation did.
    """
    if reader.everything:  # 1.
        return Sight.WHOLE
    if not reader.is_person:  # 2.
        own = any(_is_of_machine(fact, reader) for fact in event.facts)
        return Sight.WITHOUT_PERSONS if own else Sight.NOTHING
    # 3.
    then, now = _of_person(event, reader, tenures)
    if then and by_portal:
        return Sight.WHOLE
    return Sight.WITHOUT_PERSONS if then or now else Sight.NOTHING


def without_persons(fact: F) -> F:
    """Return a fact without the ids of persons in it."""
    match fact:
        case Agreement():
            return replace(fact, signer="")
        case Qualification():
            nameless = tuple(replace(each, person_id="") for each in fact.evidence)
            return replace(fact, evidence=nameless)
        case _:
            return fact


def organisation_of(fact: Fact) -> Organisation | None:
    """Return the school or samenwerkingsverband that a fact is about, if it is about one."""
    match fact:
        case Mandate() | Endpoint():
            return fact.organisation
        case School():
            return fact.brin
        case Samenwerkingsverband():
            return fact.code
        case _:
            return None


def own_spans(reader: Reader, organisation: Organisation, tenures: Tenures) -> Sequence[Span]:
    """Return the revisions in which a person sees what is about an organisation."""
    if isinstance(organisation, Swv):
        return [WHENEVER] if organisation in reader.swvs else []
    if reader.brins is not None and organisation not in reader.brins:
        return []
    if tenures.now in reader.boards:
        return [WHENEVER]
    return [each.span for each in tenures.all if each.board in reader.boards]


def _of_person(event: Event, reader: Reader, tenures: Tenures) -> tuple[bool, bool]:
    """Return whether what an event is about was a person's own then, and whether it is now."""
    fact = event.after
    match fact:
        case Board():
            own = reader.brins is None and fact.number in reader.boards
        case Agreement():
            own = reader.brins is None and fact.signatory in reader.boards | reader.swvs
        case Samenwerkingsverband():
            own = fact.code in reader.swvs
        case Mandate() | Endpoint() if isinstance(fact.organisation, Swv):
            own = fact.organisation in reader.swvs
        case Mandate() | Endpoint() | School():
            return _of_school(event, reader, tenures)
        case _:
            own = False
    return own, own


def _of_school(event: Event, reader: Reader, tenures: Tenures) -> tuple[bool, bool]:
    """Return the same of what is about a school; one that moves is of both boards."""
    if reader.brins is not None and organisation_of(event.after) not in reader.brins:
        return False, False
    if isinstance(event.after, School):
        then = any(isinstance(each, School) and each.board in reader.boards for each in event.facts)
    else:
        then = tenures.board_at(event.position.revision) in reader.boards
    return then, tenures.now in reader.boards


def _is_of_machine(fact: Fact, reader: Reader) -> bool:
    """Whether a fact is a vendor's own, or of a service that a party owns (design.md#history)."""
    match fact:
        case Mandate():
            return fact.system_id in reader.systems or fact.service in reader.services
        case Endpoint() | Qualification() | SystemKey():
            return fact.system_id in reader.systems
        case System():
            return fact.system_id in reader.systems or fact.party == reader.party
        case Agreement():
            return fact.signatory == reader.party
        case Party():
            return fact.oin == reader.party
        case Service():
            return fact.code in reader.services
        case _:
            return False


def _lies_in(span: Span, revision: int) -> bool:
    return span.first <= revision <= span.last
