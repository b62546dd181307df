"""SQLite: one file for the register and one for the journal, on one machine (design.md#storage).

It runs in WAL mode with `synchronous=FULL`. Writers begin IMMEDIATE: a deferred
transaction that reads first and writes later fails at once when somebody wrote
in between, whatever the busy timeout. SQLite has no notifications, so other
processes find a change by polling.
"""

import asyncio
import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.settings import StartError
from wissel.server.store.engine import EngineUnfit, RawSql, Turn

OLDEST: Final = (3, 35, 0)
"""The first version of SQLite with RETURNING."""

TURN_SECONDS: Final = 2.0
"""How long a writer of the journal waits for its turn."""

# At debug level the driver logs the parameters of statements, which hold whatever a caller sent.
_DRIVER_LOG: Final = logging.getLogger("aiosqlite")
_POLL_SECONDS: Final = 0.000_5
_POOL_SECONDS: Final = 5.0  # for a connection of the pool to come free
_BEGIN: Final = "wissel_begin"
_IMMEDIATE: Final = "BEGIN IMMEDIATE"
_JOURNAL_FILE: Final = "journal.db"
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_CONTENTION: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_HEADER: Final = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat2.html, section 1.3.1
_PRIMARY_CODE: Final = 0xFF  # the low byte of an extended result code


def require_version(version: tuple[int, ...]) -> None:
    """Raise `EngineUnfit` if this version of the SQLite library is too old."""
    if version < OLDEST:
        there, needed = (".".join(map(str, each)) for each in (version, OLDEST[:2]))
        message = (
            f"the SQLite library of this Python is {there}, and a hub needs {needed} or later"
            " (RETURNING); install a newer SQLite, or name a PostgreSQL database"
        )
        raise EngineUnfit(message)


def require_database_file(file: Path) -> None:
    """Raise `EngineUnfit` if the file cannot be read, or is neither empty nor a database."""
    try:
        with file.open("rb") as opened:
            header = opened.read(len(_HEADER))
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}; name another file, or mend this one"
        raise EngineUnfit(message) from None
    if header not in (b"", _HEADER):
        message = f"{file} is not an SQLite database; name another file, or restore a backup"
        raise EngineUnfit(message)


