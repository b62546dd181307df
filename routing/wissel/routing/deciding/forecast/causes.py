"""Why a decision changes on a day: what begins then, or ended the day before."""

import datetime as dt
from collections.abc import Collection, Iterator
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from wissel.routing.deciding.decision import Permission, Route
from wissel.routing.deciding.forecast.changes import DayChange
from wissel.routing.deciding.impact.differences import Decided, Subject
from wissel.routing.deciding.locate import Located, find_endpoint, meant
from wissel.routing.deciding.query import Selection
from wissel.routing.facts import TEST_SCHOOL, AgreementKind, ServiceVersion
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.reference import IndexedService
from wissel.routing.table.views import EndpointView, MandateView, OrganisationView
from wissel.routing.values.days import FOREVER, ONE_DAY
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId, Vestiging


class Entity(StrEnum):
    """What a decision rests on, in the order in which causes are told."""

    SCHOOL = "SCHOOL"
    VESTIGING = "VESTIGING"
    SERVICE_VERSION = "SERVICE_VERSION"
    AGREEMENT = "AGREEMENT"
    QUALIFICATION = "QUALIFICATION"
    ROLLOUT = "ROLLOUT"
    MANDATE = "MANDATE"
    ENDPOINT = "ENDPOINT"


class Happening(StrEnum):
    """What an entity does on a day."""

    ENDS = "ENDS"
    BEGINS = "BEGINS"


class Cause(NamedTuple):
    """An entity whose last day is the one before a change, or whose first day is that day.

    `entity_id` is a BRIN, a vestiging, `service/namespace`, `system/service` or a UUID.
    `system_id` is the system whose it is, `signatory` and `agreement` say who signed
    what; each is empty for what has none.
    """

    happening: Happening
    entity: Entity
    entity_id: str
    system_id: str = ""
    signatory: str = ""
    agreement: str = ""


class _Edge(NamedTuple):
    """That something ends with a day, or begins with it."""

    happening: Happening
    day: dt.date

    def of(self, first: dt.date, last: dt.date) -> bool:
        """Whether what lasts from a first to a last day does so."""
        return self.day == (last if self.happening is Happening.ENDS else first)


