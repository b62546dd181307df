"""Open databases and their transactions, for the event loop and for threads (design.md#storage).

A database is named by a URL as people write it: `sqlite:///data/registry.db`
or `postgresql://user@host/name`. How its engine differs stands in `engine`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, Self

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.settings import DATABASE_SETTING, StartError, UnreachableError
from wissel.server.store.engine import LOCK_TIMEOUT, EngineUnfit, StorageEngine
from wissel.server.store.sqlite import SqliteEngine

_RETRY_SECONDS: Final = 1.0
_SQLITE: Final = "sqlite"


def engine_at(url: str) -> StorageEngine:
    """Return the storage engine of the database at `url`; nothing is opened yet.

    Raises `EngineUnfit` if PostgreSQL's driver is not installed.
    """
    if make_url(url).get_backend_name() == _SQLITE:
        return SqliteEngine(url)
    try:
        from wissel.server.store.postgres.engine import PostgresEngine  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        message = f"{error.name} is missing; run: pip install 'wissel[postgres]'"
        raise EngineUnfit(message) from None
    return PostgresEngine(url)


def require_fit(url: str, *, named: str = DATABASE_SETTING, writing: bool = True) -> StorageEngine:
    """Return the storage engine of the database at `url`, once it is known that a hub can use it.

    `named` is how an operator named the database: a setting, or the URL without
    its password. Raises `StartError` with what is wrong and how to mend it, and
    `UnreachableError` if the database does not answer. Without `writing` only
    what reading needs is checked.
    """
    try:
        engine = engine_at(url)
        engine.require_fit(writing=writing)
    except EngineUnfit as unfit:
        message = f"{named}: {unfit}"
        raise StartError(message) from None
    except Refused as refused:
        message = f"{named}: the database does not answer: {_in_one_line(refused.__cause__)}"
        raise UnreachableError(message) from refused
    return engine


def journal_url(url: str) -> str:
    """Return the URL of the delivery journal that belongs to the register at `url`."""
    return engine_at(url).journal_url


class Database:
    """A database as the event loop uses it. Close it when it is not needed any more."""

    def __init__(self, storage: StorageEngine, pool: AsyncEngine) -> None:
        self.storage = storage
        self.pool = pool

    @classmethod
    def open(cls, url: str, *, lock_timeout: float = LOCK_TIMEOUT) -> Self:
        """Open the database at `url`; a writer waits `lock_timeout` seconds for its turn."""
        storage = engine_at(url)
        pool = create_async_engine(
            storage.driver_url(asynchronous=True),
            hide_parameters=True,  # they hold whatever a caller sent: not in errors
            **storage.options(lock_timeout),
        )
        storage.prepare(pool.sync_engine, bounded=True)
        return cls(storage, pool)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees one state of the database.

        Raises `Refused(DATABASE_UNAVAILABLE)`.
        """
        with _refusing_failures(self.storage):
            async with self.pool.connect() as connection:
                await connection.execution_options(**self.storage.reading)
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits when the block ends without an exception.

        Raises `Refused(CONTENTION)` or `Refused(DATABASE_UNAVAILABLE)`.
        """
        with _refusing_failures(self.storage):
            async with self.pool.connect() as connection:
                await connection.execution_options(**self.storage.writing)
                async with connection.begin():
                    yield connection

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.dispose()


class BlockingDatabase:
    """A database as a thread uses it. Close it when it is not needed any more."""

    def __init__(self, storage: StorageEngine, pool: Engine) -> None:
        self.storage = storage
        self.pool = pool

    @classmethod
    def open(cls, url: str, *, bounded: bool = True) -> Self:
        """Open the database at `url`.

        One that is not `bounded` waits for as long as a statement takes, however
        silent the database is: for migrations and copies, which an operator
        watches. Even that one does not wait for a host that takes no connection,
        since another host may be named.
        """
        storage = engine_at(url)
        pool = create_engine(
            storage.driver_url(asynchronous=False),
            hide_parameters=True,
            **storage.options(LOCK_TIMEOUT),
        )
        storage.prepare(pool, bounded=bounded)
        return cls(storage, pool)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As `Database.reading`."""
        with _refusing_failures(self.storage), self.pool.connect() as connection:
            connection.execution_options(**self.storage.reading)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """As `Database.writing`."""
        with _refusing_failures(self.storage), self.pool.connect() as connection:
            connection.execution_options(**self.storage.writing)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self.pool.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _in_one_line(cause: BaseException | None) -> str:
    return " ".join(str(cause or "").split())


@contextmanager
def _refusing_failures(storage: StorageEngine) -> Iterator[None]:
    """Turn what a database does wrong into a refusal; a driver's words never leave.

    What is a fault of ours, such as a violated constraint, passes.
    """
    try:
        yield
    except DBAPIError as error:
        reason = storage.reason_of(error)
        if reason is None:
            raise
        raise Refused(reason, retry_after=_RETRY_SECONDS) from error
    except PoolTimeout as error:
        raise Refused(Reason.DATABASE_UNAVAILABLE, retry_after=_RETRY_SECONDS) from error
