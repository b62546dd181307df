"""Deciding where a message goes, or why it goes nowhere (design.md#deciding).

Everything that resolves, explains, forwards or previews calls `decide`.
Nothing else decides.
"""

import datetime as dt

from wissel.routing.deciding.decision import Decision, Refusal, Route, service_not_found
from wissel.routing.deciding.locate import find_endpoint
from wissel.routing.deciding.may_act import mandate_missing, permission_by, sector_not_served
from wissel.routing.deciding.query import Query
from wissel.routing.deciding.sender import sender_of
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.reference import IndexedService
from wissel.routing.table.views import EndpointView, OrganisationView
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import Vestiging


def decide(table: Table, query: Query, on: dt.date) -> Decision:
    """Return the route of an exchange on a day, or the first rule that stands in its way.

    1. The service is known, and that of the sender: SERVICE_NOT_FOUND.
    2. The sender may send, over its service: see `sender.sender_of`.
    3. The receiver is known and open: RECEIVER_UNKNOWN, RECEIVER_CLOSED.
    4. The service serves the receiver's sector (R11): SECTOR_NOT_SERVED.
    5. The version is usable and one endpoint is meant, and approved: see
       `locate.find_endpoint`. Without a mandate in force there can be none: then it is
       MANDATE_MISSING.
    6. The endpoint's vestiging is open: RECEIVER_CLOSED.
    7. The endpoint's system may act for the receiver: see `may_act.permission_by`.
    8. The endpoint is not suspended: ENDPOINT_SUSPENDED.

    If 6, 7 or 8 fails there is no route; no other endpoint is looked for.
    """
    # 1.
    service = table.reference.services.get(query.service)
    if service is None:
        return service_not_found(query.service)
    sent_over = table.reference.services.get(query.sender_service or query.service)
    if sent_over is None:
        return service_not_found(query.sender_service or query.service)
    # 2.
    sender = sender_of(table, query, sent_over, on)
    if isinstance(sender, Refusal):
        return sender
    # 3.
    receiver = _open_receiver(table, query, on)
    if isinstance(receiver, Refusal):
        return receiver
    # 4.
    if receiver.sectors.isdisjoint(service.sectors):
        return sector_not_served(receiver, service, Side.RECEIVER)
    # 5.
    located = find_endpoint(receiver, query.selection, service, query.version, on)
    if isinstance(located, Refusal):
        return _missing(located, table, receiver, service, on)
    endpoint, version = located.endpoint, located.version
    # 6.
    open_until = _open_until(receiver, endpoint)
    if on > open_until:
        return _closed(receiver, open_until, endpoint.vestiging)
    # 7.
    permission = permission_by(
        endpoint.mandate, table.reference, service, on, Side.RECEIVER, test=query.test
    )
    if isinstance(permission, Refusal):
        return permission
    # 8.
    if endpoint.suspended:
        return _refusal(
            Reason.ENDPOINT_SUSPENDED,
            organisation=str(receiver.code),
            service=str(service.code),
            endpoint_id=str(endpoint.endpoint_id),
            system_id=str(permission.system_id),
            desk=table.reference.desk_of(permission.system_id),
        )
    return Route(
        endpoint=endpoint,
        receiver=permission,
        receiver_oin=permission.system.acting_oin,
        sender=sender,
        service=sent_over.code,
        version=version.namespace,
        last_day=min(
            sender.last_day,
            receiver.closed,
            version.period.end or FOREVER,
            endpoint.last_day,
            open_until,
            permission.last_day,
        ),
        revision=table.revision,
        test=query.test,
    )


def _open_receiver(table: Table, query: Query, on: dt.date) -> OrganisationView | Refusal:
    """Return the receiver, known and open, as is the vestiging that was asked for."""
    receiver = table.organisation(query.receiver)
    if receiver is None:
        return _refusal(Reason.RECEIVER_UNKNOWN, organisation=str(query.receiver))
    if on > receiver.closed:
        return _closed(receiver, receiver.closed, asked=query.selection.vestiging)
    vestiging = query.selection.vestiging
    if vestiging is None:
        return receiver
    open_until = receiver.last_day_of(vestiging)
    if open_until is None:
        return _refusal(
            Reason.RECEIVER_UNKNOWN, organisation=str(query.receiver), vestiging=str(vestiging)
        )
    if on > open_until:
        return _closed(receiver, open_until, vestiging)
    return receiver


def _missing(
    refusal: Refusal,
    table: Table,
    receiver: OrganisationView,
    service: IndexedService,
    on: dt.date,
) -> Refusal:
    """Return a refusal of `find_endpoint`, or its cause where there is no mandate in force.

    Where one system alone has mandates, that is whose endpoint is missing.
    """
    if refusal.reason is not Reason.ENDPOINT_MISSING:
        return refusal
    systems = {mandate.system_id for mandate in receiver.mandates_in_force(service.code, on)}
    if not systems:
        return mandate_missing(receiver, service, on, Side.RECEIVER)
    if len(systems) > 1:
        return refusal
    (system_id,) = systems
    desk = table.reference.desk_of(system_id)
    return _refusal(
        Reason.ENDPOINT_MISSING, **refusal.metadata, system_id=str(system_id), desk=desk
    )


def _open_until(receiver: OrganisationView, endpoint: EndpointView) -> dt.date:
    """Return the last day of an endpoint's vestiging, FOREVER if it is not known to close."""
    vestiging = endpoint.vestiging
    return FOREVER if vestiging is None else receiver.last_day_of(vestiging) or FOREVER


def _closed(
    receiver: OrganisationView,
    last: dt.date,
    vestiging: Vestiging | None = None,
    asked: Vestiging | None = None,
) -> Refusal:
    """Return that a receiver or a vestiging has closed, and where what was asked for goes on."""
    return _refusal(
        Reason.RECEIVER_CLOSED,
        organisation=str(receiver.code),
        closed=str(last),
        vestiging=str(vestiging or ""),
        successor=str(receiver.successor_of(vestiging or asked) or ""),
    )


def _refusal(reason: Reason, /, **metadata: str) -> Refusal:
    told = {name: value for name, value in metadata.items() if value}
    return Refusal(reason=reason, side=Side.RECEIVER, metadata=told)
