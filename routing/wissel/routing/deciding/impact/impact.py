"""The impact of a change: how much is gained, lost and moved, for whom and why."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from wissel.routing.deciding.impact.differences import Change, Difference, Subject
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId

EXAMPLES: Final = 50
"""The most examples that an impact has."""
_WORST_FIRST: Final = {change: index for index, change in enumerate(Change)}


@dataclass(slots=True)
class Counts:
    """How many are lost, moved and gained."""

    lost: int = 0
    moved: int = 0
    gained: int = 0

    @property
    def size(self) -> int:
        """How many there are of all kinds."""
        return self.lost + self.moved + self.gained

    def add(self, change: Change) -> None:
        """Count one."""
        match change:
            case Change.LOST:
                self.lost += 1
            case Change.MOVED:
                self.moved += 1
            case Change.GAINED:
                self.gained += 1


@dataclass(slots=True)
class Tally:
    """How many routes, and permissions of senders, change."""

    routes: Counts = field(default_factory=Counts)
    senders: Counts = field(default_factory=Counts)

    @property
    def size(self) -> int:
        """How many routes and senders there are."""
        return self.routes.size + self.senders.size

    def add(self, difference: Difference, change: Change) -> None:
        """Count a difference as a change."""
        (self.routes if difference.subject.sender is None else self.senders).add(change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is shown an impact: sees all, or what is of these systems, services or organisations."""

    everything: bool = False
    systems: frozenset[SystemId] = frozenset()
    services: frozenset[ServiceCode] = frozenset()
    organisations: frozenset[Organisation] = frozenset()

    def sees_all_of(self, subject: Subject) -> bool:
        """Whether a subject is the viewer's, whichever systems serve it."""
        return (
            self.everything
            or subject.organisation in self.organisations
            or subject.service in self.services
        )

    def shown(self, difference: Difference) -> Difference | None:
        """Return a difference as it is shown, None if it is nothing of the viewer's.

        A route that moves between the systems of two vendors is lost to the one and
        gained by the other, and neither is told of the other.
        """
        was, becomes = difference.was, difference.becomes
        if self.sees_all_of(difference.subject):
            return difference
        loses = was is not None and was.system_id in self.systems
        gains = becomes is not None and becomes.system_id in self.systems
        if not loses and not gains:
            return None
        if difference.change is not Change.MOVED or (loses and gains):
            return difference
        if loses:
            return difference._replace(change=Change.LOST, becomes=None)
        return difference._replace(change=Change.GAINED, was=None)


EVERYTHING: Final = Viewer(everything=True)


@dataclass(slots=True, kw_only=True)
class Impact:
    """What a change does to routes and senders, as one viewer is told of it.

    `revision` is that of the facts which it was worked out on, `today` the first day
    that was looked at. A difference counts once in `total`, and by vendor (a route
    that moves is lost to one and gained by another), signatory, service, reason and
    by the first day on which it is so. `examples` are the worst and earliest.
    """

    revision: int
    today: dt.date
    total: Tally = field(default_factory=Tally)
    by_vendor: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_signatory: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_service: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_reason: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_day: dict[dt.date, Tally] = field(default_factory=lambda: defaultdict(Tally))
    _examples: list[Difference] = field(default_factory=list)

    def add(self, shown: Difference) -> None:
        """Count a difference, as the viewer is told of it."""
        change = shown.change
        for tally in (
            self.total,
            self.by_signatory[shown.signatory],
            self.by_service[shown.subject.service],
            self.by_day[shown.first],
        ):
            tally.add(shown, change)
        if shown.reason is not None:
            self.by_reason[shown.reason].add(shown, change)
        was = shown.was.party if shown.was else None
        becomes = shown.becomes.party if shown.becomes else None
        if was is not None:
            self.by_vendor[was].add(shown, Change.LOST if was != becomes else change)
        if becomes is not None and was != becomes:
            self.by_vendor[becomes].add(shown, Change.GAINED)
        self._examples.append(shown)
        if len(self._examples) >= EXAMPLES * 20:
            self._examples = self.examples

    @property
    def examples(self) -> list[Difference]:
        """The lost ones before those that move or are gained, and early ones first; at most 50."""
        return sorted(self._examples, key=_worst_first)[:EXAMPLES]


def _worst_first(difference: Difference) -> tuple[object, ...]:
    subject = difference.subject
    return (
        _WORST_FIRST[difference.change],
        subject.sender is not None,
        difference.first,
        subject.organisation,
        subject.service,
        subject.vestiging or "",
        subject.sender or "",
    )
