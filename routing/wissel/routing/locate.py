"""Which endpoint of a receiver is meant (DESIGN section 5)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wissel.routing.decision import Refusal, Selection, Side
from wissel.routing.facts import Attribute
from wissel.routing.identifiers import Brin, Namespace, Organisation, ServiceCode
from wissel.routing.reasons import Reason
from wissel.routing.records import Bucket, EndpointRecord
from wissel.routing.reference import ServiceRecord, VersionRecord
from wissel.routing.table import Table

_CHOICES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Located:
    """The endpoint that is meant, and the version of the service that it speaks."""

    endpoint: EndpointRecord
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
    return located if isinstance(located, Refusal) else Located(*located)


def found(
    bucket: Bucket,
    selection: Selection,
    service: ServiceRecord,
    asked: Namespace | None,
    day: int,
) -> tuple[EndpointRecord, VersionRecord] | Refusal:
    """Return the one endpoint in the first version where the selection finds any.

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
        rows = bucket.endpoints.get(version.number)
        if rows is None:
            continue
        meant = _meant(bucket, rows, selection, day)
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


def standing(row: EndpointRecord, day: int) -> bool:
    """Whether the periods of an endpoint and of its mandate contain a day (R8).

    What was ended with immediate effect stands on no day.
    """
    mandate = row.mandate
    return (
        mandate is not None
        and row.start <= day <= row.end
        and mandate.start <= day <= mandate.end
        and not row.stopped
        and not mandate.stopped
    )


def _meant(
    bucket: Bucket, rows: Sequence[EndpointRecord], selection: Selection, day: int
) -> list[EndpointRecord]:
    """Return the endpoints that a selection may mean.

    1. A routing key or aanleverpunt selects among all, whatever their attribute.
    2. Otherwise only those of the organisation's own system count.
    3. A vestiging: its own endpoints, else those of the whole school.
    4. No vestiging: the only endpoint, or the only one of the whole school.
       Vestiging 00 is never assumed.
    """
    point, vestiging = selection.aanleverpunt, selection.vestiging
    key = selection.routing_key
    if key is not None or point is not None:
        return [
            row
            for row in rows
            if (key is None or row.routing_key == key)
            and (point is None or row.aanleverpunt == point)
            and (vestiging is None or row.vestiging is None or row.vestiging == vestiging)
            and standing(row, day)
        ]
    own = Attribute.LAS if isinstance(bucket.organisation, Brin) else Attribute.SWV
    if vestiging is not None:
        exact = [
            row
            for row in rows
            if row.vestiging == vestiging and row.attribute is own and standing(row, day)
        ]
        if exact:
            return exact
        return [
            row
            for row in rows
            if row.vestiging is None and row.attribute is own and standing(row, day)
        ]
    counting = [row for row in rows if row.attribute is own and standing(row, day)]
    if len(counting) > 1:
        wide = [row for row in counting if row.vestiging is None]
        return wide if len(wide) == 1 else counting
    return counting


def _ambiguous(
    bucket: Bucket, service: ServiceRecord, version: VersionRecord, meant: list[EndpointRecord]
) -> Refusal:
    """Return the refusal that lists the choices as vestiging and aanleverpunt, no vendors."""
    choices = sorted(
        f"{row.vestiging or bucket.organisation}/{row.aanleverpunt or '-'}" for row in meant
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
