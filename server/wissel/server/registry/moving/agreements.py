"""Which agreements the lines of Mijn OSO make (R2): a function of values."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from wissel.routing.facts import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    AgreementText,
    Signatory,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import BoardNumber
from wissel.server.registry.agreements.rules import counted, within_base
from wissel.server.registry.moving.lines import AgreementLine, MovedAgreement, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMove:
    """How agreements are made: what limits them, from which day on, and their ids."""

    texts: Mapping[AgreementKind, Sequence[AgreementText]]
    since: dt.date
    today: dt.date
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPlan:
    """What becomes of each line, and the agreements that are made."""

    rows: Sequence[MovedAgreement]
    agreements: Sequence[Agreement]


def move_agreements(
    lines: Sequence[AgreementLine], held: dict[Signatory, list[Agreement]], move: AgreementMove
) -> AgreementPlan:
    """Return what becomes of each line, in order, and add what it makes to `held`.

    `held` has a list for each signatory that exists, also an empty one.

    1. The signatory exists: BOARD_NOT_FOUND, SWV_NOT_FOUND.
    2. One that has, or ever had, an agreement of this kind keeps that.
    3. One that has ended is left out.
    4. An extension stands on OSO: AGREEMENT_MISSING. What a later text asked anew lasts
       no longer than that says: AGREEMENT_TEXT_REPLACED.
    5. With one of OSO comes what counts for KENNISNET_OSR beside it, unless the signatory
       has, or ever had, one of that kind.
    """
    moved: dict[int, MovedAgreement] = {}
    made: list[Agreement] = []
    order = sorted(range(len(lines)), key=lambda at: lines[at].kind is not AgreementKind.OSO)
    for at in order:  # what stands on OSO comes after it, wherever it stands in the file
        line = lines[at]
        own = held.get(line.signatory)
        if own is None:  # 1.
            board = isinstance(line.signatory, BoardNumber)
            unknown = Reason.BOARD_NOT_FOUND if board else Reason.SWV_NOT_FOUND
            moved[at] = MovedAgreement(line=line, outcome=unknown)
            continue
        there = len(own)
        outcome = _moved(line, own, move)
        limited = line.kind is AgreementKind.OSO and _limited(line.signatory, own, move)  # 5.
        made += own[there:]
        moved[at] = MovedAgreement(line=line, outcome=outcome, counts_for_osr=limited)
    return AgreementPlan(rows=[moved[at] for at in range(len(lines))], agreements=made)


def _moved(line: AgreementLine, own: list[Agreement], move: AgreementMove) -> Outcome | Reason:
    # 2.
    if _has(own, line.kind):
        return Outcome.ALREADY_REGISTERED
    # 3.
    if line.end is not None and line.end < move.today:
        return Outcome.ENDED
    # 4.
    agreement = Agreement(
        agreement_id=move.new_id(),
        signatory=line.signatory,
        kind=line.kind,
        period=Period(line.start or move.since, line.end),
        status=AgreementStatus.MIGRATED,
        signed=line.signed,
    )
    try:
        own.append(_lasting(agreement, own, move))
    except Refused as refused:
        return refused.reason
    return Outcome.RECORDED


def _limited(signatory: Signatory, own: list[Agreement], move: AgreementMove) -> bool:
    """Add what counts for KENNISNET_OSR beside OSO, and say whether it was added."""
    oso = next(
        (
            each
            for each in sorted(own, key=attrgetter("last_day"), reverse=True)
            if each.kind is AgreementKind.OSO and each.concluded and each.last_day >= move.today
        ),
        None,
    )
    if oso is None or _has(own, AgreementKind.KENNISNET_OSR):
        return False
    limited = Agreement(
        agreement_id=move.new_id(),
        signatory=signatory,
        kind=AgreementKind.KENNISNET_OSR,
        period=Period(max(move.since, oso.period.start)),
        status=AgreementStatus.MIGRATED,
        only_with=AgreementKind.OSO,
    )
    try:
        own.append(_lasting(limited, own, move))
    except Refused:
        return False
    return True


def _lasting(agreement: Agreement, own: list[Agreement], move: AgreementMove) -> Agreement:
    return within_base(counted(agreement, None, move.texts[agreement.kind]), own)


def _has(own: Sequence[Agreement], kind: AgreementKind) -> bool:
    return any(each.kind is kind and each.concluded for each in own)
