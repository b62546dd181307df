"""Transactions on the journal's database beside its writer, in a turn of their own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from wissel.server.store.database import BlockingDatabase
from wissel.server.store.engine import Turn
from wissel.server.store.journal.recorded import recorded


class OwnTurn:
    """Reads and writes `database`; its methods block."""

    def __init__(self, database: BlockingDatabase) -> None:
        self._database = database
        self._turn: Turn | None = None
        self._alone = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads."""
        with recorded(), self._database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, in this turn."""
        with recorded(), self.taken(), self._database.writing() as connection:
            yield connection

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have the turn for the block, which opens its own transaction."""
        with self._alone:
            # Not the writer's turn: two threads that take one turn would both have it.
            self._turn = self._turn or self._database.storage.open_turn()
            with self._turn.taken():
                yield

    def close(self) -> None:
        """Let go of the turn."""
        with self._alone:
            if self._turn is not None:
                self._turn.close()
