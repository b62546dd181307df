"""Reducing deliveries to what is kept of them for good (design.md#retention).

Beside the writer, in transactions of its own that take their turn with those of
all processes: what waits for the writer never waits for more than one of them.
"""

from collections.abc import Sequence
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Final

from sqlalchemy.engine.interfaces import DBAPICursor

from wissel.routing.exchange.delivery import ReducedDelivery
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.ports import Reduction
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.journal.codec import reduced_row
from wissel.server.store.journal.own_turn import OwnTurn
from wissel.server.store.journal.statements import REDUCED_COLUMNS, Statements
from wissel.server.store.kept_connection import KeptConnection, LostRace

MOST_ENTRIES: Final = 1_000
"""The most entries that one transaction forgets; a message may have had many attempts."""

_REDUCED_VALUES: Final = itemgetter(*REDUCED_COLUMNS)
_KEY: Final = attrgetter("sender_oin", "message_id")


class Reducer:
    """Reduces deliveries of the journal in `database`, one transaction at a time."""

    def __init__(self, database: BlockingDatabase, most_entries: int = MOST_ENTRIES) -> None:
        self._own = OwnTurn(database)
        self._connection = KeptConnection(database)
        self._statements = Statements(database.storage.sql)
        self._begin = database.storage.sql.begin
        self._most_entries = most_entries

    def reduce(self, deliveries: Sequence[ReducedDelivery]) -> Reduction:
        """Reduce deliveries in one transaction; blocks. See `courier.ports.Journal.reduce`."""
        try:
            with self._own.taken(), self._connection.transaction(self._begin) as cursor:
                return self._write(cursor, sorted(deliveries, key=_KEY))
        except LostRace:
            return Reduction(0, 0)
        except Refused:
            raise
        except Exception as error:  # one of the driver's own, which differ
            raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0) from error

    def close(self) -> None:
        """Let go of the turn, once nobody has it, and of the connection."""
        self._own.close()
        self._connection.close()

    def _write(self, cursor: DBAPICursor, deliveries: Sequence[ReducedDelivery]) -> Reduction:
        """Forget the entries of the deliveries, and reduce them once none can be left.

        In order of key, as other transactions lock rows.
        """
        keys = [(each.sender_oin, str(each.message_id)) for each in deliveries]
        forget = self._statements.forget_entries(len(keys))
        cursor.execute(forget, (*chain.from_iterable(keys), self._most_entries))
        entries = cursor.rowcount
        if entries == self._most_entries:
            return Reduction(0, entries)
        rows = [
            (*_REDUCED_VALUES(reduced_row(each)), *key, each.state.value)
            for key, each in zip(keys, deliveries, strict=True)
        ]
        cursor.executemany(self._statements.forget_outcome, keys)
        cursor.executemany(self._statements.reduce, rows)
        return Reduction(cursor.rowcount, entries)
