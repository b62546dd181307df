"""Which endpoint of a receiver is meant (design.md#locating)."""

import datetime as dt
from typing import Final, NamedTuple

from wissel.routing.deciding.decision import Refusal, service_not_found
from wissel.routing.deciding.query import Selection
from wissel.routing.facts import Attribute, ServiceVersion
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.reference import IndexedService
from wissel.routing.table.views import EndpointView, OrganisationView
from wissel.routing.values.identifiers import Brin, Namespace, Organisation, ServiceCode

_CHOICES_SHOWN: Final = 20
_NOTHING: Final = Selection()


class Located(NamedTuple):
    """The endpoint that is meant, and the version of the service that it speaks."""

    endpoint: EndpointView
    version: ServiceVersion


def locate(
    table: Table,
    receiver: Organisation,
    selection: Selection,
    service: ServiceCode,
    version: Namespace | None,
    on: dt.date,
) -> Located | Refusal:
    """Return the one endpoint of a receiver that a selection means.

    `service` is a code or an alias.

    1. The service is known: SERVICE_NOT_FOUND.
    2. The receiver is known: RECEIVER_UNKNOWN.
    3. The rules of `find_endpoint`.
    """
    # 1.
    indexed = table.reference.services.get(service)
    if indexed is None:
        return service_not_found(service)
    # 2.
    organisation = table.organisation(receiver)
    if organisation is None:
        return Refusal(
            reason=Reason.RECEIVER_UNKNOWN,
            side=Side.RECEIVER,
            metadata={"organisation": str(receiver)},
        )
    # 3.
    return find_endpoint(organisation, selection, indexed, version, on)


def find_endpoint(
    receiver: OrganisationView,
    selection: Selection,
    service: IndexedService,
    asked: Namespace | None,
    on: dt.date,
) -> Located | Refusal:
    """Return the one endpoint that is meant, in the first version that has any.

    1. Versions are tried latest first, until `meant` finds endpoints: only the one
       `asked` for, if any, and only those that are active on the day.
    2. There is exactly one endpoint, and the message was addressed to it
       (`_addressed`): ROUTE_AMBIGUOUS. Endpoints are counted, not systems.
    3. If none is found: ENDPOINT_UNAPPROVED if the selection finds one that waits for
       its approval, ENDPOINT_MISSING otherwise, or SERVICE_VERSION_NOT_FOUND if no
       version could be tried.

    Whether the endpoint's system may act plays no part here, so that a closed
    gate never leads a message elsewhere. What waits for its approval is looked at last,
    so that it changes no route.
    """
    tried = [
        version
        for version in service.versions
        if version.active_on(on) and asked in (None, version.namespace)
    ]
    # 1.
    for version in tried:
        in_force = receiver.endpoints_in_force((service.code, version.namespace), on)
        found = meant(receiver, in_force, selection)
        # 2.
        if len(found) == 1 and _addressed(receiver, found[0], selection, on):
            return Located(found[0], version)
        if found:
            return _ambiguous(receiver, service, version, found)
    # 3.
    if not tried:
        return _version_not_found(service, asked, on)
    for version in tried:
        key = service.code, version.namespace
        waiting = receiver.endpoints_in_force(key, on, unapproved=True)
        if found := meant(receiver, waiting, selection):
            return unapproved(receiver, service, found[0])
    return _missing(receiver, service, selection, on)


def meant(
    receiver: OrganisationView, endpoints: list[EndpointView], selection: Selection
) -> list[EndpointView]:
    """Return the endpoints that a selection may mean, of those in force.

    1. A routing key or aanleverpunt selects among all, whatever their attribute;
       a vestiging beside it must not contradict it.
    2. Otherwise only those of the organisation's own system count: the LAS of a
       school, the system of a samenwerkingsverband.
    3. A vestiging: its own endpoints, else those of the whole school.
    4. No vestiging: the only endpoint, else the only one of the whole school, else
       all of them. Vestiging 00 is never assumed.
    """
    vestiging = selection.vestiging
    # 1.
    if selection.routing_key is not None or selection.aanleverpunt is not None:
        return [endpoint for endpoint in endpoints if _selected(endpoint, selection)]
    # 2.
    attribute = Attribute.LAS if isinstance(receiver.code, Brin) else Attribute.SWV
    own = [endpoint for endpoint in endpoints if endpoint.attribute is attribute]
    # 3.
    if vestiging is not None:
        exact = [endpoint for endpoint in own if endpoint.vestiging == vestiging]
        return exact or [endpoint for endpoint in own if endpoint.vestiging is None]
    # 4.
    if len(own) == 1:
        return own
    whole = [endpoint for endpoint in own if endpoint.vestiging is None]
    return whole if len(whole) == 1 else own


