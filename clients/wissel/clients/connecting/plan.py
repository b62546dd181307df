"""What is to be done so that mandates have their endpoints: functions of values."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint_pb
from wissel.mandate.v1 import mandate_service_pb2 as mandate_pb

_GONE = "ENDED"
_REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPoint:
    """Where messages of an organisation are delivered: the whole of it, or one vestiging.

    The fields are those of RegisterEndpoint, as text; what is empty the hub chooses.
    """

    routing_key: str
    vestiging: str = ""
    aanleverpunt: str = ""
    attribute: str = ""
    service_version: str = ""


Keys = str | DeliveryPoint | Iterable[DeliveryPoint] | None
"""The routing key or delivery points of a mandate; None for one that is not connected here."""
KeyOf = Callable[[mandate_pb.Mandate], Keys | Awaitable[Keys]]
"""Gives those of a mandate, or a coroutine that does."""


def points_of(keys: Keys) -> Sequence[DeliveryPoint]:
    """Return the delivery points that are meant."""
    if keys is None:
        return ()
    if isinstance(keys, str):
        return (DeliveryPoint(routing_key=keys),)
    return (keys,) if isinstance(keys, DeliveryPoint) else tuple(keys)


def wants_endpoints(mandate: mandate_pb.Mandate) -> bool:
    """Whether a mandate lasts, or is still to begin, and was not rejected.

    One that waits for the owner of its service wants them too: no route leads there
    before it is processed, and none is late then.
    """
    return mandate.status != _GONE and mandate.processing != _REJECTED


def missing(
    mandate: mandate_pb.Mandate,
    points: Iterable[DeliveryPoint],
    endpoints: Iterable[endpoint_pb.Endpoint],
    url: str,
) -> list[endpoint_pb.RegisterEndpointRequest]:
    """Return what is to be registered under a mandate, beside the endpoints that it has.

    Each lasts from the mandate's first day, or today, and ends with the mandate.
    """
    there = [
        each for each in endpoints if each.mandate_id == mandate.mandate_id and each.status != _GONE
    ]
    return [
        endpoint_pb.RegisterEndpointRequest(
            mandate_id=mandate.mandate_id,
            url=url,
            routing_key=point.routing_key,
            vestiging=point.vestiging,
            aanleverpunt=point.aanleverpunt,
            attribute=point.attribute,
            service_version=point.service_version,
        )
        for point in points
        if not any(_is_at(each, point) for each in there)
    ]


def late(
    change: mandate_pb.MandateChange, endpoints: Iterable[endpoint_pb.Endpoint], today: str
) -> list[endpoint_pb.UpdateEndpointRequest]:
    """Return what is to be changed of endpoints whose mandate begins earlier than it did.

    Only those that were to begin with it: another day is somebody's choice.
    """
    former, start = change.former_start_date, max(change.mandate.start_date, today)
    return [
        endpoint_pb.UpdateEndpointRequest(
            endpoint_id=each.endpoint_id, start_date=start, etag=each.etag
        )
        for each in endpoints
        if former and each.start_date == former and start < former and each.status != _GONE
    ]


def orphaned(
    endpoints: Iterable[endpoint_pb.Endpoint],
    mandates: Iterable[mandate_pb.Mandate],
    today: str,
) -> list[endpoint_pb.Endpoint]:
    """Return the endpoints whose mandate ended at once, though they would have lasted longer.

    Those of a mandate whose last day has passed end by the calendar. `today` is a day
    as `yyyy-mm-dd`.
    """
    stopped = {each.mandate_id for each in mandates if each.ended_immediately}
    return [
        each
        for each in endpoints
        if each.mandate_id in stopped and (not each.end_date or each.end_date > today)
    ]


def _is_at(endpoint: endpoint_pb.Endpoint, point: DeliveryPoint) -> bool:
    return endpoint.routing_key == point.routing_key and (
        not point.service_version or endpoint.service_version == point.service_version
    )
