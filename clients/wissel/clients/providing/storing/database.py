"""The database of a folder of prepared dossiers, which several processes use at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from wissel.clients.errors import StorageError
from wissel.clients.storage.private import make_private_file

NAME: Final = "prepared.db"
_VERSION: Final = 1
"""Of the tables below; whoever changes them adds what an earlier one lacks."""
_WAIT: Final = 10.0
"""Seconds for which a process waits for another one's write."""

_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS dossier (
        dossier_id TEXT PRIMARY KEY,
        brin TEXT NOT NULL,
        routing_key TEXT NOT NULL,
        kind TEXT NOT NULL,
        held INTEGER NOT NULL,
        until TEXT NOT NULL,
        facts TEXT NOT NULL,
        matched INTEGER NOT NULL DEFAULT 0,
        announced INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS dossier_of ON dossier (brin, kind);
    CREATE TABLE IF NOT EXISTS pupil_number (
        dossier_id TEXT NOT NULL REFERENCES dossier ON DELETE CASCADE,
        kind TEXT NOT NULL,
        digits TEXT NOT NULL,
        PRIMARY KEY (dossier_id, kind, digits)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS dossier_by_number ON pupil_number (kind, digits);
    CREATE TABLE IF NOT EXISTS link (
        digest BLOB PRIMARY KEY,
        dossier_id TEXT NOT NULL REFERENCES dossier ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS link_of ON link (dossier_id);
    CREATE TABLE IF NOT EXISTS header (
        session_id TEXT NOT NULL,
        dossier_id TEXT NOT NULL REFERENCES dossier ON DELETE CASCADE,
        source_key TEXT NOT NULL,
        signed BLOB NOT NULL,
        forget_after INTEGER NOT NULL,
        PRIMARY KEY (session_id, dossier_id, source_key)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS header_of ON header (dossier_id);
    CREATE TABLE IF NOT EXISTS request (
        session_id TEXT NOT NULL,
        source_key TEXT NOT NULL,
        brin TEXT NOT NULL,
        kind TEXT NOT NULL,
        source TEXT NOT NULL,
        requester_oin TEXT NOT NULL,
        requester_key TEXT NOT NULL,
        requester TEXT NOT NULL,
        asked TEXT NOT NULL,
        until TEXT NOT NULL,
        result TEXT NOT NULL,
        search_key BLOB NOT NULL,
        source_key_id TEXT NOT NULL,
        requester_key_id TEXT NOT NULL,
        requester_system TEXT NOT NULL,
        requester_public_key BLOB NOT NULL,
        dossier_id TEXT REFERENCES dossier ON DELETE SET NULL,
        told INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (session_id, source_key)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS request_to ON request (brin, kind);
    CREATE INDEX IF NOT EXISTS request_of ON request (requester_oin, requester_key, asked);
    CREATE INDEX IF NOT EXISTS request_for ON request (dossier_id)
"""


class Database:
    """`<folder>/prepared.db`. Threads and processes may use it at the same time.

    What is written is durable when it is answered. Each method raises `StorageError`,
    also for a disk that is full.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with told(folder):
            make_private_file(folder / NAME)
        with self.open() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                message = f"{folder}: a later version of this program keeps dossiers here"
                raise StorageError(message)
            if version == 0:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_TABLES)
                connection.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection of the block's own."""
        with (
            told(self._folder),
            closing(
                sqlite3.connect(self._folder / NAME, timeout=_WAIT, isolation_level=None)
            ) as connection,
        ):
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # What is deleted is overwritten: numbers and keys do not stay in free pages.
            connection.execute("PRAGMA secure_delete = ON")
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction, which is committed unless the block raises."""
        with self.open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Raise `StorageError`, which names the folder, for what storage cannot do in the block."""
    try:
        yield
    except sqlite3.Error as error:
        message = f"{folder}: prepared dossiers cannot be kept or read here ({error})"
        raise StorageError(message) from None
    except OSError as error:
        message = f"{folder}: prepared dossiers cannot be kept or read here ({error.strerror})"
        raise StorageError(message) from None
