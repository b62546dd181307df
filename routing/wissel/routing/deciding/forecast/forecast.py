"""A forecast as it is told: by day and cause, for one viewer, a page of it at a time."""

import datetime as dt
import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, NamedTuple

from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.forecast.causes import Cause, Causes
from wissel.routing.deciding.forecast.changes import DayChange
from wissel.routing.deciding.impact.differences import Change, Difference, Subject, system_of
from wissel.routing.deciding.impact.impact import Impact, Tally, Viewer
from wissel.routing.deciding.impact.telling import refusal_for
from wissel.routing.deciding.impact.touched import Touched
from wissel.routing.table import Table
from wissel.routing.values.days import ONE_DAY
from wissel.routing.values.identifiers import ServiceCode

EXAMPLES: Final = 10
"""The most examples of one event."""
_KEY_LENGTH: Final = 300
_DIGEST_LENGTH: Final = 16
_SPARE: Final = 4
"""So many pages of events are kept while a page is sought."""


@dataclass(slots=True, kw_only=True)
class Event:
    """What changes on a day for the same causes, as the viewer is told of it.

    `others` is whether something of somebody else is among the causes, which is not
    told. `refusal` is the first of those that come, None if nothing is lost. `examples`
    are the first in order of organisation and service, at most 10.
    """

    key: str
    day: dt.date
    causes: tuple[Cause, ...]
    others: bool
    tally: Tally = field(default_factory=Tally)
    refusal: Refusal | None = None
    examples: list[Difference] = field(default_factory=list)

    def add(self, told: "_Told") -> None:
        """Count a difference."""
        self.tally.add(told.difference, told.difference.change)
        if told.difference.change is Change.LOST and self.refusal is None:
            self.refusal = told.refusal
        if len(self.examples) < EXAMPLES:
            self.examples.append(told.difference)


class _Told(NamedTuple):
    """A change as a viewer is told of it."""

    difference: Difference
    causes: tuple[Cause, ...]
    others: bool
    refusal: Refusal | None

    @property
    def key(self) -> str:
        """The text by which events are ordered: by day, then by cause."""
        named = (f"{cause.happening}/{cause.entity}/{cause.entity_id}" for cause in self.causes)
        text = " ".join([str(self.difference.first), *named, *["OTHERS"] * self.others])
        if len(text) <= _KEY_LENGTH:
            return text
        return text[:_KEY_LENGTH] + sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


class Forecast:
    """What changes from day to day, as one viewer may know it: a page of events, and all counted.

    `size` events come after the key `after`, in order of their keys. Whatever the number
    of events, no more than some pages of them are kept. `total` counts and groups every
    difference as an `Impact` does.
    """

    def __init__(
        self, table: Table, today: dt.date, viewer: Viewer, *, after: str = "", size: int
    ) -> None:
        self.total = Impact(revision=table.revision, today=today)
        self._table = table
        self._causes = Causes(table)
        self._viewer = viewer
        self._after = after
        self._size = size
        self._events: dict[str, Event] = {}
        self._dropped: str | None = None  # no event from this key on is kept

    def add(self, changes: Sequence[DayChange]) -> None:
        """Take in what changes, as far as the viewer may know of it."""
        for changed in changes:
            told = self._told(changed)
            if told is not None:
                self.total.add(told.difference)
                self._count(told)

    def page(self) -> tuple[list[Event], str]:
        """Return the events of the page in order, and the key of the last if more follow."""
        ordered = sorted(self._events.values(), key=lambda event: event.key)
        events = ordered[: self._size]
        follows = len(ordered) > self._size or self._dropped is not None
        return events, events[-1].key if follows else ""

    def _count(self, told: _Told) -> None:
        key = told.key
        if key <= self._after or (self._dropped is not None and key >= self._dropped):
            return
        event = self._events.get(key)
        if event is None:
            event = self._events[key] = Event(
                key=key, day=told.difference.first, causes=told.causes, others=told.others
            )
        event.add(told)
        if len(self._events) > self._size * _SPARE:
            first = heapq.nsmallest(self._size + 1, self._events)
            self._dropped = first[-1]
            self._events = {key: self._events[key] for key in first[:-1]}

    def _told(self, changed: DayChange) -> _Told | None:
        """Return a change as the viewer may know of it, None if it is nothing of the viewer's.

        A vendor is told of the other side's refusals what it would be by asking, and of
        the causes those that are its own, or nobody's.
        """
        shown = self._viewer.shown(_difference(changed))
        if shown is None:
            return None
        refusal = _refusal(changed)
        found = self._causes.of(changed)
        if self._viewer.sees_all_of(changed.subject):
            return _Told(shown, found, others=False, refusal=refusal)
        own = tuple(each for each in found if each.system_id in {"", *self._viewer.systems})
        if refusal is not None:
            day = changed.day if refusal is changed.becomes else changed.day - ONE_DAY
            refusal = refusal_for(self._viewer, self._table, changed.subject, refusal, day)
            shown = shown._replace(reason=refusal.reason)
        return _Told(shown, own, others=own != found, refusal=refusal)


def concerning(viewer: Viewer) -> Callable[[Touched, ServiceCode], bool]:
    """Return which organisations and services a viewer's forecast can be about."""

    def concerns(served: Touched, service: ServiceCode) -> bool:
        return viewer.sees_all_of(
            Subject(served.organisation, service)
        ) or not viewer.systems.isdisjoint(
            system_id for code, system_id in (*served.acting, *served.receiving) if code == service
        )

    return concerns


def _refusal(changed: DayChange) -> Refusal | None:
    """Return the refusal that comes, or that went before."""
    for answer in (changed.becomes, changed.was):
        if isinstance(answer, Refusal):
            return answer
    return None


def _difference(changed: DayChange) -> Difference:
    was, becomes, refusal = changed.was, changed.becomes, _refusal(changed)
    return Difference(
        subject=changed.subject,
        change=changed.change,
        was=None if isinstance(was, Refusal) else system_of(was),
        becomes=None if isinstance(becomes, Refusal) else system_of(becomes),
        reason=None if refusal is None else refusal.reason,
        first=changed.day,
        last=changed.last,
        signatory=changed.signatory,
    )
