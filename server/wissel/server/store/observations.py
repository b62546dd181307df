"""What is known of receivers, in the register's database and outside its log.

Rounds are hours apart and their writes small, so they stand in nobody's way: the
journal, which is written all the time, is left to its one writer.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Row, bindparam, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.values.identifiers import Oin
from wissel.server.courier.reachability.observation import Observation, Receiver, Silence
from wissel.server.courier.reachability.ports import Round
from wissel.server.courier.receivers.causes import Cause
from wissel.server.store.columns import Instant
from wissel.server.store.database import Database
from wissel.server.store.register.tables import RECEIVER, ROUND

_FIRST = text(
    "INSERT INTO ping_round (id, holder, lease, started, ended, version)"
    " VALUES (1, '', :now, :never, :ended, 0) ON CONFLICT DO NOTHING"
).bindparams(bindparam("now", type_=Instant), bindparam("never", type_=Instant))
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class SqlObservations:
    """Implements `reachability.ports.Observations`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_round(self) -> Round | None:
        """Return the last round, None if there was none yet."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(ROUND))).one_or_none()
        return None if row is None else _round(row)

    async def lead(
        self, holder: str, now: dt.datetime, lease: dt.timedelta, every: dt.timedelta
    ) -> Round | None:
        """Lead the round that is due; None if none is, or if another process was first."""
        async with self._database.writing() as connection:
            await connection.execute(_FIRST, {"now": now, "never": _NEVER, "ended": True})
            last = await _locked(connection)
            if not last.due(now, lease, every):
                return None
            led = last.led_by(holder, now, lease)
            await connection.execute(update(ROUND).values(_values(led)))
        return led

    async def record(
        self,
        round_: Round,
        found: Sequence[Observation],
        *,
        lease: dt.datetime,
        gone: Collection[Receiver] = (),
        ended: bool = False,
    ) -> bool:
        """Keep what was found, forget who is gone, and lead on until `lease`, in one write."""
        async with self._database.writing() as connection:
            last = await _locked(connection)
            if last.ended or (last.holder, last.started) != (round_.holder, round_.started):
                return False
            for receiver in sorted({*gone, *(each.receiver for each in found)}):
                await connection.execute(delete(RECEIVER).where(*_is(receiver)))
            if found:
                await connection.execute(insert(RECEIVER), [_row(each) for each in found])
            led = replace(last, lease=lease, ended=ended, version=last.version + 1)
            await connection.execute(update(ROUND).values(_values(led)))
        return True

    async def all(self) -> Sequence[Observation]:
        """Return what is known of every receiver, in order of receiver."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(RECEIVER).order_by(*RECEIVER.primary_key))
            return [_observation(row) for row in rows]


async def _locked(connection: AsyncConnection) -> Round:
    return _round((await connection.execute(select(ROUND).with_for_update())).one())


def _is(receiver: Receiver) -> tuple[ColumnElement[bool], ...]:
    columns = (RECEIVER.c.host, RECEIVER.c.port, RECEIVER.c.oin)
    return tuple(column == value for column, value in zip(columns, receiver, strict=True))


def _round(row: Row[tuple[object, ...]]) -> Round:
    return Round(**{name: value for name, value in row._mapping.items() if name != "id"})  # noqa: SLF001 - SQLAlchemy's public name


def _values(led: Round) -> dict[str, object]:
    return {
        "holder": led.holder,
        "lease": led.lease,
        "started": led.started,
        "ended": led.ended,
        "version": led.version,
    }


def _row(each: Observation) -> dict[str, object]:
    return {
        **each.receiver._asdict(),
        "checked": each.checked,
        "cause": each.silent.cause if each.silent else "",
        "detail": each.silent.detail if each.silent else "",
        "since": each.since,
        "counted_seconds": int(each.counted.total_seconds()),
        "warned": each.warned,
        "certificate_ends": each.certificate_ends,
    }


def _observation(row: Row[tuple[object, ...]]) -> Observation:
    silent = Silence(cause=Cause(row.cause), detail=row.detail) if row.cause else None
    return Observation(
        receiver=Receiver(row.host, row.port, Oin(row.oin)),
        checked=row.checked,
        silent=silent,
        since=row.since,
        counted=dt.timedelta(seconds=row.counted_seconds),
        warned=row.warned,
        certificate_ends=row.certificate_ends,
    )
