"""Copying a mandate to other schools that use the same system: preview, then confirm (R5)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from wissel.routing.facts import Agreement, Mandate, School, Signatory
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin, Organisation, ServiceCode
from wissel.server.registry.finding import get_mandate, get_school, get_service
from wissel.server.registry.mandates.commands import CopyMandate
from wissel.server.registry.mandates.giving import new_mandate
from wissel.server.registry.ports import Snapshot, Transaction
from wissel.server.registry.rules.copying import (
    CopyPlan,
    CopyRow,
    CopyState,
    check_token,
    copied_period,
    row_for,
)
from wissel.server.registry.rules.mandates import still_changeable
from wissel.server.registry.scope import Scope

TARGETS: Final = 1_000
"""To how many schools a mandate is copied at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A preview that was confirmed, and the mandates of the rows that could be copied to."""

    plan: CopyPlan
    mandates: tuple[Mandate, ...]


async def plan_copy(
    snapshot: Snapshot, mandate_id: UUID, targets: Iterable[Brin], scope: Scope, today: dt.date
) -> CopyPlan:
    """Return what copying a mandate would make at the revision that is read.

    1. The mandate is within the caller's scope and has not ended: MANDATE_NOT_FOUND,
       MANDATE_ENDED.
    2. The schools are those that are named; without a name all others of the caller's
       own that are open, for an operator those of the board of the mandate's school.
       They are 1,000 at most: BATCH_TOO_LARGE.
    3. One that does not exist, or is not the caller's, is NOT_YOURS; for the others see
       `row_for`.
    """
    # 1.
    source = await get_mandate(snapshot, mandate_id, scope)
    still_changeable(source, today)
    service = await get_service(snapshot, source.service)
    period = copied_period(source, today)
    # 2.
    named = frozenset(targets)
    schools = await _schools(snapshot, named or await _others(snapshot, source, scope))
    own = {
        each.brin: each for each in schools if scope.operator or each.brin in scope.organisations
    }
    brins = named or {brin for brin, school in own.items() if not _closed(school, today)}
    # 3.
    holding, signed = await _beside(snapshot, own.values(), source.service)
    rows = [
        row_for(own[brin], source, service, period, holding[brin], signed[own[brin].board])
        if brin in own
        else CopyRow(brin=brin, state=CopyState.NOT_YOURS)
        for brin in sorted(brins)
    ]
    return CopyPlan(source=source, service=service, period=period, targets=named, rows=tuple(rows))


async def copy_mandate(
    transaction: Transaction, command: CopyMandate, scope: Scope, new_id: Callable[[], UUID]
) -> Copied:
    """Copy a mandate to the schools of a preview that was confirmed, all in one revision.

    Each row is as in the preview: see `plan_copy` and `check_token`, COPY_TOKEN_INVALID
    and COPY_PREVIEW_STALE. There is a school to copy to: NOTHING_TO_COPY. A copy has the
    service, the system and the last day of the source, and begins on the later of today
    and its first day.
    """
    plan = await plan_copy(
        transaction, command.mandate_id, command.targets, scope, transaction.today
    )
    check_token(command.token, plan, command.person, transaction.now)
    if not plan.copied:
        raise Refused(Reason.NOTHING_TO_COPY, mandate_id=str(command.mandate_id))
    copies = tuple(
        new_mandate(
            row.school,
            plan.service,
            plan.source.system_id,
            plan.period,
            mandate_id=new_id(),
            created=transaction.now,
        )
        for row in plan.copied
        if row.school is not None
    )
    await transaction.put(*copies)
    return Copied(plan=plan, mandates=copies)


async def _others(snapshot: Snapshot, source: Mandate, scope: Scope) -> frozenset[Brin]:
    """Return the other schools that the caller gives mandates for, open or closed."""
    own: Iterable[Organisation] = scope.organisations
    if scope.operator and isinstance(source.organisation, Brin):
        board = (await get_school(snapshot, source.organisation)).board
        own = [school.brin for school in await snapshot.find(School, board=board)]
    brins = frozenset(each for each in own if isinstance(each, Brin))
    return brins - {source.organisation}


async def _schools(snapshot: Snapshot, brins: frozenset[Brin]) -> list[School]:
    """Return the schools that exist, or raise `Refused(BATCH_TOO_LARGE)` if too many are asked."""
    if len(brins) > TARGETS:
        raise Refused(
            Reason.BATCH_TOO_LARGE, field="brins", count=str(len(brins)), limit=str(TARGETS)
        )
    return await snapshot.find(School, key=tuple(sorted(brins)))


async def _beside(
    snapshot: Snapshot, schools: Iterable[School], service: ServiceCode
) -> tuple[Mapping[Organisation, list[Mandate]], Mapping[Signatory, list[Agreement]]]:
    """Return the mandates of schools for a service, and the agreements of their boards."""
    brins = tuple(sorted(school.brin for school in schools))
    boards = tuple(sorted({school.board for school in schools}))
    mandates: dict[Organisation, list[Mandate]] = defaultdict(list)
    for mandate in await snapshot.find(Mandate, organisation=brins, service=service):
        mandates[mandate.organisation].append(mandate)
    signed: dict[Signatory, list[Agreement]] = defaultdict(list)
    for agreement in await snapshot.find(Agreement, signatory=boards):
        signed[agreement.signatory].append(agreement)
    return mandates, signed


def _closed(school: School, today: dt.date) -> bool:
    return school.closed is not None and school.closed < today
