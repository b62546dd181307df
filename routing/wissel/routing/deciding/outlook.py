"""What still lacks before a system can act by a mandate, and from when it can (R3).

It asks what `may_act` asks, of the very mandate: what is refused is noted and mended in a
table of its own, which is then asked again.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from wissel.routing.deciding.decision import Permission, Refusal
from wissel.routing.deciding.may_act import permission_by, sector_not_served
from wissel.routing.facts import (
    TEST_SCHOOL,
    Agreement,
    AgreementKind,
    Fact,
    Mandate,
    Processing,
    Qualification,
    RolloutStage,
    Signatory,
)
from wissel.routing.refusals.reasons import Reason
from wissel.routing.refusals.sides import Side
from wissel.routing.table import Table
from wissel.routing.table.spans import days_of_change
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber, Oin, Swv

_NOBODYS: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a mandate lacks, in the order in which deciding asks for it.

    `acts_from` is the first day on which the system may act if nothing changes, None if
    none is known. `connected` is whether it has an endpoint, so that it can be reached.
    """

    lacking: tuple[Refusal, ...]
    acts_from: dt.date | None
    connected: bool


def outlook(table: Table, mandate: Mandate, on: dt.date) -> Outlook | None:
    """Return what a mandate lacks on a day, or on its first day if that is later.

    None for one that has ended by then, and for one that is not in the table.
    """
    day = max(on, mandate.period.start)
    if mandate.stopped or not mandate.period.contains(day):
        return None
    lacking = _lacking(table, mandate, day)
    if lacking is None:
        return None
    return Outlook(
        lacking=lacking,
        acts_from=_acts_from(table, mandate, day) if lacking else day,
        connected=_connected(table, mandate, day),
    )


def _lacking(table: Table, mandate: Mandate, day: dt.date) -> tuple[Refusal, ...] | None:
    """Return each refusal that is left when those before it are mended.

    None if the table does not have the mandate.
    """
    found: list[Refusal] = []
    while (outcome := _asked(table, mandate, day)) is not None:
        if isinstance(outcome, Permission):
            return tuple(found)
        mended = () if outcome in found else _mended(table, mandate, outcome, day)
        found += [] if outcome in found else [outcome]
        if not mended:
            return tuple(found)
        table = table.supposing(mended)
    return None


def _asked(table: Table, mandate: Mandate, day: dt.date) -> Permission | Refusal | None:
    """Return whether the system may act by this very mandate; None if it is not in force."""
    giver = table.organisation(mandate.organisation)
    service = table.reference.services.get(mandate.service)
    if giver is None or service is None:
        return None
    if giver.sectors.isdisjoint(service.sectors):
        return sector_not_served(giver, service, Side.QUERY)
    for each in giver.mandates_in_force(service.code, day):
        if each.mandate_id == mandate.mandate_id:
            test = giver.code == TEST_SCHOOL
            return permission_by(each, table.reference, service, day, Side.QUERY, test=test)
    return None


def _mended(table: Table, mandate: Mandate, refusal: Refusal, day: dt.date) -> Sequence[Fact]:
    """Return the facts with which a refusal would not be; none if no such facts are known."""
    known = table.reference.qualifications.get(
        (mandate.system_id, mandate.service),
        Qualification(system_id=mandate.system_id, service=mandate.service),
    )
    match refusal.reason:
        case Reason.AGREEMENT_MISSING | Reason.VENDOR_AGREEMENT_MISSING:
            signed = Agreement(
                agreement_id=_NOBODYS,
                signatory=_signatory(refusal.metadata["signatory"]),
                kind=AgreementKind(refusal.metadata["agreement"]),
                period=Period(day, day),
            )
            return (signed,)
        case Reason.MANDATE_AWAITING | Reason.MANDATE_REJECTED:
            return (replace(mandate, processing=Processing.PROCESSED),)
        case Reason.SYSTEM_NOT_QUALIFIED:
            return (replace(known, qualified=True, since=None),)
        case Reason.ROLLOUT_CLOSED:
            return (replace(known, rollout=RolloutStage.OPEN, steps=()),)
        case _:
            return ()


def _signatory(text: str) -> Signatory:
    if BoardNumber.pattern.fullmatch(text):
        return BoardNumber(text)
    return Swv(text) if Swv.pattern.fullmatch(text) else Oin(text)


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