def _selected(endpoint: EndpointView, selection: Selection) -> bool:
    """Whether an endpoint has the routing key, aanleverpunt and vestiging that were asked for."""
    key, point, vestiging = selection.routing_key, selection.aanleverpunt, selection.vestiging
    return (
        (key is None or endpoint.routing_key == key)
        and (point is None or endpoint.aanleverpunt == point)
        and (vestiging is None or endpoint.vestiging in (None, vestiging))
    )


def _addressed(
    receiver: OrganisationView, endpoint: EndpointView, selection: Selection, on: dt.date
) -> bool:
    """Whether the only endpoint that is meant may receive what was selected.

    A vestiging's own endpoint never receives what was not addressed to it: without
    any selection it is meant only if no other location of the school is open.
    """
    vestiging = endpoint.vestiging
    return (
        vestiging is None or selection != _NOTHING or receiver.is_only_open_location(vestiging, on)
    )


def _version_not_found(service: IndexedService, asked: Namespace | None, on: dt.date) -> Refusal:
    metadata = {"service": str(service.code), "on": str(on)}
    if asked is not None:
        metadata["version"] = str(asked)
    return Refusal(reason=Reason.SERVICE_VERSION_NOT_FOUND, side=Side.QUERY, metadata=metadata)


def _ambiguous(
    receiver: OrganisationView,
    service: IndexedService,
    version: ServiceVersion,
    meant: list[EndpointView],
) -> Refusal:
    """Return the refusal that lists the choices as `vestiging/aanleverpunt`, without vendors."""
    choices = sorted(
        f"{endpoint.vestiging or receiver.code}/{endpoint.aanleverpunt or '-'}"
        for endpoint in meant
    )
    shown = ", ".join(choices[:_CHOICES_SHOWN])
    if len(choices) > _CHOICES_SHOWN:
        shown += f" and {len(choices) - _CHOICES_SHOWN} more"
    return Refusal(
        reason=Reason.ROUTE_AMBIGUOUS,
        side=Side.RECEIVER,
        metadata={
            "organisation": str(receiver.code),
            "service": str(service.code),
            "version": str(version.namespace),
            "choices": shown,
            "count": str(len(choices)),
        },
    )


def unapproved(
    receiver: OrganisationView, service: IndexedService, endpoint: EndpointView
) -> Refusal:
    """Return the refusal for an endpoint that waits for an operator's approval (R9)."""
    return Refusal(
        reason=Reason.ENDPOINT_UNAPPROVED,
        side=Side.RECEIVER,
        metadata={
            "organisation": str(receiver.code),
            "service": str(service.code),
            "endpoint_id": str(endpoint.endpoint_id),
            "aanleverpunt": str(endpoint.aanleverpunt),
            "system_id": str(endpoint.mandate.system_id),
        },
    )


def _missing(
    receiver: OrganisationView, service: IndexedService, selection: Selection, on: dt.date
) -> Refusal:
    asked = {
        "vestiging": selection.vestiging,
        "aanleverpunt": selection.aanleverpunt,
        "routing_key": selection.routing_key,
    }
    return Refusal(
        reason=Reason.ENDPOINT_MISSING,
        side=Side.RECEIVER,
        metadata={
            "organisation": str(receiver.code),
            "service": str(service.code),
            "on": str(on),
        }
        | {name: str(value) for name, value in asked.items() if value is not None},
    )
