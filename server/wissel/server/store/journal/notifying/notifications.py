"""Notifications and links: a row each, moved by the rules of `exchange.fetching`.

It implements `courier.notify.ports.Notifications`, whose docstrings say what each
method promises.
"""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, text, update

from wissel.routing.exchange.fetching import notifications as life
from wissel.routing.exchange.fetching.links import Link
from wissel.routing.exchange.fetching.notifications import (
    Announcement,
    Notification,
    NotificationState,
)
from wissel.routing.exchange.fetching.quotas import DAY, seconds_until_free
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.notify.ports import Position, Waiting
from wissel.server.courier.ports import Clock
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.journal.codec import instant_of, microseconds_of
from wissel.server.store.journal.notifying.rows import (
    link_of,
    link_row,
    moved_columns,
    notification_of,
    notification_row,
)
from wissel.server.store.journal.own_turn import OwnTurn
from wissel.server.store.journal.tables import LINK, NOTIFICATION

_TABLE: Final = NOTIFICATION.c
_PENDING: Final = _TABLE.state == NotificationState.PENDING.value


class SqlNotifications:
    """The notifications and links in the journal in `database`."""

    def __init__(self, database: BlockingDatabase, clock: Clock) -> None:
        self._own = OwnTurn(database)
        self._clock = clock

    async def announce(self, new: Notification) -> Notification:
        """Keep a new notification; see the port."""
        return await asyncio.to_thread(self._announce, new)

    async def find(self, source_oin: Oin, notification_id: UUID) -> Notification | None:
        """Return a notification; see the port."""
        return await asyncio.to_thread(self._find, source_oin, notification_id)

    async def due(self, after: Position | None, limit: int) -> list[Notification]:
        """Return what is to be told; see the port."""
        return await asyncio.to_thread(self._due, after, limit)

    async def claim(self, known: Notification, owner: str) -> Notification | None:
        """Claim the next attempt; see the port."""
        now = self._clock()

        def rule(current: Notification) -> Notification | None:
            return life.claim(current, owner, now)

        return await asyncio.to_thread(self._move, known.announcement, rule)

    async def end(self, claimed: Notification, *, told: bool, chance: float) -> Notification | None:
        """End an attempt; see the port."""
        now = self._clock()

        def rule(current: Notification) -> Notification | None:
            return life.end(current, claimed.attempt, now, told=told, chance=chance)

        return await asyncio.to_thread(self._move, claimed.announcement, rule)

    async def waiting(self) -> Waiting:
        """Return how many wait, and how long; see the port."""
        return await asyncio.to_thread(self._waiting)

    async def link(self, link_sha256: bytes) -> Link | None:
        """Return a link; see the port."""
        return await asyncio.to_thread(self._link, link_sha256)

    async def wipe_link_keys(self, limit: int) -> int:
        """Forget link keys in clear; see the port."""
        return await asyncio.to_thread(self._wipe, limit)

    async def forget_notifications(self, before: dt.datetime, limit: int) -> int:
        """Forget what is old; see the port."""
        return await asyncio.to_thread(self._forget, before, limit)

    def close(self) -> None:
        """Let go of the database."""
        self._own.close()

    def _announce(self, new: Notification) -> Notification:
        now = self._clock()
        with self._own.writing() as connection:
            known = _found(connection, new.announcement)
            if known is None:
                _require_few(connection, new.announcement, now)
                if connection.execute(_NEW, notification_row(new)).rowcount:
                    if new.link is not None:
                        row = link_row(new.link_sha256, new.link)
                        connection.execute(insert(LINK).values(row))
                    return new
                # Another process kept the same one at this moment.
                known = _found(connection, new.announcement)
            assert known is not None, "it is there, or was kept just now"  # noqa: S101
            return life.repeated(known, new.announcement, now)

    def _find(self, source_oin: Oin, notification_id: UUID) -> Notification | None:
        with self._own.reading() as connection:
            return _one(connection, _is(source_oin, notification_id))

    def _due(self, after: Position | None, limit: int) -> list[Notification]:
        now = microseconds_of(self._clock())
        query = select(NOTIFICATION).where(_PENDING, _TABLE.due <= now, _TABLE.lease_until <= now)
        if after is not None:
            due, oin, notification_id = after
            at = microseconds_of(due)
            query = query.where(
                (_TABLE.due > at)
                | ((_TABLE.due == at) & (_TABLE.source_oin > oin))
                | (
                    (_TABLE.due == at)
                    & (_TABLE.source_oin == oin)
                    & (_TABLE.notification_id > str(notification_id))
                )
            )
        order = (_TABLE.due, _TABLE.source_oin, _TABLE.notification_id)
        with self._own.reading() as connection:
            rows = connection.execute(query.order_by(*order).limit(limit)).mappings()
            return [notification_of(dict(row)) for row in rows]

    def _waiting(self) -> Waiting:
        query = select(func.count(), func.min(_TABLE.announced)).where(_PENDING)
        with self._own.reading() as connection:
            count, first = connection.execute(query).one()
        if first is None:
            return Waiting(0, 0.0)
        return Waiting(count, max((self._clock() - instant_of(first)).total_seconds(), 0.0))

    def _move(
        self, said: Announcement, rule: Callable[[Notification], Notification | None]
    ) -> Notification | None:
        """Write what a rule makes of a notification, unless another process was first."""
        with self._own.writing() as connection:
            known = _found(connection, said)
            moved = None if known is None else rule(known)
            if known is None or moved is None:
                return None
            stands = (*_key(said), _PENDING, _TABLE.attempt == known.attempt)
            lease = _TABLE.lease_until == microseconds_of(known.lease_until)
            changed = update(NOTIFICATION).where(*stands, lease).values(moved_columns(moved))
            return moved if connection.execute(changed).rowcount else None

    def _link(self, link_sha256: bytes) -> Link | None:
        query = select(LINK).where(LINK.c.link_sha256 == link_sha256)
        with self._own.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return link_of(rows[0]) if rows else None

    def _wipe(self, limit: int) -> int:
        before = microseconds_of(self._clock() - life.KEY_SHOWN)
        spent = (
            _TABLE.link_key != "",
            _TABLE.state != NotificationState.PENDING.value,
            _TABLE.announced <= before,
        )
        with self._own.writing() as connection:
            keys = select(_TABLE.source_oin, _TABLE.notification_id).where(*spent).limit(limit)
            found = connection.execute(keys).all()
            for oin, notification_id in found:
                one = (_TABLE.source_oin == oin, _TABLE.notification_id == notification_id)
                connection.execute(update(NOTIFICATION).where(*one).values(link_key=""))
            return len(found)

    def _forget(self, before: dt.datetime, limit: int) -> int:
        now, table = microseconds_of(self._clock()), LINK.c
        ended = select(table.link_sha256).where(table.expires <= now).limit(limit)
        old = _TABLE.announced < microseconds_of(before)
        keys = select(_TABLE.source_oin, _TABLE.notification_id).where(old).limit(limit)
        with self._own.writing() as connection:
            connection.execute(delete(LINK).where(table.link_sha256.in_(ended)))
            found = connection.execute(keys).all()
            for oin, notification_id in found:
                one = (_TABLE.source_oin == oin, _TABLE.notification_id == notification_id)
                connection.execute(delete(NOTIFICATION).where(*one))
            return len(found)


