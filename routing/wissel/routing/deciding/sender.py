"""Whether a sender may send, and through which system (design.md#deciding)."""

import datetime as dt
from collections.abc import Container, Sequence
from typing import Final

from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.locate import standing
from wissel.routing.deciding.may_act import gated, mandate_missing
from wissel.routing.deciding.query import Query
from wissel.routing.facts import Role
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table.compact import FOREVER, NOWHERE, Bucket, key_stem, within
from wissel.routing.table.reference import ServiceRecord
from wissel.routing.table.table import Table
from wissel.routing.values.identifiers import RoutingKey, SystemId

_VENDOR: Final = Role.VENDOR
_FOR_ANYONE: Final = (Role.CHAIN_PARTNER, Role.OPERATOR)
_GATES: Final = (
    Reason.AGREEMENT_MISSING,
    Reason.MANDATE_AWAITING,
    Reason.MANDATE_REJECTED,
    Reason.SYSTEM_NOT_QUALIFIED,
    Reason.VENDOR_AGREEMENT_MISSING,
    Reason.ROLLOUT_CLOSED,
)


Sending = tuple[Bucket | None, int, int]
"""The sender's bucket, the place in it of the mandate by which it sends, the last day known.

Without a bucket it needs no mandate.
"""


def sending(table: Table, query: Query, service: ServiceRecord, day: int) -> Sending | Refusal:
    """Return how the sender of a query sends, or the first rule that stands in its way.

    1. A sender that is named is known. One is named, unless a chain partner or
       an operator asks; these may ask for anyone, and nothing more is demanded.
    2. The asker is a vendor.
    3. The school is open, or closed less than twelve months ago, so that
       dossiers leave it.
    4. The system of the sender's routing key may act for it; without a key the
       first of the asker's systems, in order of id, that may.
    """
    asker, sender = query.asker, query.sender
    bucket = None if sender is None else table.organisation(sender)
    if sender is not None and bucket is None:
        return _refusal(Reason.SENDER_UNKNOWN, organisation=str(sender))
    if asker.role in _FOR_ANYONE:
        return None, 0, FOREVER
    if bucket is None or asker.role is not _VENDOR:
        return _refusal(Reason.SENDER_NOT_ALLOWED, service=str(service.fact.code))
    until = _a_year_after(bucket.closed)
    if day > until:
        closed = str(dt.date.fromordinal(bucket.closed))
        return _refusal(Reason.SENDER_CLOSED, organisation=str(sender), closed=closed)

    through = asker.system_ids
    key = query.sender_routing_key
    if key is not None:
        own = _systems_of_key(table, bucket, service, key, day)
        through = tuple(system_id for system_id in through if system_id in own)
    return _first_that_may(table, bucket, service, through, day, until)


def _first_that_may(
    table: Table,
    bucket: Bucket,
    service: ServiceRecord,
    through: Sequence[SystemId],
    day: int,
    until: int,
) -> Sending | Refusal:
    """Return the sending by the first system that may, or the refusal of the one that got furthest.

    Of two that failed alike the first by id is told.
    """
    own = _own_in_force(table, bucket, service, through, day)
    furthest: Refusal | None = None
    for mandate in own:
        outcome = gated(table, bucket, service, mandate, day, Side.SENDER)
        if isinstance(outcome, int):
            return bucket, mandate, min(until, outcome)
        if furthest is None or _GATES.index(outcome.reason) > _GATES.index(furthest.reason):
            furthest = outcome
    if furthest is not None:
        return furthest
    if through:
        return mandate_missing(bucket, service, day, Side.SENDER, system_id=min(through))
    return _refusal(
        Reason.SENDER_NOT_ALLOWED,
        organisation=str(bucket.organisation),
        service=str(service.fact.code),
    )


def _own_in_force(
    table: Table, bucket: Bucket, service: ServiceRecord, through: Container[SystemId], day: int
) -> list[int]:
    """Return the places of the mandates in force of some systems, in order of their ids."""
    systems, mandates = table.reference.systems, bucket.mandates
    own = []
    for place in bucket.by_service.get(service.number, NOWHERE):
        terms = mandates[place]
        if terms.in_force(day):
            system = systems.get(terms.system)
            if system is not None and system.system_id in through:
                own.append(place)
    if len(own) > 1:
        own.sort(key=lambda place: systems[mandates[place].system].system_id)
    return own


def _systems_of_key(
    table: Table, bucket: Bucket, service: ServiceRecord, key: RoutingKey, day: int
) -> set[SystemId]:
    """Return the systems whose endpoint of this service has the routing key on a day.

    There is one per version at most (R8); two versions may lead to two systems.
    """
    systems, called = table.reference.systems, within(key_stem(bucket.organisation), key)
    numbers = {
        bucket.mandates[bucket.under[place]].system
        for version in service.versions
        for place in bucket.by_version.get(version.number, NOWHERE)
        if bucket.endpoints[place].routing_key == called and standing(bucket, place, day)
    }
    return {systems[number].system_id for number in numbers if number in systems}


def _a_year_after(day: int) -> int:
    """Return the same day a year later, 28 February for 29 February."""
    if day == FOREVER:
        return FOREVER
    date = dt.date.fromordinal(day)
    try:
        return date.replace(year=date.year + 1).toordinal()
    except ValueError:
        return date.replace(year=date.year + 1, day=28).toordinal()


def _refusal(reason: Reason, **metadata: str) -> Refusal:
    return Refusal(reason=reason, side=Side.SENDER, metadata=metadata)
