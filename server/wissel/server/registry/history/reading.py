"""Reading what happened: which part of the log is meant, and what of it is seen."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from wissel.routing.facts import Fact, School
from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import BoardNumber, Brin, Oin, Organisation
from wissel.server.registry.events import WHENEVER, Event, OfFact, OfSubject, Position, Slice, Span
from wissel.server.registry.history.audience import (
    Reader,
    Sight,
    Tenures,
    organisation_of,
    own_spans,
    sight,
)
from wissel.server.registry.ports import Snapshot

_AT_ONCE: Final = 50  # events that are read and decoded before other calls get their turn
SCANNED_AT_MOST: Final = 5_000
"""After so many events a part ends, full or not: nobody lets a hub filter a whole log."""
LARGEST: Final = 1024 * 1024
"""After so many characters of facts a part ends too; the largest fact has half of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutOne:
    """The history of one fact.

    `owned` is the fact by whose history it is known whose it is: mostly itself, and None
    where everybody may know that it exists. `unknown` is the refusal where `owned` does
    not exist or is none of the reader's.
    """

    kind: type[Fact]
    key: str
    owned: OfFact | None = None
    unknown: Refused | None = None


@dataclass(frozen=True, slots=True)
class AboutOrganisation:
    """The history of a school or samenwerkingsverband, and of all that is about it."""

    code: Organisation


@dataclass(frozen=True, slots=True)
class AboutBoard:
    """The history of a board, and of its schools in its days."""

    number: BoardNumber


