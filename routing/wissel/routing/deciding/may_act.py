"""Whether a system may act for an organisation and a service on a day (design.md#acting)."""

import datetime as dt
from typing import Final

from wissel.routing.deciding.decision import Permission, Refusal, service_not_found
from wissel.routing.facts import TEST_SCHOOL, AgreementKind, Processing, overdue_since
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.reference import ActingSystem, IndexedService, Reference
from wissel.routing.table.spans import last_day
from wissel.routing.table.views import MandateView, OrganisationView
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import Organisation, ServiceCode, SystemId

_UNKNOWN: Final = {
    Side.QUERY: Reason.SCHOOL_NOT_FOUND,
    Side.SENDER: Reason.SENDER_UNKNOWN,
    Side.RECEIVER: Reason.RECEIVER_UNKNOWN,
}


def may_act(
    table: Table,
    organisation: Organisation,
    service: ServiceCode,
    system_id: SystemId,
    on: dt.date,
    *,
    side: Side = Side.SENDER,
) -> Permission | Refusal:
    """Return the permission of a system, or the first thing that is in the way.

    `service` is a code or an alias. The refusal tells of `side`.

    1. The service is known: SERVICE_NOT_FOUND.
    2. The organisation is known: SENDER_UNKNOWN, RECEIVER_UNKNOWN or, for the
       query's side, SCHOOL_NOT_FOUND.
    3. The service serves its sector (R11): SECTOR_NOT_SERVED.
    4. A mandate of this organisation, service and system is in force (R3):
       MANDATE_MISSING.
    5. The gates of `permission_by`.
    """
    # 1.
    indexed = table.reference.services.get(service)
    if indexed is None:
        return service_not_found(service)
    # 2.
    giver = table.organisation(organisation)
    if giver is None:
        return Refusal(
            reason=_UNKNOWN[side], side=side, metadata={"organisation": str(organisation)}
        )
    # 3.
    if giver.sectors.isdisjoint(indexed.sectors):
        return sector_not_served(giver, indexed, side)
    # 4.
    for mandate in giver.mandates_in_force(indexed.code, on):
        if mandate.system_id == system_id:
            # 5.
            test = organisation == TEST_SCHOOL
            return permission_by(mandate, table.reference, indexed, on, side, test=test)
    return mandate_missing(giver, indexed, on, side, system_id=system_id)


def sector_not_served(
    organisation: OrganisationView, service: IndexedService, side: Side
) -> Refusal:
    """Return the refusal of a school that has none of the sectors which a service serves."""
    return Refusal(
        reason=Reason.SECTOR_NOT_SERVED,
        side=side,
        metadata={
            "organisation": str(organisation.code),
            "service": str(service.code),
            "sectors": ", ".join(sorted(organisation.sectors)),
            "served": ", ".join(service.fact.sectors),
        },
    )


def mandate_missing(
    organisation: OrganisationView, service: IndexedService, on: dt.date, side: Side, **facts: str
) -> Refusal:
    """Return the refusal MANDATE_MISSING of an organisation without a mandate in force."""
    return _refusal(Reason.MANDATE_MISSING, organisation, service, on, side, **facts)


