"""The driver's own connection, kept while there is work for it.

For the few statements that run on every delivery, where SQLAlchemy's
expressions and its pool would take most of the time (`journal.statements`).
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, Final

from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import PoolProxiedConnection

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import BlockingDatabase

_REST_SECONDS: Final = 1.0
"""After so long without work the pool tests a connection before it is used again."""


class LostRace(Exception):
    """Another transaction won: read again what this one was decided on, and try once more."""


class KeptConnection:
    """A connection from the pool of `database`; for one thread at a time.

    It is given back to the pool after a rest, since the pool asks a connection
    whether it still lives when it is taken; and thrown away after an error, so
    that the next transaction begins on a new one.
    """

    def __init__(self, database: BlockingDatabase) -> None:
        self._database = database
        self._connection: PoolProxiedConnection | None = None
        self._used = 0.0

    @contextmanager
    def transaction(self, begin: str = "") -> Iterator[DBAPICursor]:
        """Commit what is done in the block, or nothing of it if it raises.

        `begin` is the statement to begin with, empty where the driver does so.
        Raises `LostRace`, and the driver's own errors.
        """
        connection = self._taken()
        try:
            # SQLite keeps a connection, with its lock, until the last cursor is closed.
            with closing(connection.cursor()) as cursor:
                if begin:
                    cursor.execute(begin)
                yield cursor
            connection.commit()
        except LostRace:
            connection.rollback()
            raise
        except BaseException as error:
            connection.invalidate()
            self._connection = None
            if self._database.storage.is_lost_race(error):
                raise LostRace from error
            raise
        self._used = time.monotonic()

    def close(self) -> None:
        """Give the connection back to the pool."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _taken(self) -> PoolProxiedConnection:
        if self._connection is not None and time.monotonic() - self._used > _REST_SECONDS:
            self.close()
        if self._connection is None:
            self._connection = self._database.pool.raw_connection()
        return self._connection


class KeptReader:
    """Reads a few rows at a time over one kept connection, on a thread of its own.

    `failing` is the reason with which it refuses where the database does not answer.
    """

    def __init__(self, database: BlockingDatabase, failing: Reason) -> None:
        self._connection = KeptConnection(database)
        self._failing = failing
        self._thread = ThreadPoolExecutor(1, "reads")

    async def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[Sequence[Any]]:
        """Return the rows that a statement selects. Raises `Refused` with that reason."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._rows, statement, parameters)

    async def close(self) -> None:
        """Give the connection back to the pool, once nobody reads any more."""
        await asyncio.to_thread(self._thread.shutdown)
        self._connection.close()

    def _rows(self, statement: str, parameters: Sequence[object]) -> list[Sequence[Any]]:
        try:
            with self._connection.transaction() as cursor:
                cursor.execute(statement, tuple(parameters))
                return list(cursor.fetchall())
        except Exception as error:  # one of the driver's own, which differ
            raise Refused(self._failing, retry_after=1.0) from error