About = AboutOne | AboutOrganisation | AboutBoard


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a history: at most `limit` events after a position, of some kinds of facts."""

    limit: int
    after: Position | None = None
    within: Span = WHENEVER
    oldest_first: bool = False
    kinds: Collection[type[Fact]] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """An event with how much of it is seen, which is more than nothing."""

    event: Event
    sight: Sight


@dataclass(slots=True)
class History:
    """A part of a history; the next begins after `last`, which is None if there is none."""

    seen: list[Seen] = field(default_factory=list)
    last: Position | None = None


@dataclass(frozen=True, slots=True)
class _Log:
    """The parts of the log that are read, and the boards of the schools in them."""

    slices: Sequence[Slice]
    tenures: dict[Organisation, Tenures]


async def read_history(
    snapshot: Snapshot, about: About, reader: Reader, wanted: Wanted, portals: Collection[Oin]
) -> History:
    """Return a part of a history as a reader sees it (design.md#history).

    `portals` are the parties that call for persons of boards. Raises `about.unknown`.
    What is not seen is not told of: neither by a count nor by where the next part begins.
    """
    log = await _log_of(snapshot, about, reader)
    if isinstance(about, AboutOne) and about.unknown is not None:
        await _require_seen(snapshot, about, about.unknown, log, reader)
    found = History()
    if not log.slices:
        return found
    size, scanned = 0, 0
    async for event in _events(snapshot, log.slices, wanted):
        scanned += 1
        seen = _seen(event, reader, log, portals)
        if seen is not None and (not wanted.kinds or type(event.after) in wanted.kinds):
            if len(found.seen) == wanted.limit or size >= LARGEST:
                found.last = found.seen[-1].event.position
                return found
            found.seen.append(seen)
            size += event.size
        if scanned == SCANNED_AT_MOST:
            found.last = event.position
            return found
    return found


async def _log_of(snapshot: Snapshot, about: About, reader: Reader) -> _Log:
    """Return the part of the log that holds what a reader sees of a history."""
    match about:
        case AboutOne():
            return await _log_of_one(snapshot, about, reader)
        case AboutOrganisation():
            return await _log_of_organisation(snapshot, about.code, reader)
        case AboutBoard():
            return await _log_of_board(snapshot, about.number, reader)


async def _log_of_one(snapshot: Snapshot, about: AboutOne, reader: Reader) -> _Log:
    fact = await snapshot.get(about.kind, about.key)
    organisation = None if fact is None else organisation_of(fact)
    if organisation is None or not reader.is_person:
        return _Log([OfFact(kind=about.kind, key=about.key)], {})
    tenures = await _tenures_of(snapshot, organisation)
    spans = own_spans(reader, organisation, tenures)
    own = [OfFact(kind=about.kind, key=about.key, spans=spans)] if spans else []
    return _Log(own, {organisation: tenures})


async def _log_of_organisation(snapshot: Snapshot, code: Organisation, reader: Reader) -> _Log:
    subject = f"organisation:{code}"
    if not reader.is_person:
        return _Log(_of_machine([OfSubject(subject=subject)], reader), {})
    tenures = await _tenures_of(snapshot, code)
    spans = own_spans(reader, code, tenures)
    if not spans:
        return _Log([], {})
    slices: list[Slice] = [OfSubject(subject=subject, spans=spans)]
    if isinstance(code, Brin):  # the move itself, in the first revision that is not its own
        with_moves = [Span(span.first, span.last + 1) for span in spans if span != WHENEVER]
        slices += [OfFact(kind=School, key=code, spans=with_moves)] if with_moves else []
    return _Log(slices, {code: tenures})


async def _log_of_board(snapshot: Snapshot, number: BoardNumber, reader: Reader) -> _Log:
    """Return what touches a board, and its schools in its days."""
    if reader.is_person and number not in reader.boards:
        return _Log([], {})
    moves: dict[Organisation, list[tuple[int, BoardNumber]]] = {}
    whole = OfSubject(subject=f"board:{number}")
    async for event in _schools(snapshot, whole):
        school = event.after
        if isinstance(school, School):
            moves.setdefault(school.brin, []).append((event.position.revision, school.board))
    tenures = {brin: Tenures.of(changes) for brin, changes in moves.items()}
    schools = [
        OfSubject(subject=f"organisation:{brin}", spans=spans)
        for brin, each in tenures.items()
        if (spans := [tenure.span for tenure in each.all if tenure.board == number])
    ]
    if reader.is_person or reader.everything:
        return _Log([whole, *schools], tenures)
    return _Log(_of_machine(schools, reader), tenures)


def _of_machine(slices: Iterable[OfSubject], reader: Reader) -> Sequence[OfSubject]:
    """Return the parts of slices that are a machine's own; all of an operator."""
    if reader.everything:
        return list(slices)
    own = [f"system:{each}" for each in sorted(reader.systems)]
    own += [f"service:{each}" for each in sorted(reader.services)]
    return [OfSubject(subject=each.subject, spans=each.spans, also=own) for each in slices if own]


async def _tenures_of(snapshot: Snapshot, code: Organisation) -> Tenures:
    """Return the boards that a school had."""
    if not isinstance(code, Brin):
        return Tenures()
    changes = [
        (event.position.revision, event.after.board)
        async for event in _schools(snapshot, OfFact(kind=School, key=code))
        if isinstance(event.after, School)
    ]
    return Tenures.of(changes)


async def _schools(snapshot: Snapshot, of: Slice) -> AsyncIterator[Event]:
    """Yield the events of a slice that tells of schools, oldest first."""
    async for event in _events(snapshot, [of], Wanted(limit=_AT_ONCE, oldest_first=True)):
        yield event


async def _require_seen(
    snapshot: Snapshot, about: AboutOne, unknown: Refused, log: _Log, reader: Reader
) -> None:
    """Refuse what a reader sees nothing of as if it were not there."""
    slices = log.slices if about.owned is None else [about.owned]
    first = await snapshot.positions(slices, limit=1) if slices else []
    if not any(_seen(event, reader, log, ()) for event in await snapshot.events(first)):
        raise unknown


def _seen(event: Event, reader: Reader, log: _Log, portals: Collection[Oin]) -> Seen | None:
    organisation = organisation_of(event.after)
    tenures = Tenures() if organisation is None else log.tenures.get(organisation, Tenures())
    how = sight(event, reader, tenures, by_portal=event.actor in portals)
    return None if how is Sight.NOTHING else Seen(event, how)


async def _events(
    snapshot: Snapshot, slices: Sequence[Slice], wanted: Wanted
) -> AsyncIterator[Event]:
    """Yield the events of some slices in their order, a few at a time."""
    after, limit = wanted.after, min(_AT_ONCE, wanted.limit + 1)
    while True:
        found = await snapshot.positions(
            slices,
            limit=limit,
            after=after,
            within=wanted.within,
            oldest_first=wanted.oldest_first,
        )
        for event in await snapshot.events(found):
            yield event
        if len(found) < limit:
            return
        after = found[-1]
