"""Each decision that comes out otherwise on a later table, with the days on which it does."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Permission, Refusal, Route
from wissel.routing.deciding.impact.calendar import Calendar
from wissel.routing.deciding.impact.touched import Touched, touched
from wissel.routing.deciding.may_act import may_act
from wissel.routing.deciding.query import ANYBODY, Query, Selection
from wissel.routing.facts import System
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.spans import days_of_change, last_day
from wissel.routing.values.days import FOREVER, ONE_DAY
from wissel.routing.values.identifiers import (
    Organisation,
    ServiceCode,
    SystemId,
    Vestiging,
)


class Change(StrEnum):
    """What becomes of a route, or of a system's permission to act; worst first."""

    LOST = "LOST"
    MOVED = "MOVED"
    GAINED = "GAINED"


class Subject(NamedTuple):
    """What is decided: the route to an organisation or one of its vestigingen.

    With a `sender` it is whether that system may act for the organisation.
    """

    organisation: Organisation
    service: ServiceCode
    vestiging: Vestiging | None = None
    sender: SystemId | None = None


class Difference(NamedTuple):
    """A subject that is decided otherwise from `first` to `last`, which may be FOREVER.

    `was` and `becomes` are the systems that received or acted; None for a refusal.
    `reason` is that of the refusal which comes or goes. A route is MOVED if it leads
    to another endpoint, or to the same one otherwise: see `Route.unchanged_since`.
    `signatory` is whose agreements count for the organisation: a board, or itself.
    """

    subject: Subject
    change: Change
    was: System | None
    becomes: System | None
    reason: Reason | None
    first: dt.date
    last: dt.date
    signatory: str


Decided = Route | Permission | Refusal
"""What is decided of a subject."""
_Outcome = tuple[Change, System | None, System | None, Reason | None]
"""How two decisions about a subject differ; as the fields of a `Difference`."""
_Span = tuple[Change, System | None, System | None, Reason | None, dt.date, dt.date]
_Moment = tuple[dt.date, bool]
"""A day, and whether anything may differ on it."""


def differences(before: Table, after: Table, today: dt.date) -> Iterator[list[Difference]]:
    """Yield what is decided otherwise on `after`, today and on each later day.

    A list for each organisation and service that the changed facts touch; it is
    empty if all stays as it is. `after` must descend from `before`, see
    `Table.with_facts` and `Table.supposing`. Days are compared on which any answer
    may change; between these all answers stay as they are.
    """
    calendars = (Calendar(before.reference), Calendar(after.reference))
    for each in touched(before, after):
        own = [view.days_of_change() for view in each.views]
        for service, spans in each.services.items():
            days = days_of_change(spans)
            for known in own:
                days |= known.get(service, set())
            for calendar in calendars:
                days |= calendar.days(each, service)
            later = sorted(day for day in days if day > today)
            moments = [(day, last_day(spans, day) is not None) for day in (today, *later)]
            yield [
                Difference(subject, *span, each.views[-1].signatory)
                for subject in subjects_of(each, service)
                for span in _spans(before, after, subject, moments)
            ]


def subjects_of(asked: Touched, service: ServiceCode) -> list[Subject]:
    """Return the routes to an organisation, and the systems that may act for it."""
    code = asked.organisation
    senders = sorted(system_id for each, system_id in asked.acting if each == service)
    acting = [Subject(code, service, None, system_id) for system_id in senders]
    if not any(each == service for each, _ in asked.receiving):
        return acting
    places = dict.fromkeys(place for view in asked.views for place in view.vestigingen)
    return [
        Subject(code, service),
        *(Subject(code, service, place) for place in places),
        *acting,
    ]


def _spans(
    before: Table, after: Table, subject: Subject, moments: Sequence[_Moment]
) -> list[_Span]:
    """Return how a subject is decided otherwise, once for days in a row that differ alike."""
    decide_on = deciding_of(subject)
    found: list[tuple[_Outcome | None, dt.date]] = []
    for day, may_differ in moments:
        outcome = compare(decide_on(before, day), decide_on(after, day)) if may_differ else None
        if not found or found[-1][0] != outcome:
            found.append((outcome, day))
    lasts = [first - ONE_DAY for _, first in found[1:]] + [FOREVER]
    return [
        (*outcome, first, last)
        for (outcome, first), last in zip(found, lasts, strict=True)
        if outcome is not None
    ]


def compare(was: Decided, becomes: Decided) -> _Outcome | None:
    """Return how two decisions about a subject differ, None if they do not."""
    if isinstance(was, Refusal):
        if isinstance(becomes, Refusal):
            return None
        return Change.GAINED, None, system_of(becomes), was.reason
    if isinstance(becomes, Refusal):
        return Change.LOST, system_of(was), None, becomes.reason
    if isinstance(was, Permission) or isinstance(becomes, Permission):
        return None  # by whichever mandate, the system may act
    if becomes.unchanged_since(was):
        return None
    return Change.MOVED, system_of(was), system_of(becomes), None


def deciding_of(subject: Subject) -> Callable[[Table, dt.date], Decided]:
    """Return the function that decides a subject by a table, on a day."""
    code, service, vestiging, sender = subject
    if sender is not None:
        return lambda table, on: may_act(table, code, service, sender, on, side=Side.SENDER)
    query = Query(ANYBODY, None, code, service, Selection(vestiging=vestiging))
    return lambda table, on: decide(table, query, on)


def system_of(answer: Route | Permission) -> System:
    """Return the system that receives or acts."""
    return answer.system if isinstance(answer, Permission) else answer.receiver.system
