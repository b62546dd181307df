"""What those who watch mandates are told of a change (R10)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Final

from wissel.routing.facts import Endpoint, Location, Mandate, School
from wissel.routing.table import Table
from wissel.routing.values.days import day_of
from wissel.routing.values.identifiers import Vestiging
from wissel.server.registry.events import (
    Event,
    OfAnything,
    OfKind,
    OfSubject,
    Position,
    Slice,
    Span,
)
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.scope import Scope

AT_ONCE: Final = 100
"""Events that are read at once for those who watch."""
_ENDPOINTS: Final = 100
"""The most endpoints of one mandate that are told to lose it."""


class MandateChangeKind(StrEnum):
    """What became of a mandate."""

    GIVEN = "GIVEN"
    CHANGED = "CHANGED"
    PROCESSED = "PROCESSED"
    ENDED = "ENDED"


class SchoolChangeKind(StrEnum):
    """What became of a school that matters to who acts for it."""

    MOVED = "MOVED"
    CLOSED = "CLOSED"
    MERGED = "MERGED"
    REOPENED = "REOPENED"
    LOCATIONS = "LOCATIONS"


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateChange:
    """What became of a mandate; `endpoints` lose it, and would have lasted longer.

    `former_start` is the first day that it had, None where that stayed.
    """

    kind: MandateChangeKind
    mandate: Mandate
    endpoints: tuple[Endpoint, ...] = ()
    former_start: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolChange:
    """What became of a school; `closed` and `reopened` are vestigingen of it."""

    kinds: tuple[SchoolChangeKind, ...]
    before: School
    school: School
    closed: tuple[Vestiging, ...]
    reopened: tuple[Vestiging, ...]
    day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one revision changed, or some of it; `whole` unless more of it follows.

    It begins after the part before it and ends at `place`. `mark` is what the revision is
    known by (`Snapshot.marks`).
    """

    place: Position
    mark: str
    recorded: dt.datetime
    mandates: tuple[MandateChange, ...]
    schools: tuple[SchoolChange, ...]
    whole: bool


def slices_of(scope: Scope) -> Sequence[Slice]:
    """Return the parts of the log in which what a scope holds is found.

    For an operator that is all of it; for others what touches its systems or services.
    """
    if scope.operator:
        return (OfAnything(),)
    systems = (f"system:{each}" for each in scope.systems)
    services = (f"service:{each}" for each in scope.services)
    return tuple(OfSubject(subject=each) for each in sorted((*systems, *services)))


async def behind(snapshot: Snapshot, revision: int, scope: Scope, most: int) -> int:
    """Return how many events of a scope's own came after a revision, `most` at most."""
    after = Position.after(revision)
    found = await snapshot.positions(slices_of(scope), limit=most, after=after, oldest_first=True)
    return len(found)


async def parts_after(
    snapshot: Snapshot, after: Position, until: int, scope: Scope
) -> tuple[list[Part], Position]:
    """Return some of what changed after a position, up to a revision, and where that ends.

    Only what those who watch are told of: the mandates of a scope, and all schools, since
    only their mandates tell whom they concern.
    """
    slices = [*slices_of(scope), *(() if scope.operator else (OfKind(kind=School),))]
    positions = await snapshot.positions(
        slices, limit=AT_ONCE, after=after, within=Span(last=until), oldest_first=True
    )
    whole = len(positions) < AT_ONCE
    end = Position.after(until) if whole else positions[-1]
    marks = await snapshot.marks({each.revision for each in positions})
    found: list[Part] = []
    events = await snapshot.events(positions)
    for revision, some in groupby(events, lambda event: event.position.revision):
        part = await _part(snapshot, tuple(some), marks[revision])
        if part.mandates or part.schools:
            complete = whole or revision < end.revision
            found.append(replace(part, whole=complete))
    return found, end


def shown(part: Part, scope: Scope, table: Table) -> Part | None:
    """Return what a scope is told of a part, None if nothing of it is.

    The mandates that it holds, and the schools at which it has one that lasted until the
    day of the change or longer. As a mandate is never deleted nor given to another system,
    what was visible before a change is so after it.
    """
    if scope.operator:
        return part
    mandates = tuple(_of_scope(each, scope) for each in part.mandates if scope.holds(each.mandate))
    schools = tuple(each for each in part.schools if _concerns(each, scope, table))
    if not mandates and not schools:
        return None
    return replace(part, mandates=mandates, schools=schools)


