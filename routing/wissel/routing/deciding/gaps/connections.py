"""Whether an organisation is connected for a service, or what is missing (R10)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from wissel.routing.deciding.decision import Permission, Refusal
from wissel.routing.deciding.gaps.gaps import Gap, gaps, search
from wissel.routing.deciding.gaps.suppositions import Supposition
from wissel.routing.deciding.locate import unapproved
from wissel.routing.deciding.may_act import may_act
from wissel.routing.deciding.query import ANYBODY, Query
from wissel.routing.facts import AgreementKind
from wissel.routing.refusals.catalogue.entry import Action
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.reference import IndexedService
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An organisation and a service, with the systems by which it is connected, as far as told.

    If it is not, `gaps` says what is missing. `signatory` is its board, or itself for a
    samenwerkingsverband; `to_sign` counts for it without being signed.
    """

    organisation: Organisation
    signatory: str
    service: ServiceCode
    connected: bool
    systems: tuple[SystemId, ...]
    gaps: tuple[Gap, ...]
    to_sign: tuple[AgreementKind, ...] = ()


def mandated(view: OrganisationView, service: ServiceCode, on: dt.date) -> list[SystemId]:
    """Return the systems to which an organisation has mandates in force for a service, sorted."""
    return sorted({mandate.system_id for mandate in view.mandates_in_force(service, on)})


def services_of(table: Table, view: OrganisationView, on: dt.date) -> list[ServiceCode]:
    """Return the services that an organisation is to be connected for on a day, sorted.

    Those for which it has mandates in force; without any those that the hub forwards
    and that serve its sector.
    """
    given = {service for service, _ in view.acting if view.mandates_in_force(service, on)}
    return sorted(
        given
        or {
            service.code
            for service in table.reference.services.values()
            if service.fact.forwardable and not view.sectors.isdisjoint(service.sectors)
        }
    )


def connection(
    table: Table,
    view: OrganisationView,
    service: IndexedService,
    systems: Collection[SystemId],
    on: dt.date,
) -> Connection:
    """Return whether an organisation is connected for a service by any of some systems (R10).

    It is if one of them may act for it and has an endpoint that takes messages; a
    service without versions has no endpoints, and asks for none. `systems` are those
    that have mandates in force. If it is not, what is missing for the system that lacks
    least is told; without a system what a receiver would lack. A closed school is not.
    """
    connected = connected_by(table, view, service, systems, on)
    return Connection(
        organisation=view.code,
        signatory=view.signatory,
        service=service.code,
        connected=bool(connected),
        systems=connected,
        gaps=() if connected else _missing(table, view, service, systems, on),
        to_sign=table.reference.to_sign(view.signatory, service, on),
    )


def connected_by(
    table: Table,
    view: OrganisationView,
    service: IndexedService,
    systems: Collection[SystemId],
    on: dt.date,
) -> tuple[SystemId, ...]:
    """Return by which of some systems an organisation is connected for a service, sorted (R10)."""
    if on > view.closed:
        return ()
    now = Supposition(table=table, query=Query(ANYBODY, None, view.code, service.code))
    return tuple(
        system_id
        for system_id in sorted(systems)
        if isinstance(_received(now, system_id, on), Permission)
    )


def _missing(
    table: Table,
    view: OrganisationView,
    service: IndexedService,
    systems: Collection[SystemId],
    on: dt.date,
) -> tuple[Gap, ...]:
    """Return what is missing for the system that lacks least, or what a receiver would lack."""
    query = Query(ANYBODY, None, view.code, service.code)
    if systems and on <= view.closed:
        now = Supposition(table=table, query=query)
        lacking = (
            search(now, partial(_received, system_id=system_id, on=on), on)
            for system_id in sorted(systems)
        )
        return min(lacking, key=len)
    return tuple(gap for gap in gaps(table, query, on) if _counts(gap, service))


def _counts(gap: Gap, service: IndexedService) -> bool:
    """Whether a gap is one of the connection, and not of what a single message is sent to."""
    if gap.action is Action.CHOOSE_ENDPOINT:
        return False
    of_endpoints = (Action.ACTIVATE_VERSION, Action.REGISTER_ENDPOINT)
    return bool(service.versions) or gap.action not in of_endpoints


def _received(now: Supposition, system_id: SystemId, on: dt.date) -> Permission | Refusal:
    """Return the permission of a system that can also receive, or what is in the way first."""
    code, service = now.query.receiver, now.service
    permission = may_act(now.table, code, service.code, system_id, on, side=Side.RECEIVER)
    if isinstance(permission, Refusal) or not service.versions:
        return permission
    active = [version.namespace for version in service.versions if version.active_on(on)]
    if not active:
        return _refusal(
            Reason.SERVICE_VERSION_NOT_FOUND, Side.QUERY, service=str(service.code), on=str(on)
        )
    receiver = now.side(Side.RECEIVER)
    own = [
        endpoint
        for namespace in active
        for endpoint in receiver.endpoints_in_force((service.code, namespace), on)
        if endpoint.mandate.system_id == system_id
    ]
    if any(not endpoint.suspended for endpoint in own):
        return permission
    desk = now.table.reference.desk_of(system_id)
    if not own:
        waiting = [
            endpoint
            for namespace in active
            for endpoint in receiver.endpoints_in_force(
                (service.code, namespace), on, unapproved=True
            )
            if endpoint.mandate.system_id == system_id
        ]
        if waiting:
            return unapproved(receiver, service, waiting[0])
        return _refusal(
            Reason.ENDPOINT_MISSING,
            Side.RECEIVER,
            organisation=str(code),
            service=str(service.code),
            on=str(on),
            system_id=str(system_id),
            desk=desk,
        )
    return _refusal(
        Reason.ENDPOINT_SUSPENDED,
        Side.RECEIVER,
        organisation=str(code),
        service=str(service.code),
        endpoint_id=str(own[0].endpoint_id),
        system_id=str(system_id),
        desk=desk,
    )


def _refusal(reason: Reason, side: Side, /, **metadata: str) -> Refusal:
    told = {name: value for name, value in metadata.items() if value}
    return Refusal(reason=reason, side=side, metadata=told)
