"""Each decision that will come out otherwise on a later day, on one table."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from wissel.routing.deciding.impact.calendar import Calendar
from wissel.routing.deciding.impact.differences import (
    Change,
    Decided,
    Subject,
    compare,
    deciding_of,
    subjects_of,
)
from wissel.routing.deciding.impact.touched import Touched
from wissel.routing.table import Table
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.days import FOREVER, ONE_DAY
from wissel.routing.values.identifiers import Organisation, ServiceCode

LONGEST: Final = 366
"""So many days are foretold at most."""


class DayChange(NamedTuple):
    """A subject that is decided otherwise on `day` than on the day before.

    It stays so until `last`, FOREVER if nothing in the forecast changes it again.
    `signatory` is whose agreements count for the organisation: a board, or itself.
    """

    subject: Subject
    day: dt.date
    last: dt.date
    change: Change
    was: Decided
    becomes: Decided
    signatory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What is foretold: of the days after `today` until `until`, both included.

    With an organisation, service or signatory (a board, or a samenwerkingsverband) only
    what is of that one. `concerns` tells of which organisations and services, by what
    they have on whatever day, anything is wanted at all.
    """

    today: dt.date
    until: dt.date
    concerns: Callable[[Touched, ServiceCode], bool]
    organisation: Organisation | None = None
    service: ServiceCode | None = None
    signatory: str | None = None


def day_changes(table: Table, extent: Extent) -> Iterator[list[DayChange]]:
    """Yield what is decided otherwise on a day than on the day before.

    A list for each organisation and service that has mandates or endpoints, in order; it
    is empty if all stays as it is. Only days are decided on which any answer may change.
    """
    calendar = Calendar(table.reference)
    for view in sorted(_views(table, extent), key=lambda view: view.code):
        served = Touched(view.code, [view], view.acting, view.receiving, {})
        for service in sorted({code for code, _ in (*served.acting, *served.receiving)}):
            if extent.service in (None, service) and extent.concerns(served, service):
                days = view.days_of_change(service) | calendar.days(served, service)
                within = sorted(day for day in days if extent.today < day <= extent.until)
                yield _changes(table, served, service, [extent.today, *within])


def _views(table: Table, extent: Extent) -> list[OrganisationView]:
    if extent.organisation is not None:
        named = table.organisation(extent.organisation)
        views = [] if named is None else [named]
    else:
        views = list(table.organisations())
    return [view for view in views if extent.signatory in (None, view.signatory)]


def _changes(
    table: Table, served: Touched, service: ServiceCode, days: list[dt.date]
) -> list[DayChange]:
    """Return how the subjects of an organisation and service change, from the second day on."""
    if len(days) == 1:
        return []
    return [
        changed
        for subject in subjects_of(served, service)
        for changed in _changes_of(table, subject, days, served.views[0].signatory)
    ]


def _changes_of(
    table: Table, subject: Subject, days: list[dt.date], signatory: str
) -> list[DayChange]:
    decide_on = deciding_of(subject)
    found: list[DayChange] = []
    was = decide_on(table, days[0])
    for day in days[1:]:
        becomes = decide_on(table, day)
        outcome = compare(was, becomes)
        if outcome is not None:
            if found:
                found[-1] = found[-1]._replace(last=day - ONE_DAY)
            found.append(DayChange(subject, day, FOREVER, outcome[0], was, becomes, signatory))
        was = becomes
    return found