_COLUMNS: Final = [column.name for column in NOTIFICATION.columns]
_NEW: Final = text(
    f"INSERT INTO transfer_notification ({', '.join(_COLUMNS)})"  # noqa: S608 - names of ours
    f" VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
    " ON CONFLICT (source_oin, notification_id) DO NOTHING"
)
"""Keep the first of two that are announced at once under one id."""


def _require_few(connection: Connection, said: Announcement, now: dt.datetime) -> None:
    """Raise `Refused` with NOTIFICATIONS_EXCEEDED or NOTIFICATIONS_WAITING."""
    mine, terms = _TABLE.source_oin == said.source_oin, said.terms
    recent = _TABLE.announced > microseconds_of(now - DAY)
    of_one = select(func.count(), func.min(_TABLE.announced)).where(
        mine, _TABLE.requester == str(terms.requester), recent
    )
    count, first = connection.execute(of_one).one()
    if count >= life.MOST_A_DAY:
        raise Refused(
            Reason.NOTIFICATIONS_EXCEEDED,
            retry_after=seconds_until_free(instant_of(first), now),
            limit=str(life.MOST_A_DAY),
        )
    waiting = select(func.count()).select_from(NOTIFICATION).where(mine, _PENDING)
    if connection.execute(waiting).scalar_one() >= life.MOST_PENDING:
        raise Refused(Reason.NOTIFICATIONS_WAITING, limit=str(life.MOST_PENDING))


def _is(source_oin: Oin, notification_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return _TABLE.source_oin == source_oin, _TABLE.notification_id == str(notification_id)


def _key(said: Announcement) -> tuple[ColumnElement[bool], ...]:
    return _is(said.source_oin, said.notification_id)


def _found(connection: Connection, said: Announcement) -> Notification | None:
    return _one(connection, _key(said))


def _one(connection: Connection, key: tuple[ColumnElement[bool], ...]) -> Notification | None:
    rows = connection.execute(select(NOTIFICATION).where(*key)).mappings()
    return next((notification_of(dict(row)) for row in rows), None)
