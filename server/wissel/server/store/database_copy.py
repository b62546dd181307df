"""Moving a hub's whole state from one database to another (design.md#storage)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from wissel.server.settings import DATABASE_SCHEMES, StartError
from wissel.server.store.database import BlockingDatabase, engine_at, journal_url, require_fit
from wissel.server.store.engine import StorageEngine
from wissel.server.store.journal import tables as journal_tables
from wissel.server.store.migrate import migrate
from wissel.server.store.register import tables
from wissel.server.store.schema import History, revision_of

Say = Callable[[str], None]
"""Tells whoever waits how far it is."""

_ROWS_AT_ONCE: Final = 2_000
_PROGRESS_ROWS: Final = 100_000


class CopyError(StartError):
    """The copy cannot be made, or is not as it should be; the target keeps nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy holds: the revision of the register, and rows in all."""

    revision: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The register or the journal, at both ends; `engine` is that of the target."""

    history: History
    metadata: MetaData
    source: Connection
    target: Connection
    engine: StorageEngine


def copy_database(source: str, target: str, say: Say) -> Copied:
    """Copy registry and journal from `source` to `target`, both URLs, and prove the copy.

    1. both engines are fit; the source is there, and the target holds nothing yet
    2. the target gets the schema of this version; the source must have it
    3. every row of every table is copied
    4. every row is read back and compared with its original
    5. nothing was added to the source meanwhile
    6. only then is the copy committed

    Raises `CopyError`, `StartError`, `UnreachableError`, `Refused(CONTENTION)` or
    `Refused(DATABASE_UNAVAILABLE)`.
    """
    # 1.
    _require_source(source)
    _require_empty(target)
    # 2.
    migrate(target)
    with ExitStack() as stack:
        registry = stack.enter_context(_part(History.REGISTRY, source, target))
        journal = stack.enter_context(
            _part(History.JOURNAL, journal_url(source), journal_url(target))
        )
        rows = 0
        for part in (registry, journal):
            _require_same_schema(part)
        # 3.
        for part in (registry, journal):
            rows += sum(_copy(part, table, say) for table in part.metadata.sorted_tables)
        say("comparing")
        # 4.
        for part in (registry, journal):
            for table in part.metadata.sorted_tables:
                _compare(part, table)
        copied = Copied(revision=_revision(registry.target), rows=rows)
        # 5.
        _require_still(source, copied.revision, _entries(journal.target))
    # 6. at the end of the block: the register's copy is committed after the journal's
    return copied


def _require_source(url: str) -> None:
    engine = _engine(url, writing=False)
    if engine.is_absent():
        message = f"{_shown(url)}: no such database"
        raise CopyError(message)


def _require_empty(url: str) -> None:
    """Refuse a target with anything in it, before it is touched."""
    engine = _engine(url, writing=True)
    for metadata, part_url in (
        (tables.METADATA, url),
        (journal_tables.METADATA, engine.journal_url),
    ):
        if engine_at(part_url).is_absent():
            continue
        with _reading(part_url) as connection:
            there = set(inspect(connection).get_table_names())
            for table in metadata.sorted_tables:
                if table.name in there and _is_filled(connection, table):
                    message = f"{_shown(url)} is not empty: {table.name} has rows"
                    raise CopyError(message)


def _is_filled(connection: Connection, table: Table) -> bool:
    if table is tables.HEAD:
        return _revision(connection) > 0  # a new register has a head, at revision 0
    return connection.execute(select(table).limit(1)).first() is not None


def _require_same_schema(part: _Part) -> None:
    there = revision_of(part.source, part.history)
    if there != revision_of(part.target, part.history):
        message = "the source has another schema than this version; run: wissel-server migrate"
        raise CopyError(message)


def _require_still(url: str, revision: int, entries: int) -> None:
    """Refuse a copy of a database that went on meanwhile: the copy would lack what was added."""
    with (
        _reading(url) as registry,
        _reading(journal_url(url)) as journal,
    ):
        if _revision(registry) != revision or _entries(journal) != entries:
            message = "the source was changed while it was copied; stop the hub first"
            raise CopyError(message)


def _copy(part: _Part, table: Table, say: Say) -> int:
    """Copy one table and return how many rows it has."""
    statement = update(table) if table is tables.HEAD else insert(table)
    copied = 0
    found = part.source.execute(_all(table)).mappings()
    for rows in found.partitions():
        part.target.execute(statement, [dict(row) for row in rows])
        copied += len(rows)
        if copied % _PROGRESS_ROWS == 0:
            say(f"{table.name}: {copied} rows")
    if copied:
        part.engine.continue_numbering(part.target, table)
        say(f"{table.name}: {copied} rows copied")
    return copied


def _compare(part: _Part, table: Table) -> None:
    ours, theirs = part.source.execute(_all(table)), part.target.execute(_all(table))
    for original, copied in zip_longest(ours, theirs):
        if original is None or copied is None or tuple(original) != tuple(copied):
            message = f"{table.name}: the copy differs from the original"
            raise CopyError(message)


def _all(table: Table) -> Any:
    """Return the query for all rows, in an order that both databases share, a part at a time."""
    query = select(table).order_by(*table.primary_key.columns)
    return query.execution_options(yield_per=_ROWS_AT_ONCE)


def _revision(connection: Connection) -> int:
    return connection.scalar(select(tables.HEAD.c.revision)) or 0


def _entries(connection: Connection) -> int:
    return connection.scalar(select(func.max(journal_tables.ENTRY.c.id))) or 0


@contextmanager
def _part(history: History, source: str, target: str) -> Iterator[_Part]:
    """Open one state of the source, and a transaction of the target that commits at the end."""
    registry = history is History.REGISTRY
    metadata = tables.METADATA if registry else journal_tables.METADATA
    with (
        _reading(source) as reading,
        BlockingDatabase.open(target, bounded=False) as database,
        database.writing() as writing,
    ):
        yield _Part(
            history=history,
            metadata=metadata,
            source=reading,
            target=writing,
            engine=database.storage,
        )


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    """Open one state of the database at `url`, on connections of its own."""
    with (
        BlockingDatabase.open(url, bounded=False) as database,
        database.reading() as connection,
    ):
        yield connection


def _engine(url: str, *, writing: bool) -> StorageEngine:
    """Return the engine of the database that an operator named, once it is known to be fit."""
    try:
        make_url(url)
    except ArgumentError:
        url = ""
    if not url.startswith(DATABASE_SCHEMES):
        message = "a database is named sqlite:///path/registry.db or postgresql://user@host/name"
        raise CopyError(message)
    return require_fit(url, named=_shown(url), writing=writing)


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)