class Causes:
    """Finds the causes of changes on one table; what many have in common is found once."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[
            tuple[_Edge, str, ServiceCode, SystemId, Organisation | None], tuple[Cause, ...]
        ] = {}

    def of(self, changed: DayChange) -> tuple[Cause, ...]:
        """Return all that ends or begins to make a decision another on a day.

        1. What the decision of the day before rests on, and ends with that day.
        2. What the decision of the day rests on, and begins with it.

        A refusal rests on what is meant and yet in the way, endpoints or a mandate: so
        one that begins to stand there is told, and one that no longer does.
        """
        found = {
            # 1.
            *self._at(_Edge(Happening.ENDS, changed.day - ONE_DAY), changed, changed.was),
            # 2.
            *self._at(_Edge(Happening.BEGINS, changed.day), changed, changed.becomes),
        }
        return tuple(sorted(found, key=_in_order))

    def _at(self, edge: _Edge, changed: DayChange, decided: Decided) -> Iterator[Cause]:
        """Yield what a decision of the day of an edge rests on, and ends or begins there."""
        subject = changed.subject
        view = self._table.organisation(subject.organisation)
        service = self._table.reference.services.get(subject.service)
        if view is None or service is None:
            return
        if isinstance(decided, Permission | Route):
            permission = decided.receiver if isinstance(decided, Route) else decided
            yield from self._gates(edge, permission, service)
        if changed.turns:
            yield from _own(edge, view, service, subject, decided)

    def _gates(
        self, edge: _Edge, permission: Permission, service: IndexedService
    ) -> tuple[Cause, ...]:
        """Return what the gates of `may_act.permission_by` rest on, the mandate left aside."""
        organisation, system = permission.mandate.organisation, permission.system
        acting = self._table.reference.acting(system.system_id, service)
        special = organisation.code == TEST_SCHOOL or (
            acting is not None and organisation.code in acting.pilots
        )
        key = (
            edge,
            organisation.signatory,
            service.code,
            system.system_id,
            organisation.code if special else None,
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(self._of_gates(edge, permission, service))
        return known

    def _of_gates(
        self, edge: _Edge, permission: Permission, service: IndexedService
    ) -> Iterator[Cause]:
        organisation, system = permission.mandate.organisation, permission.system
        yield from self._signed(edge, organisation.signatory, service.agreements, "")
        vendors = service.fact.vendor_agreements
        yield from self._signed(edge, system.party, vendors, system.system_id)
        acting = self._table.reference.acting(system.system_id, service)
        if acting is None or organisation.code == TEST_SCHOOL:
            return
        named = f"{system.system_id}/{service.code}"
        if edge.of(acting.qualification.since or dt.date.min, FOREVER):
            yield Cause(edge.happening, Entity.QUALIFICATION, named, system.system_id)
        if any(edge.of(*span) for span in acting.admitted(organisation.code)):
            yield Cause(edge.happening, Entity.ROLLOUT, named, system.system_id)

    def _signed(
        self, edge: _Edge, signatory: str, kinds: Collection[AgreementKind], system_id: str
    ) -> Iterator[Cause]:
        """Yield the agreements with which the time that one of the kinds is signed turns."""
        reference = self._table.reference
        for kind in kinds:
            if not any(edge.of(*span) for span in reference.signed(signatory, kind, kinds)):
                continue
            for named, first, last, only_with in reference.agreements[signatory][kind]:
                counts = only_with is None or only_with in kinds
                if counts and first <= last and edge.of(first, last):
                    yield Cause(
                        edge.happening, Entity.AGREEMENT, str(named), system_id, signatory, kind
                    )


_ORDER: Final = {kind: number for number, kind in enumerate((*Happening, *Entity))}


def _in_order(cause: Cause) -> tuple[object, ...]:
    return (_ORDER[cause.happening], _ORDER[cause.entity], cause.entity_id)


_NOTHING_MEANT: Final = (
    Reason.MANDATE_MISSING,
    Reason.ENDPOINT_MISSING,
    Reason.SERVICE_VERSION_NOT_FOUND,
)
"""The refusals of `decide` where no endpoint is meant at all."""


def _own(
    edge: _Edge,
    view: OrganisationView,
    service: IndexedService,
    subject: Subject,
    decided: Decided,
) -> Iterator[Cause]:
    """Yield what a decision rests on of the organisation itself, and of versions."""
    if isinstance(decided, Permission):
        yield from _mandate(edge, decided.mandate)
    elif isinstance(decided, Route):
        if edge.of(dt.date.min, view.closed):
            yield Cause(edge.happening, Entity.SCHOOL, view.code)
        yield from _location(edge, view, subject.vestiging)
        version = next(v for v in service.versions if v.namespace == decided.version)
        yield from _endpoint(edge, view, service, version, decided.endpoint)
    elif subject.sender is None:
        if decided.reason not in _NOTHING_MEANT:
            yield from _in_the_way(edge, view, service, subject)
    else:
        mandates = view.mandates_in_force(service.code, edge.day)
        own = (each for each in mandates if each.system_id == subject.sender)
        for mandate in islice(own, 1):
            yield from _mandate(edge, mandate)


def _in_the_way(
    edge: _Edge, view: OrganisationView, service: IndexedService, subject: Subject
) -> Iterator[Cause]:
    """Yield what the endpoints that are meant, and yet no route, rest on."""
    selection = Selection(vestiging=subject.vestiging)
    located = find_endpoint(view, selection, service, None, edge.day)
    if isinstance(located, Located):
        yield from _endpoint(edge, view, service, located.version, located.endpoint)
    elif located.reason is Reason.ROUTE_AMBIGUOUS:
        namespace = located.metadata["version"]
        version = next(each for each in service.versions if each.namespace == namespace)
        in_force = view.endpoints_in_force((service.code, version.namespace), edge.day)
        for endpoint in meant(view, in_force, selection):
            yield from _endpoint(edge, view, service, version, endpoint)
        for vestiging in view.vestigingen:
            yield from _location(edge, view, vestiging)


def _endpoint(
    edge: _Edge,
    view: OrganisationView,
    service: IndexedService,
    version: ServiceVersion,
    endpoint: EndpointView,
) -> Iterator[Cause]:
    """Yield an endpoint, and what it is under and of."""
    if edge.of(version.period.start, version.period.end or FOREVER):
        named = f"{service.code}/{version.namespace}"
        yield Cause(edge.happening, Entity.SERVICE_VERSION, named)
    if edge.of(endpoint.first_day, endpoint.last_day):
        system_id = endpoint.mandate.system_id
        yield Cause(edge.happening, Entity.ENDPOINT, endpoint.endpoint_id_text, system_id)
    yield from _mandate(edge, endpoint.mandate)
    yield from _location(edge, view, endpoint.vestiging)


def _location(edge: _Edge, view: OrganisationView, vestiging: Vestiging | None) -> Iterator[Cause]:
    last = None if vestiging is None else view.last_day_of(vestiging)
    if last is not None and edge.of(dt.date.min, last):
        yield Cause(edge.happening, Entity.VESTIGING, str(vestiging))


def _mandate(edge: _Edge, mandate: MandateView) -> Iterator[Cause]:
    if edge.of(mandate.first_day, mandate.last_day):
        named, system_id = str(mandate.mandate_id), mandate.system_id
        yield Cause(edge.happening, Entity.MANDATE, named, system_id)
