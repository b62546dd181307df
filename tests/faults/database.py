"""The hub's database, as the kit hurts it: SQLite's files, or a PostgreSQL of its own."""

import fcntl
import os
import re
import signal
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from operator import not_
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from faults.network import Leg, Network
from support.eventually import eventually
from support.processes import postgres
from wissel.server.store.database import engine_at, journal_url
from wissel.server.store.migrate import migrate

_SOCKET: Final = ".s.PGSQL.5432"


class Database(ABC):
    """What a hub is on; `url` is what the hub is told, `engine` reads the journal past any wire."""

    url: str
    engine: Engine

    @contextmanager
    @abstractmethod
    def journal_locked(self) -> Iterator[None]:
        """Keep the hub from beginning to write its journal inside the block."""

    @contextmanager
    @abstractmethod
    def commits_held(self) -> Iterator[None]:
        """Let the hub begin to write its journal inside the block, and not end."""

    @abstractmethod
    def waiting(self) -> bool:
        """Whether a writer of the hub waits; True where that cannot be seen."""

    def close(self) -> None:
        """Let go of it."""
        self.engine.dispose()


class Sqlite(Database):
    """Two files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'registry.db'}"
        migrate(self.url)
        self.journal = folder / "journal.db"
        self.lock = folder / "journal.db.lock"
        self.engine = create_engine(engine_at(journal_url(self.url)).driver_url(asynchronous=False))

    @contextmanager
    def journal_locked(self) -> Iterator[None]:
        """Hold the file through which writers take turns."""
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            eventually(lambda: _locked(descriptor), "the journal's lock is free")
            yield
        finally:
            os.close(descriptor)

    def waiting(self) -> bool:
        """Writers poll: nobody sees them wait."""
        return True

    @contextmanager
    def commits_held(self) -> Iterator[None]:
        """Let a writer that has the lock file wait inside SQLite."""
        with closing(sqlite3.connect(self.journal, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.rollback()

    def turn(self) -> int | None:
        """Return the process that holds the lock file, None if nobody does."""
        inode = self.lock.stat().st_ino
        held = re.search(rf": FLOCK +ADVISORY +WRITE (\d+) \S+:{inode} ", lock_table())
        return int(held[1]) if held else None


class Postgres(Database):
    """A server of this test alone, reached by the hub through a wire."""

    def __init__(self, network: Network) -> None:
        self._server = postgres.own_server()
        direct = make_url(self._server.url)
        folder = direct.query["host"]
        assert isinstance(folder, str)
        migrate(self._server.url)
        self.wire: Leg = network.leg(f"{folder}/{_SOCKET}", tls=False)
        self.url = f"postgresql://wissel@127.0.0.1:{self.wire.port}/{direct.database}"
        self.engine = create_engine(engine_at(self._server.url).driver_url(asynchronous=False))

    @contextmanager
    def journal_locked(self) -> Iterator[None]:
        """Hold the first table that is written; who waits gives up after its lock_timeout."""
        with self._table_locked("delivery"):
            yield

    @contextmanager
    def commits_held(self) -> Iterator[None]:
        """Hold the second table that is written, in a transaction that holds rows of the first."""
        with self._table_locked("delivery_entry"):
            yield

    def waiting(self) -> bool:
        """Whether somebody waits for a lock."""
        with self.engine.connect() as connection:
            return bool(connection.scalar(text("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1")))

    def kill(self) -> None:
        """Kill each of its processes."""
        self.engine.dispose()
        self._signal(signal.SIGKILL)
        eventually(self._server.processes, "PostgreSQL has gone", until=not_)

    def start(self) -> None:
        """Start it again; it replays what it had promised."""
        self._server.recover()

    def stop(self) -> None:
        """Stop each of its processes where it is."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    @contextmanager
    def _table_locked(self, name: str) -> Iterator[None]:
        with self.engine.begin() as connection:
            connection.execute(text(f"LOCK TABLE {name} IN EXCLUSIVE MODE"))
            yield

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._server.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def lock_table() -> str:
    """Return the kernel's list of locks on files, and of who waits for them."""
    return Path("/proc/locks").read_text(encoding="ascii")


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
