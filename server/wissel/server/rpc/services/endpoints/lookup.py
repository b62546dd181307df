"""LookupEndpoints: where a school receives, as the OSR tells any party."""

import datetime as dt

from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.routing.facts import Attribute, Endpoint, Mandate, Samenwerkingsverband
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import parse_optional_day
from wissel.routing.values.identifiers import (
    Brin,
    Namespace,
    Oin,
    Organisation,
    RoutingKey,
    ServiceCode,
    Swv,
)
from wissel.server.registry.finding import get_organisation, get_school, get_service
from wissel.server.registry.ports import Snapshot, Where
from wissel.server.registry.rules.routing_keys import active_days
from wissel.server.rpc.requests.parsing import optional, optional_choice
from wissel.server.rpc.services.endpoints.messages import entry_message


async def lookup(
    snapshot: Snapshot, request: pb.LookupEndpointsRequest, today: dt.date
) -> list[pb.EndpointEntry]:
    """Return the entries, in order of routing key.

    1. The school exists if one is named, and so does the service if one is:
       SCHOOL_NOT_FOUND, SWV_NOT_FOUND, SERVICE_NOT_FOUND. An unknown routing key
       has no entries.
    2. Listed is an endpoint that is in force on the day, under a mandate that is
       too; with `include_future` also one that begins later. A suspended one is
       listed, as a suspension is between the hub and the receiver; one that waits for its
       approval is not.
    """
    day = _day(request) or today
    version = optional(Namespace, request.service_version, "service_version")
    attribute = optional_choice(Attribute, request.attribute, "attribute")
    code = optional(ServiceCode, request.service, "service")
    if code is None and version is None:
        raise Refused(Reason.FIELD_REQUIRED, field="service")
    # 1.
    where = await _key(snapshot, request)
    if code is not None:
        where["service"] = (await get_service(snapshot, code)).code
    found = [
        endpoint
        for endpoint in await snapshot.find(Endpoint, **where)
        if version in (None, endpoint.version) and attribute in (None, endpoint.attribute)
    ]
    # 2.
    listed = [
        endpoint
        for endpoint in found
        if await _in_force(snapshot, endpoint, day, future=request.include_future)
    ]
    return [
        entry_message(endpoint)
        for endpoint in sorted(listed, key=lambda each: (each.routing_key, each.version))
    ]


def _day(request: pb.LookupEndpointsRequest) -> dt.date | None:
    """Return the day that is asked about, under either of its names."""
    day = parse_optional_day(request.on_date, "on_date")
    former = parse_optional_day(request.reference_date, "reference_date")
    if day is not None and former not in (None, day):
        raise Refused(Reason.FIELD_INVALID, field="reference_date", expected="none beside on_date")
    return day or former


async def _key(snapshot: Snapshot, request: pb.LookupEndpointsRequest) -> dict[str, Where]:
    match request.WhichOneof("key"):
        case "brin":
            brin = Brin.parse(request.brin, "brin")
            await get_organisation(snapshot, brin)
            return {"organisation": brin}
        case "swv":
            swv = Swv.parse(request.swv, "swv")
            await get_organisation(snapshot, swv)
            return {"organisation": swv}
        case "oin":
            return {"organisation": await _organisation_of(snapshot, Oin.parse(request.oin, "oin"))}
        case "routing_key":
            return {"routing_key": RoutingKey.parse(request.routing_key, "routing_key")}
        case _:
            raise Refused(Reason.FIELD_REQUIRED, field="brin")


async def _organisation_of(snapshot: Snapshot, oin: Oin) -> Organisation:
    """Return the school or samenwerkingsverband with an OIN, or raise `Refused`."""
    if oin.brin is not None:
        return (await get_school(snapshot, oin.brin)).brin
    found = await snapshot.find(Samenwerkingsverband, oin=oin)
    if not found:
        raise Refused(Reason.SWV_NOT_FOUND, field="oin", swv=oin)
    return found[0].code


async def _in_force(snapshot: Snapshot, endpoint: Endpoint, day: dt.date, *, future: bool) -> bool:
    mandate = await snapshot.get(Mandate, str(endpoint.mandate_id))
    days = None if mandate is None else active_days(endpoint, mandate)
    if endpoint.unapproved:
        return False
    return days is not None and (days.contains(day) or (future and day < days.start))
