"""Which routes lead to a receiver whose certificate ends in the days to come.

A certificate is no fact of the register: what is known of it is what a receiver last
showed, and it may be renewed by then. So nothing is decided by it, and it is told apart.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from wissel.routing.deciding.decision import Route
from wissel.routing.deciding.forecast.changes import Extent, served_in
from wissel.routing.deciding.impact.differences import Subject, deciding_of, subjects_of
from wissel.routing.deciding.impact.impact import Viewer
from wissel.routing.table import Table
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.identifiers import Oin, ServiceCode, SystemId

CertificateEnds = Callable[[str, Oin], dt.date | None]
"""Gives the day on which the certificate of the receiver with an OIN at a URL ends, if known."""


class Ending(NamedTuple):
    """A receiver, by URL and OIN, and the day on which its certificate ends."""

    day: dt.date
    url: str
    oin: Oin


class Endings:
    """Counts the routes to receivers whose certificates end, as a viewer may know of them.

    `routes` are those that lead there on the day, by the system that receives.
    """

    def __init__(self, table: Table, extent: Extent, viewer: Viewer, ends: CertificateEnds) -> None:
        self._table = table
        self._extent = extent
        self._viewer = viewer
        self._ends = ends
        self.routes: defaultdict[Ending, dict[SystemId, int]] = defaultdict(dict)

    def steps(self) -> Iterator[None]:
        """Count, and yield after each organisation and service."""
        pairs = (
            (view, *each)
            for view, services in served_in(self._table, self._extent)
            for each in services
        )
        for view, service, served in pairs:
            days = self._days(view, service)
            for subject in subjects_of(served, service) if days else ():
                if subject.sender is not None:
                    continue
                for day in days:
                    route = deciding_of(subject)(self._table, day)
                    if isinstance(route, Route) and self._shown(route, view, service):
                        self._count(route, day)
            yield

    def _days(self, view: OrganisationView, code: ServiceCode) -> set[dt.date]:
        """Return the days on which certificates of an organisation's endpoints end."""
        service = self._table.reference.services.get(code)
        found: set[dt.date] = set()
        for version in () if service is None else service.versions:
            for endpoint in view.endpoints_in_force((code, version.namespace), self._extent.today):
                system = self._table.system(endpoint.mandate.system_id)
                day = None if system is None else self._ends(endpoint.url, system.acting_oin)
                if day is not None and self._extent.today <= day <= self._extent.until:
                    found.add(day)
        return found

    def _shown(self, route: Route, view: OrganisationView, service: ServiceCode) -> bool:
        return route.system_id in self._viewer.systems or self._viewer.sees_all_of(
            Subject(view.code, service)
        )

    def _count(self, route: Route, day: dt.date) -> None:
        if self._ends(route.url, route.receiver_oin) == day:
            counted = self.routes[Ending(day, route.url, route.receiver_oin)]
            counted[route.system_id] = counted.get(route.system_id, 0) + 1
