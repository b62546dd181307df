"""Registers for tests: a real one on a fresh SQLite file."""

import datetime as dt
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from wissel.server.store.database import Database, journal_url
from wissel.server.store.migrate import migrate
from wissel.server.store.register.register import SqlRegister


def utc_now() -> dt.datetime:
    """The real clock."""
    return dt.datetime.now(dt.UTC)


def sqlite_url(folder: Path) -> str:
    """The URL of the registry in a folder."""
    return f"sqlite:///{folder / 'registry.db'}"


def fresh_sqlite(folder: Path) -> str:
    """Put a migrated, empty registry and journal in `folder`; return the registry's URL.

    The files are migrated once and copied after that.
    """
    for name in ("registry.db", "journal.db"):
        shutil.copy(_template() / name, folder / name)
    return sqlite_url(folder)


@asynccontextmanager
async def register_at(
    url: str, clock: Callable[[], dt.datetime] = utc_now, lock_timeout: float = 60.0
) -> AsyncIterator[SqlRegister]:
    """Open the register of a migrated database."""
    database = Database.open(url, lock_timeout=lock_timeout)
    register = SqlRegister(database, clock=clock, lock_timeout=lock_timeout)
    try:
        yield register
    finally:
        await register.close()
        await database.close()


@asynccontextmanager
async def open_register(
    folder: Path, clock: Callable[[], dt.datetime] = utc_now
) -> AsyncIterator[SqlRegister]:
    """Open an empty register on SQLite files in `folder`."""
    async with register_at(fresh_sqlite(folder), clock) as register:
        yield register


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="wissel-template-"))
    migrate(sqlite_url(folder))
    assert journal_url(sqlite_url(folder)).endswith("journal.db")
    return folder
