"""Which decisions the facts that differ between two tables can change, and on which days."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from wissel.routing.table import Table
from wissel.routing.table.reference import Reference
from wissel.routing.table.spans import ALWAYS, Spans, difference, union
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId

Served = tuple[ServiceCode, SystemId]
"""A service, and a system that has a mandate or an endpoint for it."""


class Touched(NamedTuple):
    """An organisation of which some decision may differ.

    `views` are what the tables know of it: a single one if both know the same.
    `acting` and `receiving` are those that have mandates and endpoints in any of them,
    `services` what may be decided otherwise, with the days on which it may.
    """

    organisation: Organisation
    views: Sequence[OrganisationView]
    acting: Collection[Served]
    receiving: Collection[Served]
    services: Mapping[ServiceCode, Spans]


def touched(before: Table, after: Table) -> Iterator[Touched]:
    """Yield what may be decided otherwise on a table than on the one that it came from.

    1. An organisation whose own facts changed: each service for which it has
       mandates or endpoints, on every day.
    2. A change beside organisations (a service, a system with its qualification, an
       agreement): each organisation and service that it is about, on the days on
       which that differs.

    Nothing else can differ, as deciding reads nothing else. For 2 nothing is looked
    for unless such a fact changed.
    """
    # 1.
    changed = after.changed_since(before)
    for code in sorted(changed):
        both = before.organisation(code), after.organisation(code)
        views = [view for view in both if view is not None]
        acting = {served for view in views for served in view.acting}
        receiving = {served for view in views for served in view.receiving}
        services = {service: ALWAYS for service, _ in sorted(acting | receiving)}
        yield Touched(code, views, acting, receiving, services)
    # 2.
    if before.reference is after.reference:
        return
    beside = _Beside(before.reference, after.reference)
    for view in after.organisations():
        if view.code not in changed:
            acting, receiving = view.acting, view.receiving
            differing = beside.differs(view.signatory, acting | receiving)
            if differing:
                yield Touched(view.code, [view], acting, receiving, differing)


class _Beside:
    """What differs beside organisations; each comparison is made once."""

    def __init__(self, before: Reference, after: Reference) -> None:
        self._before = before
        self._after = after
        self._signatories: dict[tuple[str, ServiceCode], Spans] = {}
        self._systems: dict[Served, Spans] = {}

    def differs(self, signatory: str, served: Collection[Served]) -> Mapping[ServiceCode, Spans]:
        """Return the services for which something differs, with the days on which it does."""
        found: dict[ServiceCode, set[Spans]] = {}
        for service, system_id in served:
            for spans in (self._signed(signatory, service), self._acting(system_id, service)):
                if spans:
                    found.setdefault(service, set()).add(spans)
        return {
            service: union(span for spans in some for span in spans)
            for service, some in sorted(found.items())
        }

    def _signed(self, signatory: str, code: ServiceCode) -> Spans:
        """Return the days on which a service, or having signed for it, differs."""
        key = signatory, code
        known = self._signatories.get(key)
        if known is None:
            was, becomes = self._before.services.get(code), self._after.services.get(code)
            if was is None or becomes is None or was != becomes:
                known = () if was is becomes else ALWAYS
            else:
                agreed = self._before.agreed(signatory, was)
                known = difference(agreed, self._after.agreed(signatory, becomes))
            self._signatories[key] = known
        return known

    def _acting(self, system_id: SystemId, code: ServiceCode) -> Spans:
        """Return the days on which a system acts otherwise for a service that is the same."""
        key = code, system_id
        known = self._systems.get(key)
        if known is None:
            service = self._after.services.get(code)
            was = None if service is None else self._before.acting(system_id, service)
            becomes = None if service is None else self._after.acting(system_id, service)
            if was is None or becomes is None:
                known = () if was is becomes else ALWAYS
            elif (was.system, was.qualification) != (becomes.system, becomes.qualification):
                known = ALWAYS
            else:
                known = difference(was.agreed, becomes.agreed)
            self._systems[key] = known
        return known
