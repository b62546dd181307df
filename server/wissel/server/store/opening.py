"""Opens the database of a hub that starts: it is checked, and written to once, before it serves."""

import os
import stat
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.ports import Clock
from wissel.server.registry import catalog
from wissel.server.registry.ports import Actor
from wissel.server.registry.shipped_school import TestLas, record_test_las, record_test_school
from wissel.server.settings import DATABASE_SETTING, UnreachableError
from wissel.server.store.database import Database, require_fit
from wissel.server.store.engine import StorageEngine
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.journal.stats import Commit
from wissel.server.store.register.head import head_reader
from wissel.server.store.register.register import SqlRegister
from wissel.server.store.schema import require_schema

_log = structlog.get_logger(__name__)


def require_database(url: str) -> StorageEngine:
    """Return the storage engine of the database at `url`, once a hub can be served from it.

    It blocks. Raises `StartError`, which says what to do, `UnreachableError` or
    `Refused(DATABASE_UNAVAILABLE)`.
    """
    storage = require_fit(url)
    require_schema(url)
    _warn_of_readers(storage.files())
    return storage


def _warn_of_readers(files: Iterable[Path]) -> None:
    """Log each folder or file of the data on which others than its owner have rights."""
    if os.name == "nt":
        return
    for file in files:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            fix = f"chmod {'700' if file.is_dir() else '600'} {file}"
            _log.warning("open_to_others", file=str(file), mode=f"{mode:04o}", fix=fix)


@asynccontextmanager
async def open_register(
    url: str,
    hub_oin: Oin,
    clock: Clock,
    waited: Callable[[float], None],
    test_las: TestLas | None = None,
) -> AsyncIterator[SqlRegister]:
    """Open the register while the block lasts; its first change adds what ships and lacks.

    `waited` takes the seconds that each change waited for its turn. Raises
    `UnreachableError` if the register cannot be written, and `StartError` for a `test_las`
    that cannot be one.
    """
    database = Database.open(url)
    register = SqlRegister(database, clock=clock, waited=waited)
    try:
        await _seed(register, hub_oin, test_las)
        yield register
    finally:
        await register.close()
        await database.close()


@asynccontextmanager
async def open_journal(
    url: str, clock: Clock, committed: Callable[[Commit], None]
) -> AsyncIterator[SqlJournal]:
    """Open the journal while the block lasts, and write to it once.

    `committed` is called after each transaction. Raises `UnreachableError` if the
    journal cannot be written.
    """
    try:
        journal = SqlJournal.open(url, head_reader(url), clock, committed)
    except Refused as refused:
        raise _unwritable("journal", refused) from refused
    try:
        await _use(journal)
        yield journal
    finally:
        await journal.close()


async def _seed(register: SqlRegister, hub_oin: Oin, test_las: TestLas | None) -> None:
    try:
        async with register.transaction(Actor(caller=hub_oin, method="start")) as transaction:
            await catalog.seed(transaction)
            await record_test_school(transaction)
            if test_las is not None:
                await record_test_las(transaction, test_las, hub_oin)
    except Refused as refused:
        raise _unwritable("register", refused) from refused


async def _use(journal: SqlJournal) -> None:
    try:
        await journal.use()
    except Refused as refused:
        raise _unwritable("journal", refused) from refused


def _unwritable(what: str, refused: Refused) -> UnreachableError:
    message = f"{DATABASE_SETTING}: the {what} cannot be written ({refused.reason})"
    return UnreachableError(message)
