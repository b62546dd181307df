"""PostgreSQL: register and journal in one database, for hubs on many machines.

Writers run at READ COMMITTED and serialize on a row (design.md#storage); readers
run at REPEATABLE READ. No wait for the server is without an end (`timeouts`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Dialect, Engine, Table, event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.engine import RawSql, Turn
from wissel.server.store.postgres import listening, requirements, timeouts

_CONTENTION: Final = frozenset({"55P03", "40001", "40P01"})
_DEADLOCK: Final = "40P01"
_READ_ONLY: Final = "25006"  # what was the primary has become a standby
_POOL_SECONDS: Final = 5.0  # for a connection of the pool to come free
_MIGRATION_LOCK: Final = 7_443_000  # any number, as long as every hub uses the same one


@dataclass(frozen=True, slots=True)
class PostgresEngine:
    """Implements `engine.StorageEngine`."""

    url: str

    @property
    def journal_url(self) -> str:
        """The same database: its writers do not starve each other."""
        return self.url

    @property
    def sql(self) -> RawSql:
        """The driver begins by itself; other hubs write at the same time, so rows are locked."""
        return RawSql(mark="%s", begin="", row_lock=" FOR UPDATE")

    @property
    def reading(self) -> Mapping[str, Any]:
        """See one state, and write nothing."""
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    @property
    def writing(self) -> Mapping[str, Any]:
        """READ COMMITTED, the server's default: each statement sees what was committed."""
        return {}

    def driver_url(self, *, asynchronous: bool) -> URL:
        """Return the URL with the driver to use."""
        return make_url(self.url).set(drivername="postgresql+psycopg")

    def options(self, lock_timeout: float) -> dict[str, Any]:
        """Return the arguments of `create_engine`."""
        return {
            "connect_args": {"options": requirements.session_options(lock_timeout)},
            "pool_pre_ping": True,
            "pool_timeout": _POOL_SECONDS,
        }

    def prepare(self, pool: Engine, *, bounded: bool) -> None:
        """Bound the time to connect and, if `bounded`, the silence of a server that owes an answer.

        The event loop's connections are always bounded.
        """

        @event.listens_for(pool, "do_connect")
        def connecting(dialect: Dialect, _record: Any, _args: Any, options: dict[str, Any]) -> Any:
            options["connect_timeout"] = timeouts.CONNECT_SECONDS
            if dialect.is_async:
                options["async_creator_fn"] = timeouts.BoundedAsyncConnection.connect
            elif bounded:
                return timeouts.BoundedConnection.connect(**options)
            return None  # the dialect goes on with these

    def require_fit(self, *, writing: bool = True) -> None:
        """Check version, session and notifications; see `requirements.require_fit`."""
        try:
            requirements.require_fit(self._native_url, writing=writing)
        except psycopg.Error as error:
            raise Refused(Reason.DATABASE_UNAVAILABLE, retry_after=1.0) from error

    def files(self) -> Sequence[Path]:
        """None: the server keeps the data."""
        return ()

    def is_absent(self) -> bool:
        """Return False: only the server knows."""
        return False

    def make_room(self) -> None:
        """Do nothing: an operator makes the database."""

    def lock_migrations(self, connection: Connection) -> None:
        """Take an advisory lock until the transaction ends."""
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))

    def continue_numbering(self, connection: Connection, table: Table) -> None:
        """Set the sequence of the table to the highest number there is."""
        numbered = table.autoincrement_column
        if numbered is not None:
            sequence = func.pg_get_serial_sequence(table.name, numbered.name)
            last = select(func.max(numbered)).scalar_subquery()
            connection.execute(select(func.setval(sequence, last)))

    def reason_of(self, error: DBAPIError) -> Reason | None:
        """Return why the database failed, None if the fault is ours."""
        state = getattr(error.orig, "sqlstate", None)
        if isinstance(error, OperationalError | InterfaceError):
            return Reason.CONTENTION if state in _CONTENTION else Reason.DATABASE_UNAVAILABLE
        if isinstance(error, InternalError) and state == _READ_ONLY:
            return Reason.DATABASE_UNAVAILABLE
        return None

    def is_lost_race(self, error: BaseException) -> bool:
        """Whether the server broke a deadlock by giving this side up."""
        return getattr(error, "sqlstate", None) == _DEADLOCK

    def open_turn(self) -> Turn:
        """Return a turn that is always free: the server orders writers by the rows they lock."""
        return _FreeTurn()

    async def announce(self, connection: AsyncConnection, revision: int) -> None:
        """Notify in the same transaction: the server sends it when that commits."""
        await listening.announce(connection, revision)

    async def listen(self, heard: Callable[[int], None]) -> None:
        """Call `heard` with each revision that is announced, until cancelled."""
        await listening.listen(self._native_url, heard)

    @property
    def _native_url(self) -> str:
        """The URL as libpq reads it."""
        native = make_url(self.url).set(drivername="postgresql")
        return native.render_as_string(hide_password=False)


class _FreeTurn:
    """Nobody waits here."""

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Run the block at once."""
        yield

    def close(self) -> None:
        """Do nothing."""
