"""One connection of the journal, kept while there is work for it."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.pool import PoolProxiedConnection

from wissel.server.store.journal.batch import LostRace

_REST: Final = 1.0
"""Seconds after which a connection is looked at before it is used again."""

_DEADLOCK: Final = "40P01"


class KeptConnection:
    """The driver's own connection, taken from an engine's pool; for one thread at a time.

    It is given back to the pool after a rest, since the pool asks a connection
    whether it still lives when it is taken; and thrown away after an error, so
    that the next transaction begins on a new one. A deadlock, which PostgreSQL
    resolves by breaking one side off, is a race lost.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._used = 0.0

    @contextmanager
    def transaction(self, begin: str = "") -> Iterator[DBAPICursor]:
        """Commit what is done in the block, or nothing of it if it raises.

        `begin` is the statement to begin with, empty where the driver does so.
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
            if getattr(error, "sqlstate", None) == _DEADLOCK:
                raise LostRace from error
            raise
        self._used = time.monotonic()

    def close(self) -> None:
        """Give the connection back to the pool."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _taken(self) -> PoolProxiedConnection:
        if self._connection is not None and time.monotonic() - self._used > _REST:
            self.close()
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        return self._connection
