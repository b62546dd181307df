"""What endpoints are registered beside: read in a few reads, however many they are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from wissel.routing.facts import Endpoint, Mandate, Samenwerkingsverband, School, Service
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import (
    Aanleverpunt,
    Brin,
    Organisation,
    RoutingKey,
    ServiceCode,
    Swv,
    SystemId,
)
from wissel.server.registry.commands import MandateOf
from wissel.server.registry.ports import Snapshot
from wissel.server.registry.rules.mandates import has_ended
from wissel.server.registry.rules.routing_keys import holders_of
from wissel.server.registry.scope import Scope

Giver = School | Samenwerkingsverband
Triple = tuple[Organisation, ServiceCode, SystemId]
Point = tuple[Organisation, SystemId, Aanleverpunt]


@dataclass(slots=True)
class Known:
    """The mandates that are named, who gave them, and the endpoints beside them.

    `holders` has the endpoints by routing key, with their mandates. `approved` are the
    extra aanleverpunten that were approved for a system of an organisation, and still
    stand.
    """

    mandates: dict[UUID, Mandate] = field(default_factory=dict)
    triples: defaultdict[Triple, list[Mandate]] = field(default_factory=lambda: defaultdict(list))
    givers: dict[Organisation, Giver] = field(default_factory=dict)
    services: dict[ServiceCode, Service] = field(default_factory=dict)
    holders: defaultdict[RoutingKey, list[tuple[Endpoint, Mandate]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    approved: set[Point] = field(default_factory=set)

    def mandate(self, under: UUID | MandateOf, first: dt.date, scope: Scope) -> Mandate:
        """Return the mandate that is named, within the scope, or raise `Refused`.

        Of several with the same organisation, service and system the first one with days
        from `first` on. Raises MANDATE_NOT_FOUND.
        """
        if isinstance(under, UUID):
            found = self.mandates.get(under)
            if found is None or not scope.holds(found):
                raise Refused(Reason.MANDATE_NOT_FOUND, field="mandate_id", mandate_id=str(under))
            return found
        service = self.services.get(under.service)
        code = under.service if service is None else service.code
        named = self.triples.get((under.organisation, code, under.system_id), ())
        own = [each for each in named if scope.holds(each)]
        if not own:
            raise Refused(
                Reason.MANDATE_NOT_FOUND,
                field="mandate_id",
                organisation=under.organisation,
                service=under.service,
                system_id=under.system_id,
            )
        lasting = [each for each in own if not has_ended(each, first)]
        return min(lasting or own, key=lambda each: each.period.start)

    def hold(self, endpoint: Endpoint, mandate: Mandate) -> None:
        """Note an endpoint that was registered, or is as it was changed to."""
        held = self.holders[endpoint.routing_key]
        others = [each for each in held if each[0].endpoint_id != endpoint.endpoint_id]
        self.holders[endpoint.routing_key] = [*others, (endpoint, mandate)]


async def known_of(
    snapshot: Snapshot,
    under: Collection[UUID | MandateOf],
    keys: Collection[RoutingKey],
    today: dt.date,
    *,
    extra: bool,
) -> Known:
    """Read what is known of mandates and routing keys; `extra` for extra aanleverpunten too."""
    known = Known()
    for service in await snapshot.find(Service):
        known.services |= dict.fromkeys((*service.aliases, service.code), service)
    ids = tuple({str(each) for each in under if isinstance(each, UUID)})
    named = tuple({each.organisation for each in under if isinstance(each, MandateOf)})
    mandates = await snapshot.find(Mandate, key=ids) if ids else []
    if named:
        mandates += await snapshot.find(Mandate, organisation=named)
    for mandate in mandates:
        known.mandates[mandate.mandate_id] = mandate
    for mandate in known.mandates.values():
        triple = mandate.organisation, mandate.service, mandate.system_id
        known.triples[triple].append(mandate)
    organisations = {mandate.organisation for mandate in mandates}
    await _read_givers(snapshot, known, organisations)
    for endpoint, mandate in await holders_of(snapshot, keys):
        known.holders[endpoint.routing_key].append((endpoint, mandate))
    if extra:
        beside = await snapshot.find(Endpoint, organisation=tuple(organisations))
        known.approved |= {
            (each.organisation, each.system_id, each.aanleverpunt)
            for each in beside
            if each.aanleverpunt is not None and not each.unapproved and not has_ended(each, today)
        }
    return known


async def _read_givers(
    snapshot: Snapshot, known: Known, organisations: Collection[Organisation]
) -> None:
    brins = tuple(each for each in organisations if isinstance(each, Brin))
    codes = tuple(each for each in organisations if isinstance(each, Swv))
    if brins:
        for school in await snapshot.find(School, key=brins):
            known.givers[school.brin] = school
    if codes:
        for swv in await snapshot.find(Samenwerkingsverband, key=codes):
            known.givers[swv.code] = swv
