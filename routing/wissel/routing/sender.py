"""Whether a sender may send, and through which system (DESIGN sections 5 and 6)."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

from wissel.routing.decision import Query, Refusal, Side
from wissel.routing.facts import Role
from wissel.routing.identifiers import RoutingKey, SystemId
from wissel.routing.locate import standing
from wissel.routing.may_act import gated, in_force, mandate_missing
from wissel.routing.reasons import Reason
from wissel.routing.records import FOREVER, Bucket, MandateRecord
from wissel.routing.reference import ServiceRecord
from wissel.routing.table import Table

_FOR_ANYONE: Final = (Role.CHAIN_PARTNER, Role.OPERATOR)
_GATES: Final = (
    Reason.MANDATE_MISSING,
    Reason.AGREEMENT_MISSING,
    Reason.MANDATE_AWAITING,
    Reason.MANDATE_REJECTED,
    Reason.SYSTEM_NOT_QUALIFIED,
    Reason.VENDOR_AGREEMENT_MISSING,
    Reason.ROLLOUT_CLOSED,
)


Sending = tuple[MandateRecord | None, int]
"""By which mandate a sender sends, None if it needs none, and the last day that is known."""


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
        return None, FOREVER
    if bucket is None or asker.role is not Role.VENDOR:
        return _refusal(Reason.SENDER_NOT_ALLOWED, service=str(service.fact.code))
    until = _a_year_after(bucket.closed)
    if day > until:
        closed = str(dt.date.fromordinal(bucket.closed))
        return _refusal(Reason.SENDER_CLOSED, organisation=str(sender), closed=closed)

    systems: Iterable[SystemId] = asker.system_ids
    if len(asker.system_ids) > 1:
        systems = sorted(asker.system_ids)
    key = query.sender_routing_key
    if key is not None:
        own = _systems_of_key(table, bucket, service, key, day)
        systems = [system_id for system_id in systems if system_id in own]
    return _first_that_may(table, bucket, service, systems, day, until)


def _first_that_may(
    table: Table,
    bucket: Bucket,
    service: ServiceRecord,
    systems: Iterable[SystemId],
    day: int,
    until: int,
) -> Sending | Refusal:
    """Return the sending by the first system that may, or the refusal of the one that got furthest.

    Of two that failed alike the first by id is told.
    """
    furthest: Refusal | None = None
    for system_id in systems:
        mandate = in_force(bucket, service.number, table.names.number_of(system_id), day)
        outcome = (
            mandate_missing(bucket, service, day, Side.SENDER, system_id=system_id)
            if mandate is None
            else gated(table, bucket, service, mandate, day, Side.SENDER)
        )
        if isinstance(outcome, int):
            return mandate, min(outcome, until)
        if furthest is None or _GATES.index(outcome.reason) > _GATES.index(furthest.reason):
            furthest = outcome
    return furthest or _refusal(
        Reason.SENDER_NOT_ALLOWED,
        organisation=str(bucket.organisation),
        service=str(service.fact.code),
    )


def _systems_of_key(
    table: Table, bucket: Bucket, service: ServiceRecord, key: RoutingKey, day: int
) -> set[SystemId]:
    """Return the systems whose endpoint of this service has the routing key on a day.

    There is one per version at most (R8); two versions may lead to two systems.
    """
    systems = table.reference.systems
    return {
        systems[row.mandate.system].system_id
        for version in service.versions
        for row in bucket.endpoints.get(version.number, ())
        if row.routing_key == key
        and standing(row, day)
        and row.mandate is not None
        and row.mandate.system in systems
    }


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
