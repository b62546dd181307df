"""Which endpoint of a receiver is meant (design.md#locating)."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from wissel.routing.deciding.decision import Refusal
from wissel.routing.deciding.query import Selection
from wissel.routing.facts import Attribute
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table.compact import NOWHERE, Bucket, within
from wissel.routing.table.reference import ServiceRecord, VersionRecord
from wissel.routing.table.table import Table
from wissel.routing.values.identifiers import Brin, Namespace, Organisation, ServiceCode

_CHOICES_SHOWN: Final = 20
_LAS: Final = Attribute.LAS
_SWV: Final = Attribute.SWV


@dataclass(frozen=True, slots=True)
class Located:
    """The receiver, the place in it of the endpoint that is meant, and the version it speaks."""

    receiver: Bucket
    place: int
    version: VersionRecord


def locate(
    table: Table,
    receiver: Organisation,
    selection: Selection,
    service: ServiceCode,
    version: Namespace | None,
    on: dt.date,
) -> Located | Refusal:
    """Return the one endpoint of a receiver that a selection means.

    Without a version it is the latest active one in which the selection finds
    something. Refusals: SERVICE_NOT_FOUND, SERVICE_VERSION_NOT_FOUND,
    RECEIVER_UNKNOWN, ENDPOINT_MISSING, ROUTE_AMBIGUOUS.
    """
    record = table.reference.services.get(service)
    if record is None:
        return Refusal(
            reason=Reason.SERVICE_NOT_FOUND, side=Side.QUERY, metadata={"service": service}
        )
    bucket = table.organisation(receiver)
    if bucket is None:
        return Refusal(
            reason=Reason.RECEIVER_UNKNOWN,
            side=Side.RECEIVER,
            metadata={"organisation": str(receiver)},
        )
    located = found(bucket, selection, record, version, on.toordinal())
    return located if isinstance(located, Refusal) else Located(bucket, *located)


def found(
    bucket: Bucket,
    selection: Selection,
    service: ServiceRecord,
    asked: Namespace | None,
    day: int,
) -> tuple[int, VersionRecord] | Refusal:
    """Return the place of the one endpoint in the first version where the selection finds any.

    Versions are looked at latest first: the one that is asked for, or all that
    are active on the day; with none it is SERVICE_VERSION_NOT_FOUND. Endpoints
    are counted, not systems: none is ENDPOINT_MISSING, two are ROUTE_AMBIGUOUS.
    What gates an endpoint plays no part here, so that a closed gate never leads
    a message elsewhere.
    """
    usable = False
    for version in service.versions:
        if not (version.active and version.start <= day <= version.end):
            continue
        if asked is not None and version.namespace != asked:
            continue
        usable = True
        meant = _meant(bucket, bucket.by_version.get(version.number, NOWHERE), selection, day)
        if len(meant) == 1:
            return meant[0], version
        if meant:
            return _ambiguous(bucket, service, version, meant)
    if usable:
        return _missing(bucket, service, selection, day)
    metadata = {"service": str(service.fact.code), "on": str(dt.date.fromordinal(day))}
    if asked is not None:
        metadata["version"] = str(asked)
    return Refusal(reason=Reason.SERVICE_VERSION_NOT_FOUND, side=Side.QUERY, metadata=metadata)


def standing(bucket: Bucket, place: int, day: int) -> bool:
    """Whether the periods of an endpoint and of its mandate contain a day (R8)."""
    endpoint, mandate = bucket.endpoints[place], bucket.mandates[bucket.under[place]]
    return endpoint.start <= day <= endpoint.end and mandate.start <= day <= mandate.end


def _meant(bucket: Bucket, places: range, selection: Selection, day: int) -> list[int]:
    """Return the places of the endpoints that a selection may mean.

    1. A routing key or aanleverpunt selects among all, whatever their attribute.
    2. Otherwise only those of the organisation's own system count.
    3. A vestiging: its own endpoints, else those of the whole school.
    4. No vestiging: the only endpoint, or the only one of the whole school.
       Vestiging 00 is never assumed.
    """
    vestiging, rows = selection.vestiging, bucket.endpoints
    called = None if vestiging is None else within(bucket.organisation, vestiging)
    if selection.routing_key is not None or selection.aanleverpunt is not None:
        return [
            place
            for place in places
            if _selected(bucket, place, selection)
            and (called is None or rows[place].vestiging in (None, called))
            and standing(bucket, place, day)
        ]
    attribute = _LAS if isinstance(bucket.organisation, Brin) else _SWV
    own = []
    for place in places:  # a comprehension would cost a call
        if rows[place].attribute is attribute and standing(bucket, place, day):
            own.append(place)  # noqa: PERF401
    if called is not None:
        exact = [place for place in own if rows[place].vestiging == called]
        return exact or [place for place in own if rows[place].vestiging is None]
    if len(own) > 1:
        wide = [place for place in own if rows[place].vestiging is None]
        return wide if len(wide) == 1 else own
    return own


def _selected(bucket: Bucket, place: int, selection: Selection) -> bool:
    """Whether an endpoint has the routing key and aanleverpunt that were asked for."""
    key, point = selection.routing_key, selection.aanleverpunt
    return (key is None or bucket.routing_key(place) == key) and (
        point is None or bucket.endpoints[place].aanleverpunt == point
    )


def _ambiguous(
    bucket: Bucket, service: ServiceRecord, version: VersionRecord, meant: list[int]
) -> Refusal:
    """Return the refusal that lists the choices as vestiging and aanleverpunt, no vendors."""
    choices = sorted(
        f"{bucket.vestiging(place) or bucket.organisation}"
        f"/{bucket.endpoints[place].aanleverpunt or '-'}"
        for place in meant
    )
    shown = ", ".join(choices[:_CHOICES_SHOWN])
    if len(choices) > _CHOICES_SHOWN:
        shown += f" and {len(choices) - _CHOICES_SHOWN} more"
    return Refusal(
        reason=Reason.ROUTE_AMBIGUOUS,
        side=Side.RECEIVER,
        metadata={
            "organisation": str(bucket.organisation),
            "service": str(service.fact.code),
            "version": str(version.namespace),
            "choices": shown,
            "count": str(len(choices)),
        },
    )


def _missing(bucket: Bucket, service: ServiceRecord, selection: Selection, day: int) -> Refusal:
    asked = {
        "vestiging": selection.vestiging,
        "aanleverpunt": selection.aanleverpunt,
        "routing_key": selection.routing_key,
    }
    return Refusal(
        reason=Reason.ENDPOINT_MISSING,
        side=Side.RECEIVER,
        metadata={
            "organisation": str(bucket.organisation),
            "service": str(service.fact.code),
            "on": str(dt.date.fromordinal(day)),
        }
        | {name: str(value) for name, value in asked.items() if value is not None},
    )
