"""Deciding where a message goes, or why it goes nowhere (design.md#deciding).

Everything that resolves, explains, forwards or previews calls `decide`.
Nothing else decides.
"""

import datetime as dt
from typing import Final

from wissel.routing.deciding.decision import Decision, Refusal, Route
from wissel.routing.deciding.locate import found
from wissel.routing.deciding.may_act import any_in_force, gated, mandate_missing
from wissel.routing.deciding.query import Query
from wissel.routing.deciding.sender import Sending, sending
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table.compact import FOREVER, Bucket, within
from wissel.routing.table.reference import ServiceRecord, VersionRecord
from wissel.routing.table.table import Table
from wissel.routing.values.identifiers import Vestiging

_RECEIVER: Final = Side.RECEIVER


def decide(table: Table, query: Query, on: dt.date) -> Decision:
    """Return the route of an exchange on a day, or the first rule that stands in its way.

    1. The service is known.
    2. The sender may send: see `sender.sending`.
    3. The receiver is known and open.
    4. The version is usable and its endpoint is found: see `locate`. The
       endpoint's vestiging is open.
    5. That endpoint's system may act for the receiver, and it is not suspended.
       If not, there is no route; no other endpoint is looked for.
    """
    service = table.reference.services.get(query.service)
    if service is None:
        return Refusal(
            reason=Reason.SERVICE_NOT_FOUND, side=Side.QUERY, metadata={"service": query.service}
        )
    day = on.toordinal()
    sender = sending(table, query, service, day)
    if isinstance(sender, Refusal):
        return sender

    receiver = _receiver(table, query, day)
    if isinstance(receiver, Refusal):
        return receiver

    located = found(receiver, query.selection, service, query.version, day)
    if isinstance(located, Refusal):
        missing = located.reason is Reason.ENDPOINT_MISSING
        if missing and not any_in_force(receiver, service.number, day):
            # Without a mandate there can be no endpoint: name the cause, not its effect.
            return mandate_missing(receiver, service, day, Side.RECEIVER)
        return located
    return _gated_route(table, service, sender, receiver, *located, day)


def _receiver(table: Table, query: Query, day: int) -> Bucket | Refusal:
    """Return the receiver, known and open, as is the vestiging that was asked for."""
    bucket = table.organisation(query.receiver)
    if bucket is None:
        return _refusal(Reason.RECEIVER_UNKNOWN, organisation=str(query.receiver))
    if day > bucket.closed:
        return _closed(bucket, bucket.closed)
    vestiging = query.selection.vestiging
    if vestiging is not None:
        last = bucket.locations.get(within(bucket.organisation, vestiging))
        if last is None:
            return _refusal(
                Reason.RECEIVER_UNKNOWN,
                organisation=str(query.receiver),
                vestiging=str(vestiging),
            )
        if day > last:
            return _closed(bucket, last, vestiging)
    return bucket


def _gated_route(  # noqa: PLR0913, PLR0917 - both sides and what lies between them
    table: Table,
    service: ServiceRecord,
    sender: Sending,
    receiver: Bucket,
    place: int,
    version: VersionRecord,
    day: int,
) -> Decision:
    """Return the route to the chosen endpoint, or what closes it."""
    endpoint, mandate = receiver.endpoints[place], receiver.under[place]
    last = receiver.closed
    if endpoint.vestiging is not None:
        open_until = receiver.locations.get(endpoint.vestiging, FOREVER)
        if day > open_until:
            return _closed(receiver, open_until, receiver.vestiging(place))
        last = min(last, open_until)
    until = gated(table, receiver, service, mandate, day, _RECEIVER)
    if isinstance(until, Refusal):
        return until
    systems = table.reference.systems
    system = systems[receiver.mandates[mandate].system]
    if endpoint.suspended:
        return _refusal(
            Reason.ENDPOINT_SUSPENDED,
            organisation=str(receiver.organisation),
            service=str(service.fact.code),
            endpoint_id=str(receiver.endpoint_id(place)),
            system_id=str(system.system_id),
        )
    by, own_mandate, sender_until = sender
    return Route(
        receiver,
        place,
        system.oin or system.party,
        system.system_id,
        service.fact.code,
        version.namespace,
        min(until, sender_until, endpoint.end, version.end, last),
        table.revision,
        by,
        own_mandate,
        None if by is None else systems[by.mandates[own_mandate].system].system_id,
    )


def _closed(bucket: Bucket, last: int, vestiging: Vestiging | None = None) -> Refusal:
    metadata = {
        "organisation": str(bucket.organisation),
        "closed": str(dt.date.fromordinal(last)),
    }
    if vestiging is not None:
        metadata["vestiging"] = str(vestiging)
    return _refusal(Reason.RECEIVER_CLOSED, **metadata)


def _refusal(reason: Reason, /, **metadata: str) -> Refusal:
    return Refusal(reason=reason, side=Side.RECEIVER, metadata=metadata)
