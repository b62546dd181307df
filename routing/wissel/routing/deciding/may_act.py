"""Whether a system may act for an organisation and a service on a day (design.md#acting)."""

import datetime as dt
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from wissel.routing.deciding.decision import Refusal
from wissel.routing.facts import AgreementKind, Processing, RolloutStage
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table.compact import NOWHERE, Bucket, day_from
from wissel.routing.table.reference import Reference, ServiceRecord
from wissel.routing.table.spans import last_day
from wissel.routing.table.table import Table
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId

# Kept by name: looking up a member of an enum takes as long as a dictionary.
_NOT_REQUIRED: Final = Processing.NOT_REQUIRED
_PROCESSED: Final = Processing.PROCESSED
_OPEN: Final = RolloutStage.OPEN

_UNKNOWN: Final = {
    Side.QUERY: Reason.SCHOOL_NOT_FOUND,
    Side.SENDER: Reason.SENDER_UNKNOWN,
    Side.RECEIVER: Reason.RECEIVER_UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateInForce:
    """A mandate by which a system may act; `until` is the last day that is known, if one is."""

    mandate_id: UUID
    system_id: SystemId
    until: dt.date | None


def may_act(
    table: Table,
    organisation: Organisation,
    service: ServiceCode,
    system_id: SystemId,
    on: dt.date,
    *,
    side: Side = Side.SENDER,
) -> MandateInForce | Refusal:
    """Return the mandate by which a system may act, or the first thing that is in the way.

    `service` is a code or an alias. The refusal tells of `side`; it is
    SERVICE_NOT_FOUND, SENDER_UNKNOWN (or RECEIVER_UNKNOWN), MANDATE_MISSING, or
    one of the reasons of `gated`.
    """
    record = table.reference.services.get(service)
    if record is None:
        return Refusal(
            reason=Reason.SERVICE_NOT_FOUND, side=Side.QUERY, metadata={"service": service}
        )
    bucket = table.organisation(organisation)
    if bucket is None:
        return Refusal(
            reason=_UNKNOWN[side], side=side, metadata={"organisation": str(organisation)}
        )
    day = on.toordinal()
    mandate = in_force(bucket, record.number, table.names.number_of(system_id), day)
    if mandate is None:
        return mandate_missing(bucket, record, day, side, system_id=system_id)
    until = gated(table, bucket, record, mandate, day, side)
    if isinstance(until, Refusal):
        return until
    return MandateInForce(
        mandate_id=bucket.mandate_id(mandate), system_id=system_id, until=day_from(until)
    )


def in_force(bucket: Bucket, service: int, system: int, day: int) -> int | None:
    """Return the place of the mandate of this triple that is in force on a day, or None (R3)."""
    for place in bucket.by_service.get(service, NOWHERE):
        terms = bucket.mandates[place]
        if terms.system == system and terms.in_force(day):
            return place
    return None


def any_in_force(bucket: Bucket, service: int, day: int) -> bool:
    """Whether an organisation has a mandate in force for a service, to whichever system."""
    places = bucket.by_service.get(service, NOWHERE)
    return any(bucket.mandates[place].in_force(day) for place in places)


def mandate_missing(
    bucket: Bucket, service: ServiceRecord, day: int, side: Side, **metadata: str
) -> Refusal:
    """Return the refusal of an organisation without a mandate in force."""
    return _refusal(Reason.MANDATE_MISSING, bucket, service, day, side, **metadata)


def gated(
    table: Table,
    bucket: Bucket,
    service: ServiceRecord,
    place: int,
    day: int,
    side: Side,
) -> int | Refusal:
    """Return the last day that is known for a mandate in force, or the first gate that fails.

    `place` is where the mandate is in the bucket.

    1. The organisation's agreements: AGREEMENT_MISSING (R2).
    2. The service's owner has processed it: MANDATE_AWAITING, MANDATE_REJECTED (R6).
    3. The system is qualified: SYSTEM_NOT_QUALIFIED (R7), and its vendor's
       agreements last: VENDOR_AGREEMENT_MISSING (R2).
    4. The rollout is open, or names the organisation as a pilot: ROLLOUT_CLOSED (R7).
    """
    reference, mandate = table.reference, bucket.mandates[place]
    signed = last_day(reference.held(bucket.signatory, service), day)
    if not signed:
        unsigned = _unsigned(reference, bucket.signatory, service.agreements, day)
        return _refusal(Reason.AGREEMENT_MISSING, bucket, service, day, side, **unsigned)

    processing = mandate.processing
    if processing is not _NOT_REQUIRED and processing is not _PROCESSED:
        rejected = processing is Processing.REJECTED
        reason = Reason.MANDATE_REJECTED if rejected else Reason.MANDATE_AWAITING
        mandate_id = str(bucket.mandate_id(place))
        return _refusal(reason, bucket, service, day, side, mandate_id=mandate_id)

    acting = reference.acting(mandate.system, service)
    if acting is None:
        return _refusal(Reason.SYSTEM_NOT_QUALIFIED, bucket, service, day, side)
    system, qualification = acting.system, acting.qualification
    if qualification is None or not qualification.qualified:
        named = {"system_id": str(system.system_id)}
        return _refusal(Reason.SYSTEM_NOT_QUALIFIED, bucket, service, day, side, **named)
    promised = last_day(acting.promised, day)
    if not promised:
        unsigned = _unsigned(reference, system.party, service.vendor_agreements, day)
        unsigned["system_id"] = str(system.system_id)
        return _refusal(Reason.VENDOR_AGREEMENT_MISSING, bucket, service, day, side, **unsigned)

    stage = qualification.rollout
    if stage is not _OPEN and (
        stage is RolloutStage.CLOSED or bucket.organisation not in qualification.pilots
    ):
        rollout = {"system_id": str(system.system_id), "stage": stage.value}
        return _refusal(Reason.ROLLOUT_CLOSED, bucket, service, day, side, **rollout)
    until = min(signed, mandate.end)  # `min` takes three times as long
    return min(promised, until)


def _unsigned(
    reference: Reference, signatory: str, kinds: tuple[AgreementKind, ...], day: int
) -> dict[str, str]:
    """Return which agreement a signatory lacks on a day on which it lacks one."""
    missing = next(kind for kind in kinds if not last_day(reference.signed(signatory, kind), day))
    return {"agreement": missing.value, "signatory": signatory}


def _refusal(
    reason: Reason, bucket: Bucket, service: ServiceRecord, day: int, side: Side, **metadata: str
) -> Refusal:
    facts = {
        "organisation": str(bucket.organisation),
        "service": str(service.fact.code),
        "on": str(dt.date.fromordinal(day)),
    }
    return Refusal(reason=reason, side=side, metadata=facts | metadata)
