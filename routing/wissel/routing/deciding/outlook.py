"""What still lacks before a system can act by a mandate, and from when it can (R3).

It asks what `may_act` asks, of the very mandate, and of what is refused what would be
left if that were closed.
"""

import datetime as dt
from dataclasses import dataclass, replace

from wissel.routing.deciding.decision import Permission, Refusal
from wissel.routing.deciding.gaps.gaps import search
from wissel.routing.deciding.gaps.suppositions import Supposition
from wissel.routing.deciding.may_act import permission_by, sector_not_served
from wissel.routing.deciding.query import ANYBODY, Query
from wissel.routing.facts import TEST_SCHOOL, AgreementKind, Mandate
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.spans import days_of_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a mandate lacks, in the order in which deciding asks for it.

    `acts_from` is the first day on which the system may act if nothing changes, None if
    none is known. `connected` is whether it has an endpoint, so that it can be reached.
    `to_sign` are agreements that count for it without being signed.
    """

    lacking: tuple[Refusal, ...]
    acts_from: dt.date | None
    connected: bool
    to_sign: tuple[AgreementKind, ...] = ()


def outlook(table: Table, mandate: Mandate, on: dt.date) -> Outlook | None:
    """Return what a mandate lacks on a day, or on its first day if that is later.

    None for one that has ended by then, and for one that is not in the table.
    """
    day = max(on, mandate.period.start)
    if mandate.stopped or not mandate.period.contains(day):
        return None
    if _asked(table, mandate, day) is None:
        return None
    lacking = _lacking(table, mandate, day)
    return Outlook(
        lacking=lacking,
        acts_from=_acts_from(table, mandate, day) if lacking else day,
        connected=_connected(table, mandate, day),
        to_sign=_to_sign(table, mandate, day),
    )


def _to_sign(table: Table, mandate: Mandate, day: dt.date) -> tuple[AgreementKind, ...]:
    giver = table.organisation(mandate.organisation)
    service = table.reference.services.get(mandate.service)
    if giver is None or service is None:
        return ()
    return table.reference.to_sign(giver.signatory, service, day)


def _lacking(table: Table, mandate: Mandate, day: dt.date) -> tuple[Refusal, ...]:
    """Return each refusal that is left when those before it are supposed to be closed."""
    query = Query(
        asker=ANYBODY, sender=None, receiver=mandate.organisation, service=mandate.service
    )
    found = search(
        Supposition(table=table, query=query), lambda then: _asked(then.table, mandate, day), day
    )
    return tuple(replace(gap.refusal, side=Side.QUERY) for gap in found)


def _asked(table: Table, mandate: Mandate, day: dt.date) -> Permission | Refusal | None:
    """Return whether the system may act by this very mandate; None if it is not in force."""
    giver = table.organisation(mandate.organisation)
    service = table.reference.services.get(mandate.service)
    if giver is None or service is None:
        return None
    if giver.sectors.isdisjoint(service.sectors):
        return sector_not_served(giver, service, Side.RECEIVER)
    for each in giver.mandates_in_force(service.code, day):
        if each.mandate_id == mandate.mandate_id:
            test = giver.code == TEST_SCHOOL
            return permission_by(each, table.reference, service, day, Side.RECEIVER, test=test)
    return None


def _acts_from(table: Table, mandate: Mandate, day: dt.date) -> dt.date | None:
    """Return the first day after `day` on which it may act, if one is known.

    It is one on which an agreement begins, the system is qualified, or its rollout
    opens for the organisation.
    """
    giver = table.organisation(mandate.organisation)
    service = table.reference.services.get(mandate.service)
    if giver is None or service is None:
        return None
    days = days_of_change(table.reference.agreed(giver.signatory, service))
    acting = table.reference.acting(mandate.system_id, service)
    if acting is not None:
        days |= acting.days_of_change
    for start in sorted(each for each in days if each > day):
        if mandate.period.contains(start) and isinstance(_asked(table, mandate, start), Permission):
            return start
    return None


def _connected(table: Table, mandate: Mandate, day: dt.date) -> bool:
    """Whether an endpoint under the mandate is in force, of any version of the service."""
    giver = table.organisation(mandate.organisation)
    service = table.reference.services.get(mandate.service)
    return (
        giver is not None
        and service is not None
        and any(
            endpoint.mandate.mandate_id == mandate.mandate_id
            for version in service.versions
            for endpoint in giver.endpoints_in_force((service.code, version.namespace), day)
        )
    )
