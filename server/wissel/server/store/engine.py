"""The port to a storage engine: what SQLite and PostgreSQL do each in their own way.

Everything else in the store is the same for both (design.md#storage). The
implementations are `store.sqlite` and `store.postgres`; `database.engine_at`
chooses one by the URL, and nothing asks afterwards which it is.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from wissel.routing.refusals.reasons import Reason

LOCK_TIMEOUT: Final = 2.0
"""Seconds that a writer waits for its turn, unless a database is opened with another limit."""


class EngineUnfit(Exception):
    """The engine lacks what a hub needs; the message says what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSql:
    """Where the engines differ in statements for the driver's own cursor.

    `mark` stands for a parameter. `begin` is the statement that opens a write
    transaction, empty where the driver does so by itself. `row_lock` is added
    to a SELECT whose rows are to stay as they are until the commit, empty where
    a writer is alone.
    """

    mark: str
    begin: str
    row_lock: str


class Turn(Protocol):
    """The order in which processes write to one journal."""

    def taken(self) -> AbstractContextManager[None]:
        """Hold the turn inside the block; blocks the calling thread until it is had.

        Raises `Refused(RECORD_UNAVAILABLE)` if that takes longer than two seconds.
        """
        ...

    def close(self) -> None:
        """Let go of what the turn is taken on; harmless to repeat."""
        ...


class StorageEngine(Protocol):
    """One kind of database, at one URL."""

    @property
    def url(self) -> str:
        """The URL as people write it, `sqlite:///…` or `postgresql://…`, password included."""
        ...

    @property
    def journal_url(self) -> str:
        """The URL of the delivery journal that belongs to the register at `url`."""
        ...

    @property
    def sql(self) -> RawSql:
        """What differs in statements for the driver's own cursor."""
        ...

    @property
    def reading(self) -> Mapping[str, Any]:
        """SQLAlchemy's execution options of a transaction that sees one state throughout."""
        ...

    @property
    def writing(self) -> Mapping[str, Any]:
        """SQLAlchemy's execution options of a transaction that writes.

        Such a transaction never fails because another one wrote since it began:
        it waits for its turn, for as long as the lock timeout.
        """
        ...

    def driver_url(self, *, asynchronous: bool) -> URL:
        """Return the URL with the driver to use, for the event loop or for threads."""
        ...

    def options(self, lock_timeout: float) -> dict[str, Any]:
        """Return the arguments of SQLAlchemy's `create_engine`; `lock_timeout` is in seconds."""
        ...

    def files(self) -> Sequence[Path]:
        """Return the folders and files on this machine that hold the data; they are there."""
        ...

    def prepare(self, pool: Engine, *, bounded: bool) -> None:
        """Set up each connection that `pool` opens: durable, and waiting for no dead host.

        No driver logs the parameters of statements.

        With `bounded`, a server that owes an answer and falls silent for some
        seconds counts as gone. Without it a statement may take as long as it needs.
        """
        ...

    def require_fit(self, *, writing: bool = True) -> None:
        """Check that the engine can do what a hub needs; blocks, for seconds at most.

        Raises `EngineUnfit`, and `Refused(DATABASE_UNAVAILABLE)` if the database
        does not answer. Without `writing` only what reading needs is checked.
        Creates nothing and needs no schema.
        """
        ...

    def is_absent(self) -> bool:
        """Whether it is certain that there is no database at `url`, without making one."""
        ...

    def make_room(self) -> None:
        """Make what a new database is put into, such as its folder. Raises `StartError`."""
        ...

    def lock_migrations(self, connection: Connection) -> None:
        """Let one process migrate at a time, until the transaction of `connection` ends."""
        ...

    def continue_numbering(self, connection: Connection, table: Table) -> None:
        """Let new rows be numbered after those that were copied into `table` with their numbers."""
        ...

    def reason_of(self, error: DBAPIError) -> Reason | None:
        """Return why the database failed, None if the fault is ours.

        CONTENTION if a lock was not had in time; DATABASE_UNAVAILABLE if it does
        not answer, takes no writes, or has no room.
        """
        ...

    def is_lost_race(self, error: BaseException) -> bool:
        """Whether the driver's error means: another transaction won, try this one again."""
        ...

    def open_turn(self) -> Turn:
        """Open the turn of the journal at `url`. Raises `Refused(RECORD_UNAVAILABLE)`."""
        ...

    async def announce(self, connection: AsyncConnection, revision: int) -> None:
        """Tell every process that listens of `revision`, once the transaction commits."""
        ...

    async def listen(self, heard: Callable[[int], None]) -> None:
        """Call `heard` with each revision that any process announces, until cancelled.

        An announcement may be lost, so whoever listens also polls
        (design.md#staleness). Returns at once where the engine has none.
        """
        ...
