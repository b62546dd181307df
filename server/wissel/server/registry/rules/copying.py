"""The rules of copying a mandate to other schools, as functions of values (R5)."""

import base64
import binascii
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wissel.routing.facts import Agreement, Mandate, School, Service
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.days import Period
from wissel.routing.values.identifiers import Brin, SystemId
from wissel.server.registry.rules.mandates import refuse_closed, refuse_unserved, refuse_unsigned

TOKEN_LIFETIME: Final = dt.timedelta(minutes=15)
"""How long a preview may be confirmed."""
_DIGEST_LENGTH: Final = 32  # hex digits
_FIELD: Final = "token"
_LAST_SECOND: Final = 2**33  # in the year 2242


class CopyState(StrEnum):
    """Whether a mandate can be copied to a school, or what is in the way (R5)."""

    CAN_COPY = "CAN_COPY"
    ALREADY_MANDATED = "ALREADY_MANDATED"
    OTHER_SYSTEM = "OTHER_SYSTEM"
    AGREEMENT_MISSING = "AGREEMENT_MISSING"
    SCHOOL_CLOSED = "SCHOOL_CLOSED"
    SECTOR_NOT_SERVED = "SECTOR_NOT_SERVED"
    NOT_YOURS = "NOT_YOURS"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """One school in a preview; `systems` are others that hold the service there, in order.

    `school` is None for one that is not the caller's: it is told nothing of it.
    """

    brin: Brin
    state: CopyState
    school: School | None = None
    systems: tuple[SystemId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """What copying a mandate makes: `period` is that of each copy, rows are in order of BRIN.

    `targets` are the schools that were named; empty if all others were asked about.
    """

    source: Mandate
    service: Service
    period: Period
    targets: frozenset[Brin]
    rows: tuple[CopyRow, ...]

    @property
    def copied(self) -> list[CopyRow]:
        """The rows of the schools that it is copied to."""
        return [row for row in self.rows if row.state is CopyState.CAN_COPY]


def copied_period(source: Mandate, today: dt.date) -> Period:
    """Return the days of a copy: from the later of today and the first day of the source."""
    return Period(max(today, source.period.start), source.period.end)


def row_for(
    school: School,
    source: Mandate,
    service: Service,
    period: Period,
    beside: Iterable[Mandate],
    signed: Iterable[Agreement],
) -> CopyRow:
    """Return the row of a school of the caller's own.

    It says what `create_mandate` would say, and besides that another system holds the
    service on one of the days: such a school is given the mandate individually.
    `beside` are its mandates for the service, `signed` the agreements of its board.
    """
    holding = {each.system_id for each in beside if _shares_days(each, period)}
    others = tuple(sorted(holding - {source.system_id}))
    try:
        refuse_closed(school, period.start)
        refuse_unserved(service, school)
        if source.system_id in holding:
            state = CopyState.ALREADY_MANDATED
        elif others:
            state = CopyState.OTHER_SYSTEM
        else:
            refuse_unsigned(service, school.board, signed, period.start)
            state = CopyState.CAN_COPY
    except Refused as refused:
        state = CopyState(refused.reason.value)
    return CopyRow(brin=school.brin, state=state, school=school, systems=others)


def _shares_days(mandate: Mandate, period: Period) -> bool:
    return not mandate.stopped and mandate.period.overlaps(period)


def token_for(plan: CopyPlan, person: str, now: dt.datetime) -> str:
    """Return the token with which a person may confirm a preview.

    It is no secret and opens nothing: what it stands for is worked out again.
    """
    parts = [int(now.timestamp()), _question(plan, person), _answer(plan)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


def check_token(token: str, plan: CopyPlan, person: str, now: dt.datetime) -> None:
    """Refuse a token that was not given to this person for this copy as it would be now.

    It was given to the same person for the same mandate and schools: COPY_TOKEN_INVALID.
    That is at most TOKEN_LIFETIME ago, and no row, nor what is copied, has changed:
    COPY_PREVIEW_STALE.
    """
    issued, question, answer = _decoded(token)
    if question != _question(plan, person):
        raise Refused(Reason.COPY_TOKEN_INVALID, field=_FIELD)
    age = now - dt.datetime.fromtimestamp(issued, dt.UTC)
    if age > TOKEN_LIFETIME or answer != _answer(plan):
        minutes = str(TOKEN_LIFETIME // dt.timedelta(minutes=1))
        raise Refused(Reason.COPY_PREVIEW_STALE, field=_FIELD, minutes=minutes)


def _decoded(token: str) -> tuple[int, str, str]:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw)
    except (binascii.Error, ValueError):
        parts = None
    match parts:
        case [int(issued), str(question), str(answer)] if 0 <= issued < _LAST_SECOND:
            return issued, question, answer
        case _:
            raise Refused(Reason.COPY_TOKEN_INVALID, field=_FIELD)


def _question(plan: CopyPlan, person: str) -> str:
    """Return a digest of what was asked: who, which mandate, which schools."""
    return _digest([person, str(plan.source.mandate_id), sorted(plan.targets)])


def _answer(plan: CopyPlan) -> str:
    """Return a digest of what was answered: what is copied, and each row."""
    source, period = plan.source, plan.period
    rows = [[row.brin, row.state, list(row.systems)] for row in plan.rows]
    return _digest([source.service, source.system_id, str(period.start), str(period.end), rows])


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_DIGEST_LENGTH]
