"""What is read of sessions, and what goes with time: beside the journal's writer.

As the reducer does, it takes a turn of its own: what waits for the writer never
waits for more than one small step of these.
"""

import datetime as dt

from sqlalchemy import delete, func, select

from wissel.routing.exchange.fetching.quotas import DAY
from wissel.routing.exchange.fetching.transfers import Transfer
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.journal.codec import microseconds_of
from wissel.server.store.journal.own_turn import OwnTurn
from wissel.server.store.journal.tables import TRANSFER, TRANSFER_KEY, TRANSFER_MISS


class Sessions:
    """The sessions in the journal in `database`; its methods block."""

    def __init__(self, database: BlockingDatabase) -> None:
        self._own = OwnTurn(database)

    def misses(self, transfer: Transfer, now: dt.datetime) -> int:
        """Return how often a session's requester found nothing at its source, in 24 hours."""
        table = TRANSFER_MISS.c
        query = select(func.count()).where(
            table.requester_oin == transfer.requester_oin,
            table.source == transfer.terms.source,
            table.told > microseconds_of(now - DAY),
        )
        with self._own.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def wipe_keys(self, now: dt.datetime, limit: int) -> int:
        """Forget up to `limit` digests of keys of expired sessions; return how many.

        What was not found longer than 24 hours ago goes too.
        """
        table = TRANSFER_KEY.c
        old = select(table.session_id).where(table.expires <= microseconds_of(now)).limit(limit)
        with self._own.writing() as connection:
            day_ago = microseconds_of(now - DAY)
            connection.execute(delete(TRANSFER_MISS).where(TRANSFER_MISS.c.told <= day_ago))
            gone = delete(TRANSFER_KEY).where(table.session_id.in_(old))
            return connection.execute(gone).rowcount

    def forget(self, before: dt.datetime, limit: int) -> int:
        """Forget up to `limit` sessions that were started before an instant; return how many."""
        table = TRANSFER.c
        old = select(table.session_id).where(table.started < microseconds_of(before)).limit(limit)
        with self._own.writing() as connection:
            return connection.execute(delete(TRANSFER).where(table.session_id.in_(old))).rowcount

    def close(self) -> None:
        """Let go of the turn."""
        self._own.close()
