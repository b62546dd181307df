"""The days on which a decision may become otherwise than it was the day before."""

import datetime as dt

from wissel.routing.deciding.impact.touched import Served, Touched
from wissel.routing.table.reference import Reference
from wissel.routing.table.spans import days_of_change
from wissel.routing.values.identifiers import ServiceCode


class Calendar:
    """The days of what lies beside organisations; each service's are worked out once."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._signatories: dict[tuple[str, ServiceCode], set[dt.date]] = {}
        self._systems: dict[Served, set[dt.date]] = {}

    def days(self, asked: Touched, service: ServiceCode) -> set[dt.date]:
        """Return the days of a service, of what is signed for it and of those that serve it."""
        days: set[dt.date] = set()
        for view in asked.views:
            days |= self._signed(view.signatory, service)
        for some in (asked.acting, asked.receiving):
            for served in some:
                if served[0] == service:
                    days |= self._acting(served)
        return days

    def _signed(self, signatory: str, code: ServiceCode) -> set[dt.date]:
        key = signatory, code
        known = self._signatories.get(key)
        if known is None:
            service = self._reference.services.get(code)
            known = self._signatories[key] = (
                set()
                if service is None
                else service.days_of_change
                | days_of_change(self._reference.agreed(signatory, service))
            )
        return known

    def _acting(self, served: Served) -> set[dt.date]:
        known = self._systems.get(served)
        if known is None:
            code, system_id = served
            service = self._reference.services.get(code)
            acting = None if service is None else self._reference.acting(system_id, service)
            known = self._systems[served] = set() if acting is None else acting.days_of_change
        return known
