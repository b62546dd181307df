"""Reads all that the overviews tell from a hub, as at one revision of its register."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from wissel.catalog.v1 import catalog_service_pb2 as catalog_pb
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.clients.cli.harmless import harmless
from wissel.clients.cli.output import busy
from wissel.clients.cli.paging import collect
from wissel.clients.cli.publishing import words
from wissel.clients.cli.publishing.overview import Location, Overview, Service, Swv, System
from wissel.clients.cli.session import Session
from wissel.clients.errors import Refused, WisselError
from wissel.clients.transport.connection import Unary
from wissel.party.v1 import party_service_pb2 as party_pb
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.facts import TEST_SCHOOL, Role, RolloutStage, Sector
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import day_of
from wissel.school.v1 import school_pb2
from wissel.school.v1 import school_service_pb2 as schools_pb
from wissel.school.v1.school_service_pb2_grpc import (
    SamenwerkingsverbandServiceStub,
    SchoolServiceStub,
)

Connected = Mapping[str, Collection[str]]
"""The services for which each school or samenwerkingsverband is connected, by its code."""

_ALL: Final = 10_000_000
ATTEMPTS: Final = 3
FEWEST_VENDORS: Final = 2
"""A service that fewer vendors serve would tell the system of each of its schools."""
_SHOWN_ALL: Final = frozenset({Role.OPERATOR, Role.CHAIN_PARTNER})


def read(session: Session, asked: dt.date | None) -> Overview:
    """Return what the overviews of a day tell; without one, of what is today for the hub.

    Raises `WisselError` for a caller who is not shown all systems, and what calls raise.
    """
    me = session.call(lambda c: PartyServiceStub(c).WhoAmI, party_pb.WhoAmIRequest())
    if me.role not in _SHOWN_ALL:
        message = (
            "overviews are made by an operator or a chain partner, who are shown all systems; "
            f"the certificate is of {me.oin}, which is {me.role or 'not registered'}"
        )
        raise WisselError(message)
    day = asked or day_of(me.hub_time.ToDatetime(dt.UTC))
    for _ in range(ATTEMPTS - 1):
        try:
            return _read(session, day)
        except Refused as refusal:
            # The facts of a first page are kept for a while, by the worker that gave it.
            if refusal.reason != Reason.PAGE_EXPIRED:
                raise
    return _read(session, day)


def _read(session: Session, day: dt.date) -> Overview:
    with busy(session, "reading who is connected"):
        connected, revision = _connected(session, day)

    def every(method: Unary[Any, Any], request: Any, field: str) -> list[Any]:
        request.at_revision = revision
        return collect(session, method, request, attrgetter(field), _ALL)

    with busy(session, "reading services and systems"):
        parties = every(
            lambda c: PartyServiceStub(c).ListParties, party_pb.ListPartiesRequest(), "parties"
        )
        services = every(
            lambda c: CatalogServiceStub(c).ListServices,
            catalog_pb.ListServicesRequest(),
            "services",
        )
        systems = every(
            lambda c: PartyServiceStub(c).ListSystems, party_pb.ListSystemsRequest(), "systems"
        )
    with busy(session, "reading schools"):
        swvs = every(
            lambda c: SamenwerkingsverbandServiceStub(c).ListSamenwerkingsverbanden,
            schools_pb.ListSamenwerkingsverbandenRequest(),
            "samenwerkingsverbanden",
        )
        schools = every(
            lambda c: SchoolServiceStub(c).ListSchools,
            schools_pb.ListSchoolsRequest(include_closed=True),
            "schools",
        )
    by_oin = {each.oin: each for each in parties}
    return Overview(
        day=day,
        revision=revision,
        services=_services(services, by_oin, connected),
        systems=_systems(systems, by_oin, day),
        locations=_locations(schools, connected, day),
        swvs=tuple(
            Swv(
                code=each.swv,
                name=harmless(each.name),
                services=tuple(sorted(connected.get(each.swv, ()))),
            )
            for each in swvs
        ),
    )


def _connected(session: Session, day: dt.date) -> tuple[Connected, int]:
    """Return who is connected for what, and the revision at which that is so.

    Nothing is kept of the systems by which they are.
    """
    found: dict[str, set[str]] = defaultdict(set)
    revision = 0

    def pairs(page: schools_pb.ListConnectionsResponse) -> Sequence[schools_pb.Connection]:
        nonlocal revision
        revision = page.registry_revision
        return page.connections

    request = schools_pb.ListConnectionsRequest(everyone=True, on_date=day.isoformat())
    for each in collect(
        session, lambda c: SchoolServiceStub(c).ListConnections, request, pairs, _ALL
    ):
        found[each.brin or each.swv].add(each.service)
    return found, revision


def _services(
    services: Sequence[Any], parties: Mapping[str, party_pb.Party], connected: Connected
) -> tuple[Service, ...]:
    swv_codes = [code for code in connected if code.startswith(("PO", "VO"))]
    swvs = Counter(service for code in swv_codes for service in connected[code])
    whole = Counter(
        service for code, some in connected.items() if code != TEST_SCHOOL for service in some
    )
    return tuple(
        Service(
            code=each.code,
            name=harmless(each.name),
            note=harmless(each.note),
            owner=_name(parties, each.owner_oin),
            sectors=tuple(each.sectors),
            schools=whole[each.code] - swvs[each.code],
            swvs=swvs[each.code],
        )
        for each in services
    )


def _systems(
    systems: Sequence[party_pb.System], parties: Mapping[str, party_pb.Party], day: dt.date
) -> tuple[System, ...]:
    """Return the systems that may be used, with their services.

    These follow from what was recorded of systems alone, never from who uses them. A
    service that only one vendor serves is left out, as is a system that has no other.
    """
    usable = {each.system_id: _usable(each, day) for each in systems}
    vendors: dict[str, set[str]] = defaultdict(set)
    for each in systems:
        for service in usable[each.system_id]:
            vendors[service].add(each.party_oin)
    found = []
    for each in systems:
        services = [one for one in usable[each.system_id] if len(vendors[one]) >= FEWEST_VENDORS]
        if services:
            desk = each.desk if each.HasField("desk") else parties[each.party_oin].desk
            found.append(
                System(
                    system_id=each.system_id,
                    name=harmless(each.name),
                    vendor=_name(parties, each.party_oin),
                    kind=each.kind,
                    services=tuple(services),
                    mail=harmless(desk.mail),
                    telephone=harmless(desk.telephone),
                    hours=harmless(desk.hours),
                    manual_url=harmless(each.manual_url),
                    step_plan_url=harmless(each.step_plan_url),
                )
            )
    return tuple(sorted(found, key=lambda each: (words.in_order(each.name), each.system_id)))


def _usable(system: party_pb.System, day: dt.date) -> list[str]:
    """Return the services for which a system is qualified on a day and not closed, sorted."""
    return sorted(
        each.service
        for each in system.qualifications
        if each.qualified
        and each.qualified_since <= day.isoformat()
        and each.rollout != RolloutStage.CLOSED
    )


def _locations(
    schools: Sequence[school_pb2.School], connected: Connected, day: dt.date
) -> tuple[Location, ...]:
    found = []
    for school in schools:
        if school.brin == TEST_SCHOOL:
            continue
        services = tuple(sorted(connected.get(school.brin, ())))
        for each in school.locations:
            closed = _closed(each.closed_date or school.closed_date, day)
            found.append(
                Location(
                    vestiging=each.vestiging,
                    name=harmless(each.name),
                    postcode=each.postcode,
                    city=harmless(each.city),
                    sector=each.sector,
                    swvs=_swvs(each),
                    services=() if closed else services,
                    closed=closed,
                    latitude=each.latitude if each.HasField("latitude") else None,
                    longitude=each.longitude if each.HasField("longitude") else None,
                )
            )
    found.sort(key=lambda each: (*map(words.in_order, (each.city, each.name)), each.vestiging))
    return tuple(found)


def _swvs(location: school_pb2.Location) -> tuple[str, ...]:
    """Return the samenwerkingsverbanden that a location is of: by its postcode and its sector."""
    po = location.swv_po if location.sector in {Sector.PO, Sector.SO, ""} else ""
    vo = location.swv_vo if location.sector in {Sector.VO, Sector.SO, ""} else ""
    return tuple(filter(None, (po, vo)))


def _closed(last_day: str, day: dt.date) -> dt.date | None:
    """Return the last day of what has closed before a day."""
    last = dt.date.fromisoformat(last_day) if last_day else None
    return last if last is not None and last < day else None


def _name(parties: Mapping[str, party_pb.Party], oin: str) -> str:
    return harmless(parties[oin].name) if oin in parties else ""
