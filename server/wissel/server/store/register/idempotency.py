"""Answers kept for callers that repeat a request: idempotency (design.md#revisions)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.registry.ports import Actor
from wissel.server.store.register.tables import ANSWER

RETENTION: Final = dt.timedelta(days=30)
"""How long an answer is kept."""

_KEY: Final = (ANSWER.c.caller_oin, ANSWER.c.person_id, ANSWER.c.method, ANSWER.c.request_id)


class AnswerKey(NamedTuple):
    """Which answer: of which caller, person, method and request id.

    `person_id` is empty where no token showed a person.
    """

    caller_oin: str
    person_id: str
    method: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it was given, and the revision that its request made."""

    revision: int
    response: bytes


async def earlier_answer(
    connection: AsyncConnection, actor: Actor, person_id: str, now: dt.datetime
) -> Answer | None:
    """Return the answer that this very request got before.

    None without a request id, for a new one, and for one older than `RETENTION`.
    Raises `Refused(REQUEST_ID_REUSED)` if the same caller, and the same person of
    a portal, used the id on the same method with another body.
    """
    if not actor.request_id:
        return None
    query = select(ANSWER).where(
        *_same(actor, person_id), ANSWER.c.recorded_time >= now - RETENTION
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if row.body_sha256 != actor.body_sha256:
        raise Refused(Reason.REQUEST_ID_REUSED, field="request_id", request_id=actor.request_id)
    return Answer(revision=row.revision, response=row.response)


async def keep_answer(
    connection: AsyncConnection,
    actor: Actor,
    person_id: str,
    answer: Answer,
    now: dt.datetime,
) -> None:
    """Store an answer in the transaction of its change.

    It takes the place of one older than `RETENTION` that was not forgotten yet.
    """
    await connection.execute(delete(ANSWER).where(*_same(actor, person_id)))
    await connection.execute(
        insert(ANSWER).values(
            caller_oin=actor.caller,
            person_id=person_id if actor.proven else "",
            method=actor.method,
            request_id=actor.request_id,
            body_sha256=actor.body_sha256,
            revision=answer.revision,
            response=answer.response,
            recorded_time=now,
        )
    )


async def expired_answers(
    connection: AsyncConnection, now: dt.datetime, limit: int
) -> Sequence[AnswerKey]:
    """Return the keys of up to `limit` answers older than `RETENTION`, the oldest first."""
    query = (
        select(*_KEY)
        .where(ANSWER.c.recorded_time < now - RETENTION)
        .order_by(ANSWER.c.recorded_time)
        .limit(limit)
    )
    return [AnswerKey(*row) for row in await connection.execute(query)]


async def forget_answers(
    connection: AsyncConnection, keys: Sequence[AnswerKey], now: dt.datetime
) -> int:
    """Delete answers older than `RETENTION`; return how many there still were.

    In order of key, as two processes may delete the same ones.
    """
    forgotten = 0
    for key in sorted(keys):
        same = (column == value for column, value in zip(_KEY, key, strict=True))
        old = ANSWER.c.recorded_time < now - RETENTION
        forgotten += (await connection.execute(delete(ANSWER).where(*same, old))).rowcount
    return forgotten


def _same(actor: Actor, person_id: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the answer of a request: that of an actor as `person_id`."""
    own = (actor.caller, person_id if actor.proven else "", actor.method, actor.request_id)
    return tuple(column == value for column, value in zip(_KEY, own, strict=True))
