"""Each decision that will come out otherwise on a later day, on one table."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from wissel.routing.deciding.impact.touched import Served, Touched
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
    `turns` is whether anything of the organisation, its mandates and endpoints, or a
    version of the service begins or ends with that day; else it is for the gates alone.
    """

    subject: Subject
    day: dt.date
    last: dt.date
    change: Change
    was: Decided
    becomes: Decided
    signatory: str
    turns: bool


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
    versions = {
        service.code: service.days_of_change for service in table.reference.services.values()
    }
    for view, services in served_in(table, extent):
        turning = view.days_of_change()
        for service, served in services:
            own = turning[service] | versions.get(service, set())
            days = own | calendar.days(served, service)
            within = sorted(day for day in days if extent.today < day <= extent.until)
            later = [(day, day in own) for day in within]
            yield [
                changed
                for subject in (subjects_of(served, service) if later else ())
                for changed in _changes(table, subject, extent.today, later, view.signatory)
            ]


def served_in(
    table: Table, extent: Extent
) -> Iterator[tuple[OrganisationView, list[tuple[ServiceCode, Touched]]]]:
    """Yield the organisations that an extent is about in order, each with its services.

    Of a service it tells who serves it for the organisation.
    """
    for view in sorted(_views(table, extent), key=lambda view: view.code):
        acting, receiving = _by_service(view.acting), _by_service(view.receiving)
        found = [
            (service, Touched(view.code, [view], acting[service], receiving[service], {}))
            for service in sorted(acting.keys() | receiving.keys())
            if extent.service in (None, service)
        ]
        services = [
            (service, served) for service, served in found if extent.concerns(served, service)
        ]
        if services:
            yield view, services


def _by_service(served: Iterable[Served]) -> defaultdict[ServiceCode, list[Served]]:
    found: defaultdict[ServiceCode, list[Served]] = defaultdict(list)
    for each in served:
        found[each[0]].append(each)
    return found


def _views(table: Table, extent: Extent) -> list[OrganisationView]:
    if extent.organisation is not None:
        named = table.organisation(extent.organisation)
        views = [] if named is None else [named]
    else:
        views = list(table.organisations())
    return [view for view in views if extent.signatory in (None, view.signatory)]


def _changes(
    table: Table,
    subject: Subject,
    today: dt.date,
    later: Sequence[tuple[dt.date, bool]],
    signatory: str,
) -> list[DayChange]:
    """Return how a subject changes on later days, each with whether anything turns with it."""
    decide_on = deciding_of(subject)
    found: list[DayChange] = []
    was = decide_on(table, today)
    for day, turns in later:
        becomes = decide_on(table, day)
        outcome = compare(was, becomes)
        if outcome is not None:
            if found:
                found[-1] = found[-1]._replace(last=day - ONE_DAY)
            change, *_ = outcome
            found.append(DayChange(subject, day, FOREVER, change, was, becomes, signatory, turns))
        was = becomes
    return found
