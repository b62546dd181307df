"""Engines and transactions for the two databases (design.md#storage).

A database is named by a URL as people write it: `sqlite:///data/registry.db`
or `postgresql://user@host/name`. The drivers are chosen here.

SQLite runs in WAL mode with `synchronous=FULL`. Its writers begin IMMEDIATE: a
deferred transaction that reads first and writes later fails at once when
somebody wrote in between, whatever the busy timeout. PostgreSQL writers run at
READ COMMITTED and serialize on a row; its readers run at REPEATABLE READ. No
wait for it is without an end (see `silence`).
"""

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

LOCK_TIMEOUT: Final = 2.0
"""Seconds that a writer waits for its turn, unless an engine is opened with another limit."""

# Parameters hold whatever a caller sent: they stay out of errors (`hide_parameters`), and out of
# the log of the driver, which shows them at debug level.
_DRIVER_LOG: Final = logging.getLogger("aiosqlite")
_BEGIN: Final = "wissel_begin"
_JOURNAL_FILE: Final = "journal.db"
_CONTENTION_STATES: Final = frozenset({"55P03", "40001", "40P01"})
_CONTENTION_CODES: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_PRIMARY_CODE: Final = 0xFF  # the low byte of an extended SQLite result code
_READ_ONLY: Final = "25006"  # what was the primary has become a standby
_POOL_TIMEOUT: Final = 5.0  # seconds for a connection of the pool to come free
# Seconds after which PostgreSQL ends a transaction whose client does nothing. A hub that is
# stopped in the middle of one, with its machine perhaps, would otherwise keep its messages, or
# the whole register, from all other hubs.
_ABANDONED: Final = 15.0


def is_sqlite(url: str | URL) -> bool:
    """Whether the URL names an SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def driver_url(url: str, *, asynchronous: bool) -> URL:
    """Return the URL with the driver that we use for it."""
    parsed = make_url(url)
    if not is_sqlite(parsed):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed.set(drivername="sqlite+aiosqlite" if asynchronous else "sqlite")


def journal_url(url: str) -> str:
    """Return where the delivery journal of this database is.

    On SQLite it is a second file beside the registry's, since two busy writers
    on one file starve each other; on PostgreSQL it is the same database.
    """
    parsed = make_url(url)
    if not is_sqlite(parsed):
        return url
    folder = (parsed.database or "").rpartition("/")[0]
    path = f"{folder}/{_JOURNAL_FILE}" if folder else _JOURNAL_FILE
    return parsed.set(database=path).render_as_string(hide_password=False)


def open_engine(url: str, *, lock_timeout: float = LOCK_TIMEOUT) -> AsyncEngine:
    """Return the engine that the process uses; `await engine.dispose()` closes it."""
    options = _options(url, lock_timeout)
    _DRIVER_LOG.setLevel(logging.INFO)
    engine = create_async_engine(
        driver_url(url, asynchronous=True), hide_parameters=True, **options
    )
    _prepare(engine.sync_engine)
    return engine


def open_blocking_engine(url: str, *, attentive: bool = True) -> Engine:
    """Return an engine for work outside the event loop.

    One that is not `attentive` waits for as long as a statement takes, however
    silent the database is: for migrations and copies, which an operator watches.
    It does not wait for a host that takes no connection: another may be named.
    """
    options = _options(url, LOCK_TIMEOUT)
    engine = create_engine(driver_url(url, asynchronous=False), hide_parameters=True, **options)
    _prepare(engine, attentive=attentive)
    return engine


@asynccontextmanager
async def read_transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that sees one state of the database."""
    with refusing_failures():
        async with engine.connect() as connection:
            await connection.execution_options(**_reader(engine.dialect.name))
            async with connection.begin():
                yield connection


@asynccontextmanager
async def write_transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that commits when the block ends without an exception."""
    with refusing_failures():
        async with engine.connect() as connection:
            await connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            async with connection.begin():
                yield connection


@contextmanager
def blocking_read(engine: Engine) -> Iterator[Connection]:
    """As `read_transaction`, outside the event loop."""
    with refusing_failures(), engine.connect() as connection:
        connection.execution_options(**_reader(engine.dialect.name))
        with connection.begin():
            yield connection


@contextmanager
def blocking_write(engine: Engine) -> Iterator[Connection]:
    """As `write_transaction`, outside the event loop."""
    with refusing_failures(), engine.connect() as connection:
        connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        with connection.begin():
            yield connection


@contextmanager
def refusing_failures() -> Iterator[None]:
    """Turn what a database does wrong into a refusal; a driver's words never leave.

    A lock that was not had in time is CONTENTION; no answer, or one of a server
    that takes no writes, is DATABASE_UNAVAILABLE. A violated constraint is a
    bug of ours and passes.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        contended = _is_contention(error)
        raise Refused(
            Reason.CONTENTION if contended else Reason.DATABASE_UNAVAILABLE, retry_after=1.0
        ) from error
    except InternalError as error:
        if getattr(error.orig, "sqlstate", None) != _READ_ONLY:
            raise
        raise Refused(Reason.DATABASE_UNAVAILABLE, retry_after=1.0) from error
    except PoolTimeout as error:
        raise Refused(Reason.DATABASE_UNAVAILABLE, retry_after=1.0) from error


def _options(url: str, lock_timeout: float) -> dict[str, Any]:
    """Return the engine's options; both databases wait equally long for a lock."""
    if is_sqlite(url):
        return {"connect_args": {"timeout": lock_timeout}, "pool_timeout": _POOL_TIMEOUT}
    setting = f"-c lock_timeout={int(lock_timeout * 1000)}"
    setting += f" -c idle_in_transaction_session_timeout={int(_ABANDONED * 1000)}"
    return {
        "connect_args": {"options": setting},
        "pool_pre_ping": True,
        "pool_timeout": _POOL_TIMEOUT,
    }


def _prepare(engine: Engine, *, attentive: bool = True) -> None:
    if engine.dialect.name == "sqlite":
        _make_durable(engine)
    else:
        _bound_waits(engine, attentive=attentive)


def _make_durable(engine: Engine) -> None:
    """Make SQLite durable and let us say how its transactions begin."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin by itself, and deferred
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _bound_waits(engine: Engine, *, attentive: bool) -> None:
    """Let nobody wait for a host that is not there, nor, if `attentive`, for one that is silent."""
    from wissel.server.store import pg_timeouts  # noqa: PLC0415 - PostgreSQL's driver is an extra

    @event.listens_for(engine, "do_connect")
    def connecting(dialect: Dialect, _record: Any, _args: Any, options: dict[str, Any]) -> Any:
        options["connect_timeout"] = pg_timeouts.CONNECTING
        if dialect.is_async:
            options["async_creator_fn"] = pg_timeouts.AttentiveAsyncConnection.connect
        elif attentive:
            return pg_timeouts.AttentiveConnection.connect(**options)
        return None  # the dialect goes on with these


def _reader(dialect: str) -> dict[str, Any]:
    """Return the execution options of a consistent read; SQLite's WAL always gives one."""
    if dialect == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _is_contention(error: DBAPIError) -> bool:
    """Whether somebody else held the lock for too long."""
    cause = error.orig
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & _PRIMARY_CODE in _CONTENTION_CODES
    return getattr(cause, "sqlstate", None) in _CONTENTION_STATES