@dataclass(frozen=True, slots=True)
class SqliteEngine:
    """Implements `engine.StorageEngine`; `version` is that of the SQLite library."""

    url: str
    version: tuple[int, ...] = sqlite3.sqlite_version_info

    @property
    def journal_url(self) -> str:
        """A second file beside the register's: two busy writers on one file starve each other."""
        file = self._file
        if file is None:
            return self.url
        parsed = make_url(self.url).set(database=str(file.with_name(_JOURNAL_FILE)))
        return parsed.render_as_string(hide_password=False)

    @property
    def sql(self) -> RawSql:
        """A writer says at once that it will write; then it is alone, and locks no rows."""
        return RawSql(mark="?", begin=_IMMEDIATE, row_lock="")

    @property
    def reading(self) -> Mapping[str, Any]:
        """In WAL mode a transaction sees one state anyway."""
        return {}

    @property
    def writing(self) -> Mapping[str, Any]:
        """Take the write lock at the beginning."""
        return {_BEGIN: _IMMEDIATE}

    def driver_url(self, *, asynchronous: bool) -> URL:
        """Return the URL with the driver to use."""
        return make_url(self.url).set(drivername="sqlite+aiosqlite" if asynchronous else "sqlite")

    def options(self, lock_timeout: float) -> dict[str, Any]:
        """Return the arguments of `create_engine`."""
        return {"connect_args": {"timeout": lock_timeout}, "pool_timeout": _POOL_SECONDS}

    def prepare(self, pool: Engine, *, bounded: bool) -> None:
        """Make each connection durable, and let transactions begin as they say."""
        _DRIVER_LOG.setLevel(logging.INFO)

        @event.listens_for(pool, "connect")
        def connected(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # the driver would begin by itself, and deferred
            cursor = connection.cursor()
            for pragma in _PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(pool, "begin")
        def begun(connection: Connection) -> None:
            begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
            connection.exec_driver_sql(begin)

        if pool.dialect.is_async:
            event.listen(pool, "invalidate", _roll_back)

    def require_fit(self, *, writing: bool = True) -> None:
        """Check the version of the library, and that each file that is there is a database."""
        require_version(self.version)
        for file in (_file_at(self.url), _file_at(self.journal_url)):
            if file is not None and file.exists():
                require_database_file(file)

    def files(self) -> Sequence[Path]:
        """Return the folder, the register and the journal, as far as they are there."""
        if self._file is None:
            return ()
        journal = _file_at(self.journal_url)
        found = [self._file.parent, self._file, *([journal] if journal else [])]
        return [each for each in found if each.exists()]

    def is_absent(self) -> bool:
        """Whether there is no file; opening one that is absent would make it."""
        return self._file is not None and not self._file.is_file()

    def make_room(self) -> None:
        """Make the folder and the file, the owner's alone; what is there stays as it is.

        SQLite gives the files that it makes beside a database the mode of that one.
        """
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            message = f"{self._file.parent}: the folder of the database: {error.strerror}"
            raise StartError(message) from None

    def lock_migrations(self, connection: Connection) -> None:
        """Do nothing: whoever writes to a file is alone."""

    def continue_numbering(self, connection: Connection, table: Table) -> None:
        """Do nothing: a new row gets a number above the highest there is."""

    def reason_of(self, error: DBAPIError) -> Reason | None:
        """Return why the database failed, None if the fault is ours."""
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        code = getattr(error.orig, "sqlite_errorcode", 0)
        contended = code & _PRIMARY_CODE in _CONTENTION
        return Reason.CONTENTION if contended else Reason.DATABASE_UNAVAILABLE

    def is_lost_race(self, error: BaseException) -> bool:
        """Writers take turns: none of them loses."""
        return False

    def open_turn(self) -> Turn:
        """Return the turn that is taken on a lock file beside the journal."""
        assert self._file is not None, "a journal is a file"  # noqa: S101
        return _FileTurn(Path(f"{self._file}.lock"))

    async def announce(self, connection: AsyncConnection, revision: int) -> None:
        """Do nothing: there are no notifications."""

    async def listen(self, heard: Callable[[int], None]) -> None:
        """Return at once: there is nothing to hear."""

    @property
    def _file(self) -> Path | None:
        return _file_at(self.url)


def _roll_back(connection: Any, _record: Any, _error: BaseException | None) -> None:
    """Let go of the lock of a connection that is about to be closed.

    A call that is cancelled leaves a statement in its traceback that was not read to
    its end. With such a one SQLite keeps a closed connection, and its lock, until the
    garbage is collected: all other writers would wait in vain until then. The driver
    does in order what it is given, so this comes before the closing.
    """
    done = asyncio.ensure_future(connection.driver_connection.rollback())
    done.add_done_callback(_forget)


def _forget(done: "asyncio.Future[None]") -> None:
    """Take what the rollback of a broken connection raised: nobody else waits for it."""
    if not done.cancelled():
        done.exception()


def _file_at(url: str) -> Path | None:
    """Return the file that the URL names, None for a database in memory."""
    name = make_url(url).database
    return Path(name) if name else None


class _FileTurn:
    """Whose turn it is to write a journal, among the processes of one machine.

    SQLite lets writers wait for each other in a way that starves some of them;
    `flock` on a file beside the database does not (design.md#journal).
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0) from error

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the lock inside the block, or raise `Refused(RECORD_UNAVAILABLE)`."""
        assert self._file is not None, "a closed turn cannot be taken"  # noqa: S101
        give_up = time.monotonic() + TURN_SECONDS
        while not _is_locked(self._file):
            # Polling, because a blocking flock has no time limit and a stopped process may hold it.
            if time.monotonic() > give_up:
                raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0)
            time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _is_locked(file: int) -> bool:
    """Try to lock the file, without waiting; return whether that went well."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
