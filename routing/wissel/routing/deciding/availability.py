"""From when a system can act for an organisation that may choose it (R7)."""

import datetime as dt
from dataclasses import dataclass

from wissel.routing.facts import TEST_SCHOOL
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.table.reference import ActingSystem, IndexedService
from wissel.routing.table.spans import ALWAYS, Spans, intersection, last_day
from wissel.routing.table.views import OrganisationView
from wissel.routing.values.days import FOREVER
from wissel.routing.values.identifiers import SystemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """From when a system can act, as far as that is its own, its vendor's and the operator's.

    `first` is the first such day from the one that was asked about on, None if none is
    known. `lacking` is what stands in the way on that day, as `may_act` refuses for it,
    the organisation's own agreements among it; but for a mandate, which is to come.
    """

    first: dt.date | None
    lacking: tuple[Reason, ...]


def availability(
    table: Table,
    organisation: OrganisationView,
    service: IndexedService,
    system_id: SystemId,
    on: dt.date,
) -> Availability:
    """Return from when a system can act for an organisation and a service, if it is chosen."""
    if organisation.sectors.isdisjoint(service.sectors):
        return Availability(first=None, lacking=(Reason.SECTOR_NOT_SERVED,))
    acting = table.reference.acting(system_id, service)
    if acting is None:
        return Availability(first=None, lacking=(Reason.SYSTEM_NOT_QUALIFIED,))
    agreed = table.reference.agreed(organisation.signatory, service)
    gates = _gates(acting, organisation)
    together = intersection([days for _, days in gates])
    return Availability(
        first=next((max(first, on) for first, last in together if last >= on), None),
        lacking=tuple(
            reason
            for reason, days in ((Reason.AGREEMENT_MISSING, agreed), *gates)
            if last_day(days, on) is None
        ),
    )


def _gates(
    acting: ActingSystem, organisation: OrganisationView
) -> tuple[tuple[Reason, Spans], ...]:
    """Return the days on which each gate stands open, in the order of `may_act.permission_by`."""
    known = acting.qualification
    qualified = ((known.since or dt.date.min, FOREVER),) if known.qualified else ()
    test = organisation.code == TEST_SCHOOL
    return (
        (Reason.SYSTEM_NOT_QUALIFIED, ALWAYS if test else qualified),
        (Reason.VENDOR_AGREEMENT_MISSING, acting.agreed),
        (Reason.ROLLOUT_CLOSED, ALWAYS if test else acting.admitted(organisation.code)),
    )