def mandate_change(before: Mandate | None, after: Mandate) -> MandateChangeKind:
    """Return what became of a mandate."""
    if before is None:
        return MandateChangeKind.GIVEN
    if _shorter(before, after):
        return MandateChangeKind.ENDED
    if after.processing is not before.processing:
        return MandateChangeKind.PROCESSED
    return MandateChangeKind.CHANGED


def school_changes(before: School, after: School) -> tuple[SchoolChangeKind, ...]:
    """Return what became of a school; nothing for what does not matter to who acts for it."""
    kinds = []
    if before.board != after.board:
        kinds.append(SchoolChangeKind.MOVED)
    if before.closed is None and after.closed is not None:
        kinds.append(SchoolChangeKind.CLOSED)
    if after.successor not in {None, before.successor}:
        kinds.append(SchoolChangeKind.MERGED)
    if before.closed is not None and after.closed is None:
        kinds.append(SchoolChangeKind.REOPENED)
    if _open(before) != _open(after) & _all(before):
        kinds.append(SchoolChangeKind.LOCATIONS)
    return tuple(kinds)


async def _part(snapshot: Snapshot, events: Sequence[Event], mark: str) -> Part:
    """Return what events of one revision did, as those who watch are told."""
    mandates = [await _of_mandate(snapshot, each) for each in events]
    schools = [_of_school(each) for each in events]
    return Part(
        place=events[-1].position,
        mark=mark,
        recorded=events[-1].recorded,
        mandates=tuple(each for each in mandates if each is not None),
        schools=tuple(each for each in schools if each is not None),
        whole=False,
    )


async def _of_mandate(snapshot: Snapshot, event: Event) -> MandateChange | None:
    before, after = event.before, event.after
    if not isinstance(after, Mandate):
        return None
    former = before if isinstance(before, Mandate) else None
    kind = mandate_change(former, after)
    if kind is not MandateChangeKind.ENDED:
        moved = former is not None and former.period.start != after.period.start
        start = former.period.start if former is not None and moved else None
        return MandateChange(kind=kind, mandate=after, former_start=start)
    endpoints = await snapshot.page(
        Endpoint,
        after="",
        limit=_ENDPOINTS,
        pinned=event.position.revision,
        mandate_id=str(after.mandate_id),
    )
    losing = tuple(each for each in endpoints if not each.stopped and _outlives(each, after))
    return MandateChange(kind=kind, mandate=after, endpoints=losing)


def _of_school(event: Event) -> SchoolChange | None:
    before, after = event.before, event.after
    if not isinstance(after, School) or not isinstance(before, School):
        return None
    kinds = school_changes(before, after)
    if not kinds:
        return None
    return SchoolChange(
        kinds=kinds,
        before=before,
        school=after,
        closed=tuple(sorted(_open(before) - _open(after))),
        reopened=tuple(sorted(_open(after) & _all(before) - _open(before))),
        day=day_of(event.recorded),
    )


def _of_scope(change: MandateChange, scope: Scope) -> MandateChange:
    """Return a change without the endpoints that a scope does not hold."""
    return replace(change, endpoints=tuple(filter(scope.holds, change.endpoints)))


def _concerns(change: SchoolChange, scope: Scope, table: Table) -> bool:
    school = table.organisation(change.school.brin)
    return school is not None and any(
        system_id in scope.systems or service in scope.services
        for service, system_id in school.acting_until(change.day)
    )


def _shorter(before: Mandate, after: Mandate) -> bool:
    """Whether a mandate lost days at its end."""
    if after.stopped:
        return not before.stopped
    last = after.period.end
    return last is not None and (before.period.end is None or last < before.period.end)


def _outlives(endpoint: Endpoint, mandate: Mandate) -> bool:
    last = endpoint.period.end
    return mandate.stopped or last is None or (mandate.period.end or last) < last


def _open(school: School) -> set[Vestiging]:
    return _vestigingen(each for each in school.locations if each.closed is None)


def _all(school: School) -> set[Vestiging]:
    return _vestigingen(school.locations)


def _vestigingen(locations: Iterable[Location]) -> set[Vestiging]:
    return {each.vestiging for each in locations}