def permission_by(
    mandate: MandateView,
    reference: Reference,
    service: IndexedService,
    on: dt.date,
    side: Side,
    *,
    test: bool,
) -> Permission | Refusal:
    """Return the permission by a mandate that counts, or the first gate that is closed.

    It is in force, or its system made way and may still provide (R3).

    In a `test`, an exchange with the test school, gates 3 and 5 stand open: by it a
    system shows that it is fit (R7).

    1. The organisation's agreements are signed: AGREEMENT_MISSING (R2).
    2. The service's owner has processed the mandate: MANDATE_AWAITING,
       MANDATE_REJECTED (R6).
    3. The system is qualified: SYSTEM_NOT_QUALIFIED (R7).
    4. Its vendor's agreements are signed: VENDOR_AGREEMENT_MISSING (R2).
    5. The rollout of the day is open, or names the organisation as a pilot:
       ROLLOUT_CLOSED (R7).
    """
    organisation = mandate.organisation
    asked = organisation, service, on, side
    # 1.
    agreed = last_day(reference.agreed(organisation.signatory, service), on)
    if agreed is None:
        signatory, kinds = organisation.signatory, service.agreements
        kind = _unsigned(reference, signatory, kinds, on)
        return _refusal(Reason.AGREEMENT_MISSING, *asked, agreement=kind, signatory=signatory)
    # 2.
    if mandate.processing is Processing.AWAITING:
        return _awaiting(mandate, reference, *asked)
    if mandate.processing is Processing.REJECTED:
        return _refusal(
            Reason.MANDATE_REJECTED,
            *asked,
            mandate_id=str(mandate.mandate_id),
            desk=reference.desk_at(service.fact.owner),
        )
    # 3.
    acting = reference.acting(mandate.system_id, service)
    if acting is None:
        return _refusal(Reason.SYSTEM_NOT_QUALIFIED, *asked)
    system = acting.system
    if not test and not acting.qualification.qualified_on(on):
        return _refusal(
            Reason.SYSTEM_NOT_QUALIFIED,
            *asked,
            system_id=str(system.system_id),
            lacking=", ".join(acting.qualification.lacking(service.fact.evidence)),
            desk=reference.desk_of(system.system_id),
        )
    # 4.
    vendor_agreed = last_day(acting.agreed, on)
    if vendor_agreed is None:
        signatory, kinds = system.party, service.fact.vendor_agreements
        kind = _unsigned(reference, signatory, kinds, on)
        return _refusal(
            Reason.VENDOR_AGREEMENT_MISSING,
            *asked,
            agreement=kind,
            signatory=signatory,
            system_id=str(system.system_id),
            desk=reference.desk_of(system.system_id),
        )
    # 5.
    admitted = FOREVER if test else last_day(acting.admitted(organisation.code), on)
    if admitted is None:
        return _rollout_closed(acting, *asked)
    last = min(agreed, vendor_agreed, mandate.last_day, admitted)
    if last < on:  # its system made way, and may provide for some time yet
        last = min(agreed, vendor_agreed, mandate.provides_until or FOREVER, admitted)
    return Permission(mandate, system, last)


def _rollout_closed(
    acting: ActingSystem,
    organisation: OrganisationView,
    service: IndexedService,
    on: dt.date,
    side: Side,
) -> Refusal:
    """Return the refusal of an organisation that is not let through, with when it will be (R7)."""
    later = next((first for first, _ in acting.admitted(organisation.code) if first > on), None)
    return _refusal(
        Reason.ROLLOUT_CLOSED,
        organisation,
        service,
        on,
        side,
        system_id=str(acting.system.system_id),
        stage=acting.qualification.rollout_on(on).stage.value,
        opens=str(later or ""),
    )


def _awaiting(
    mandate: MandateView,
    reference: Reference,
    organisation: OrganisationView,
    service: IndexedService,
    on: dt.date,
    side: Side,
) -> Refusal:
    """Return the refusal of a mandate that waits, with how long if that is too long (R6)."""
    desk = reference.desk_at(service.fact.owner)
    facts = {"mandate_id": str(mandate.mandate_id), "desk": desk}
    due = overdue_since(mandate.waiting_since, service.fact.processing_days, on)
    if due is not None:
        facts["overdue_since"] = str(due)
    return _refusal(Reason.MANDATE_AWAITING, organisation, service, on, side, **facts)


def _unsigned(
    reference: Reference, signatory: str, kinds: tuple[AgreementKind, ...], on: dt.date
) -> str:
    """Return the first agreement that a signatory lacks on a day on which it lacks one."""
    lacking = (
        kind for kind in kinds if last_day(reference.signed(signatory, kind, kinds), on) is None
    )
    return next(lacking).value


def _refusal(
    reason: Reason,
    organisation: OrganisationView,
    service: IndexedService,
    on: dt.date,
    side: Side,
    **facts: str,
) -> Refusal:
    metadata = {
        "organisation": str(organisation.code),
        "service": str(service.code),
        "on": str(on),
    }
    told = {name: value for name, value in facts.items() if value}
    return Refusal(reason=reason, side=side, metadata=metadata | told)
