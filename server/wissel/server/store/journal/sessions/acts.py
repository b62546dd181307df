"""What the journal's writer does with a session, beside the moves of messages.

Each of these is an `Act`: it runs on the driver's own cursor, in the transaction
of a batch. So a fetch costs no commit more than the messages beside it make
anyway, and waits for no turn but the writer's.
"""

import datetime as dt
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine.interfaces import DBAPICursor

from wissel.routing.exchange.envelope import Kind
from wissel.routing.exchange.fetching.links import twelve_months_after
from wissel.routing.exchange.fetching.quotas import DAY, seconds_until_free
from wissel.routing.exchange.fetching.transfers import (
    MOST_A_DAY,
    MOST_NOT_FOUND,
    Transfer,
    TransferResult,
    sign_off,
    usable_by,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin, RoutingKey
from wissel.server.store.engine import RawSql
from wissel.server.store.journal.batch import Act
from wissel.server.store.journal.codec import instant_of, microseconds_of
from wissel.server.store.journal.sessions.codec import transfer_of, transfer_row
from wissel.server.store.journal.tables import TRANSFER
from wissel.server.store.kept_connection import LostRace

_COLUMNS: Final = tuple(column.name for column in TRANSFER.c)
_LISTED: Final = ", ".join(_COLUMNS)


class SessionActs:
    """Makes the acts, in statements as one storage engine wants them."""

    def __init__(self, sql: RawSql) -> None:
        mark = sql.mark
        marks = ", ".join([mark] * len(_COLUMNS))
        self.find = f"SELECT {_LISTED} FROM transfer_session WHERE session_id = {mark}"  # noqa: S608 - names of ours, as in all of these
        """The session of an id."""
        self._found = f"{self.find}{sql.row_lock}"
        self._count = (
            "SELECT count(*), min(started) FROM transfer_session"  # noqa: S608
            f" WHERE requester_oin = {mark} AND source = {mark} AND started > {mark}"
        )
        self._start = f"INSERT INTO transfer_session ({_LISTED}) VALUES ({marks})"  # noqa: S608
        self._misses = (
            f"SELECT told FROM transfer_miss WHERE requester_oin = {mark}"  # noqa: S608
            f" AND source = {mark} AND told > {mark} ORDER BY told"
        )
        # In one statement: a session may be used twice at once, and the first key stays.
        # It inserts nothing if there is one, or if the session or its requester may use none.
        self._use = (
            "INSERT INTO transfer_key (session_id, source_routing_key, key_sha256, expires)"  # noqa: S608
            f" SELECT session_id, {mark}, {mark}, expires FROM transfer_session"
            f" WHERE session_id = {mark} AND requester_oin = {mark} AND result = ''"
            f" AND expires > {mark} AND {mark} > (SELECT count(*) FROM transfer_miss"
            f" WHERE requester_oin = {mark} AND source = {mark} AND told > {mark})"
            f"{sql.row_lock} ON CONFLICT DO NOTHING"
        )
        self._kept = (
            "SELECT key_sha256 FROM transfer_key"  # noqa: S608
            f" WHERE session_id = {mark} AND source_routing_key = {mark}"
        )
        # A delivery point counts once: who asks again with the same key learns nothing new.
        self._miss = (
            "INSERT INTO transfer_miss"  # noqa: S608
            " (session_id, source_routing_key, requester_oin, source, told)"
            f" VALUES ({mark}, {mark}, {mark}, {mark}, {mark}) ON CONFLICT DO NOTHING"
        )
        self._end = f"UPDATE transfer_session SET result = {mark} WHERE session_id = {mark}"  # noqa: S608
        self._end_open = f"{self._end} AND result = '' AND expires > {mark}"
        # The links that were used in a session last for longer from its end.
        self._lengthen = (
            f"UPDATE transfer_link SET expires = {mark} WHERE expires < {mark}"  # noqa: S608
            f" AND link_sha256 IN (SELECT key_sha256 FROM transfer_key WHERE session_id = {mark})"
        )
        self._forget_keys = f"DELETE FROM transfer_key WHERE session_id = {mark}"  # noqa: S608

    def start(self, new: Transfer) -> Act:
        """Keep a new session; see `courier.ports.Transfers.start_transfer`."""
        since = microseconds_of(new.started - DAY)

        def act(cursor: DBAPICursor) -> None:
            cursor.execute(self._count, (new.requester_oin, new.terms.source, since))
            count, first = cursor.fetchall()[0]
            if count >= MOST_A_DAY:
                raise Refused(
                    Reason.TRANSFERS_EXCEEDED,
                    retry_after=seconds_until_free(instant_of(first), new.started),
                    limit=str(MOST_A_DAY),
                )
            row = transfer_row(new)
            cursor.execute(self._start, tuple(row[name] for name in _COLUMNS))

        return Act(str(new.session_id), act)

    def use_key(
        self, transfer: Transfer, routing_key: RoutingKey, key_sha256: bytes, now: dt.datetime
    ) -> Act:
        """Use a key at a delivery point; see `courier.ports.Transfers.use_transfer_key`."""
        session_id, requester = str(transfer.session_id), transfer.requester_oin
        misses = (requester, transfer.terms.source, microseconds_of(now - DAY))
        session = (session_id, requester, microseconds_of(now))
        use = (routing_key, key_sha256, *session, MOST_NOT_FOUND, *misses)

        def act(cursor: DBAPICursor) -> None:
            cursor.execute(self._use, use)
            if cursor.rowcount == 1:
                return
            # It may have been signed off meanwhile: then nothing of its keys is kept any more.
            usable_by(self._session(cursor, session_id), requester, now)
            self._require_few_misses(cursor, misses, now)
            cursor.execute(self._kept, (session_id, routing_key))
            kept = cursor.fetchall()
            if not kept:  # another transaction made room meanwhile
                raise LostRace
            if bytes(kept[0][0]) != key_sha256:
                raise Refused(Reason.SESSION_DEVIATES, at="key")

        return Act(session_id, act)

    def miss(self, transfer: Transfer, routing_key: RoutingKey, now: dt.datetime) -> Act:
        """Note that no dossier was found; see `courier.ports.Transfers.miss_transfer`."""
        session_id, told = str(transfer.session_id), microseconds_of(now)
        row = (session_id, routing_key, transfer.requester_oin, transfer.terms.source, told)
        return Act(session_id, lambda cursor: cursor.execute(self._miss, row))

    def sign_off(
        self, session_id: UUID, caller: Oin, result: TransferResult, now: dt.datetime
    ) -> Act:
        """End a session; see `courier.ports.Transfers.sign_off_transfer`."""
        key = str(session_id)

        def act(cursor: DBAPICursor) -> Transfer:
            ended = sign_off(self._session(cursor, key), caller, result, now)
            # Its row is locked: of two results that come at once the second is refused.
            cursor.execute(self._end, (result.value, key))
            self._let_go(cursor, ended, now)
            return ended

        return Act(key, act)

    def end(self, session: Transfer, result: TransferResult, now: dt.datetime) -> Act:
        """As `sign_off`, for its requester, of a session that was open when it was read."""
        key = str(session.session_id)
        otherwise = self.sign_off(session.session_id, session.requester_oin, result, now)

        def act(cursor: DBAPICursor) -> object:
            cursor.execute(self._end_open, (result.value, key, microseconds_of(now)))
            if cursor.rowcount != 1:
                return otherwise.work(cursor)
            self._let_go(cursor, session, now)
            return replace(session, result=result)

        return Act(key, act)

    def _let_go(self, cursor: DBAPICursor, session: Transfer, now: dt.datetime) -> None:
        """Forget the keys of a session that has ended; links that it used last for longer."""
        key = str(session.session_id)
        if session.terms.kind is Kind.SWV:
            until = microseconds_of(twelve_months_after(now))
            cursor.execute(self._lengthen, (until, until, key))
        cursor.execute(self._forget_keys, (key,))

    def _session(self, cursor: DBAPICursor, session_id: str) -> Transfer | None:
        """Return a session, whose row is locked until the end of the transaction."""
        cursor.execute(self._found, (session_id,))
        return transfer_in(cursor.fetchall())

    def _require_few_misses(
        self, cursor: DBAPICursor, of_whom: tuple[object, ...], now: dt.datetime
    ) -> None:
        """Raise `Refused(NOT_FOUND_EXCEEDED)`: see `transfers.MOST_NOT_FOUND`."""
        cursor.execute(self._misses, of_whom)
        misses = [row[0] for row in cursor.fetchall()]
        if len(misses) >= MOST_NOT_FOUND:
            raise Refused(
                Reason.NOT_FOUND_EXCEEDED,
                retry_after=seconds_until_free(instant_of(misses[-MOST_NOT_FOUND]), now),
                limit=str(MOST_NOT_FOUND),
            )


def transfer_in(rows: Any) -> Transfer | None:
    """Return the session in the rows that `SessionActs.find` selects, None if there is none."""
    return next((transfer_of(dict(zip(_COLUMNS, row, strict=True))) for row in rows), None)
