"""Journals on a migrated database, with a clock and a head that tests can turn."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from support.builders.orders import NOW
from wissel.clients.testing.cast import NOORD
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.journal.tables import ENTRY

ME: Final = NOORD.oin
"""Who sends `orders.order()`."""
ID: Final = UUID(int=1)
"""Its message id."""


class JournalWorld:
    """A migrated database, with a clock and a head that tests can turn."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = NOW
        self.head: int | None = 7
        self.heads_read = 0

    def open(self) -> SqlJournal:
        """Open the journal as another process does."""
        return SqlJournal.open(self.url, self.read_head, lambda: self.now)

    def read_head(self) -> int:
        """Return the head of the register, if it can be read."""
        self.heads_read += 1
        if self.head is None:
            raise Refused(Reason.DATABASE_UNAVAILABLE)
        return self.head

    def entries(self) -> list[tuple[int, str]]:
        """Return attempt and state of every move, in order."""
        return [(row.attempt, row.state) for row in self._rows()]

    def owners(self) -> list[str]:
        """Return the owner of every move, in order."""
        return [row.owner for row in self._rows()]

    def _rows(self) -> list[Any]:
        database = BlockingDatabase.open(journal_url(self.url))
        with database.reading() as connection:
            rows = list(connection.execute(select(ENTRY).order_by(ENTRY.c.id)))
        database.close()
        return rows
