"""Whether a sender may send, and through which system (design.md#deciding)."""

import datetime as dt
from collections.abc import Collection
from operator import attrgetter
from typing import Final

from wissel.routing.deciding.decision import Permission, Refusal, Sender
from wissel.routing.deciding.may_act import mandate_missing, permission_by, sector_not_served
from wissel.routing.deciding.query import Query
from wissel.routing.facts import Role
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.reference import IndexedService, Reference
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import RoutingKey, SystemId

_FOR_ANYONE: Final = (Role.CHAIN_PARTNER, Role.OPERATOR)
_GATES: Final = (
    Reason.AGREEMENT_MISSING,
    Reason.MANDATE_AWAITING,
    Reason.MANDATE_REJECTED,
    Reason.SYSTEM_NOT_QUALIFIED,
    Reason.VENDOR_AGREEMENT_MISSING,
    Reason.ROLLOUT_CLOSED,
)
"""The refusals of `permission_by` in the order of its gates."""


def sender_of(table: Table, query: Query, service: IndexedService, on: dt.date) -> Sender | Refusal:
    """Return how the sender of a query may send, or the first rule that stands in its way.

    1. A sender that is named is known: SENDER_UNKNOWN.
    2. A chain partner or an operator may ask for anyone, or name no sender:
       nothing more is demanded.
    3. Otherwise the asker is a vendor and names a sender: SENDER_NOT_ALLOWED.
    4. The school is open, or closed less than twelve months ago, so that
       dossiers can leave it: SENDER_CLOSED.
    5. The service serves its sector (R11): SECTOR_NOT_SERVED.
    6. The system of the sender's routing key may act for it; without a key the
       first of the asker's systems, in order of id, that may: see `_first_that_may`.
    """
    asker = query.asker
    organisation = None if query.sender is None else table.organisation(query.sender)
    # 1.
    if query.sender is not None and organisation is None:
        return _refusal(Reason.SENDER_UNKNOWN, organisation=str(query.sender))
    # 2.
    if asker.role in _FOR_ANYONE:
        return Sender(None, FOREVER)
    # 3.
    if organisation is None or asker.role is not Role.VENDOR:
        return _refusal(Reason.SENDER_NOT_ALLOWED, service=str(service.code))
    # 4.
    until = may_send_until(organisation.closed)
    if on > until:
        closed = str(organisation.closed)
        return _refusal(Reason.SENDER_CLOSED, organisation=str(query.sender), closed=closed)
    # 5.
    if organisation.sectors.isdisjoint(service.sectors):
        return sector_not_served(organisation, service, Side.SENDER)
    # 6.
    through: Collection[SystemId] = asker.system_ids
    if query.sender_routing_key is not None:
        of_key = _systems_of_key(query, organisation, service, query.sender_routing_key, on)
        through = of_key.intersection(through, table.reference.systems)
    permission = _first_that_may(query, table.reference, organisation, service, through, on)
    if isinstance(permission, Refusal):
        return permission
    return Sender(permission, min(permission.last_day, until))


def _first_that_may(
    query: Query,
    reference: Reference,
    organisation: OrganisationView,
    service: IndexedService,
    through: Collection[SystemId],
    on: dt.date,
) -> Permission | Refusal:
    """Return the permission of the first of some systems, in order of id, that may act.

    1. Only registered systems with a mandate in force are tried, and of what is fetched
       also those that made way and may still provide.
    2. Of those that may not, the refusal of the one that passed most gates is
       returned; of two that failed alike that of the first.
    3. If none was tried: MANDATE_MISSING for the first system by id, and
       SENDER_NOT_ALLOWED if there are no systems at all.
    """
    # 1.
    own = [
        mandate
        for mandate in organisation.mandates_in_force(service.code, on, providing=query.fetched)
        if mandate.system_id in through and mandate.system_id in reference.systems
    ]
    refusals = []
    for mandate in sorted(own, key=attrgetter("system_id")):
        permission = permission_by(mandate, reference, service, on, Side.SENDER, test=query.test)
        if not isinstance(permission, Refusal):
            return permission
        refusals.append(permission)
    # 2.
    if refusals:
        return max(refusals, key=lambda refusal: _GATES.index(refusal.reason))
    # 3.
    if through:
        return mandate_missing(organisation, service, on, Side.SENDER, system_id=min(through))
    return _refusal(
        Reason.SENDER_NOT_ALLOWED,
        organisation=str(organisation.code),
        service=str(service.code),
    )


def _systems_of_key(
    query: Query,
    organisation: OrganisationView,
    service: IndexedService,
    key: RoutingKey,
    on: dt.date,
) -> set[SystemId]:
    """Return the systems whose endpoint of this service has the routing key on a day.

    There is one per version at most (R8); two versions may lead to two systems. Of what
    is fetched those count too that made way and may still provide.
    """
    return {
        endpoint.mandate.system_id
        for version in service.versions
        for endpoint in organisation.endpoints_in_force(
            (service.code, version.namespace), on, providing=query.fetched
        )
        if endpoint.routing_key == key
    }


def may_send_until(closed: dt.date) -> dt.date:
    """Return until when dossiers can leave a school that is open until `closed`.

    That is the same day a year later, 28 February for 29 February.
    """
    if closed == FOREVER:
        return FOREVER
    try:
        return closed.replace(year=closed.year + 1)
    except ValueError:
        return closed.replace(year=closed.year + 1, day=28)


def _refusal(reason: Reason, **metadata: str) -> Refusal:
    return Refusal(reason=reason, side=Side.SENDER, metadata=metadata)
