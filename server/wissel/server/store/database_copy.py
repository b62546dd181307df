"""Moving a hub's whole state from one database to another (design.md#storage)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from wissel.server.settings import StartError
from wissel.server.store.engine import (
    blocking_read,
    blocking_write,
    is_sqlite,
    journal_url,
    open_blocking_engine,
)
from wissel.server.store.journal import tables as journal_tables
from wissel.server.store.migrate import History, migrate
from wissel.server.store.register import tables

Say = Callable[[str], None]
"""Tells whoever waits how far it is."""

_ROWS_AT_ONCE: Final = 2_000
_PROGRESS_ROWS: Final = 100_000
_SCHEMES: Final = ("sqlite:///", "postgresql://")


class CopyError(StartError):
    """The copy cannot be made, or is not as it should be; the target keeps nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy holds: the revision of the register, and rows in all."""

    revision: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The registry or the journal, at both ends."""

    history: History
    metadata: MetaData
    source: Connection
    target: Connection


def copy_database(source: str, target: str, say: Say) -> Copied:
    """Copy registry and journal from `source` to `target`, both URLs, and prove the copy.

    1. the source is there, and the target holds nothing yet
    2. the target gets the schema of this version; the source must have it
    3. every row of every table is copied
    4. every row is read back and compared with its original
    5. nothing was added to the source meanwhile
    6. only then is the copy committed

    Raises `CopyError`, `Refused(CONTENTION)` or `Refused(DATABASE_UNAVAILABLE)`.
    """
    _require_source(source)
    _require_empty(target)
    migrate(target)
    with ExitStack() as stack:
        registry = stack.enter_context(_part(History.REGISTRY, source, target))
        journal = stack.enter_context(
            _part(History.JOURNAL, journal_url(source), journal_url(target))
        )
        rows = 0
        for part in (registry, journal):
            _require_same_schema(part)
            rows += sum(_copy(part, table, say) for table in part.metadata.sorted_tables)
        say("comparing")
        for part in (registry, journal):
            for table in part.metadata.sorted_tables:
                _compare(part, table)
        copied = Copied(revision=_revision(registry.target), rows=rows)
        _require_still(source, copied.revision, _entries(journal.target))
    return copied


def _require_source(url: str) -> None:
    if _is_absent_file(_checked(url)):
        message = f"{_shown(url)}: no such database"
        raise CopyError(message)


def _require_empty(url: str) -> None:
    """Refuse a target with anything in it, before it is touched."""
    for metadata, place in (
        (tables.METADATA, _checked(url)),
        (journal_tables.METADATA, journal_url(url)),
    ):
        if _is_absent_file(place):
            continue
        with _opened(place, blocking_read) as connection:
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
    name = f"{part.history.value}_schema"
    query = text(f"SELECT version_num FROM {name}")  # noqa: S608 - a name of ours
    there = inspect(part.source).has_table(name)
    if not there or part.source.scalar(query) != part.target.scalar(query):
        message = "the source has another schema than this version; run: wissel-server migrate"
        raise CopyError(message)


def _require_still(url: str, revision: int, entries: int) -> None:
    """Refuse a copy of a database that went on meanwhile: the copy would lack what was added."""
    with (
        _opened(url, blocking_read) as registry,
        _opened(journal_url(url), blocking_read) as journal,
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
        _continue_numbering(part.target, table)
        say(f"{table.name}: {copied} rows copied")
    return copied


def _continue_numbering(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those copied; SQLite does so by itself."""
    numbered = table.autoincrement_column
    if numbered is not None and connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, numbered.name)
        last = select(func.max(numbered)).scalar_subquery()
        connection.execute(select(func.setval(sequence, last)))


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
    with _opened(source, blocking_read) as reading, _opened(target, blocking_write) as writing:
        yield _Part(history=history, metadata=metadata, source=reading, target=writing)


@contextmanager
def _opened(
    url: str, transaction: Callable[[Engine], AbstractContextManager[Connection]]
) -> Iterator[Connection]:
    """Open a transaction of the database at `url`, on an engine of its own."""
    engine = open_blocking_engine(url, attentive=False)
    try:
        with transaction(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def _checked(url: str) -> str:
    try:
        make_url(url)
    except ArgumentError:
        url = ""
    if not url.startswith(_SCHEMES):
        message = "a database is named sqlite:///path/registry.db or postgresql://user@host/name"
        raise CopyError(message)
    return url


def _is_absent_file(url: str) -> bool:
    """Whether the URL names an SQLite file that is not there; opening it would make one."""
    file = make_url(url).database if is_sqlite(url) else None
    return file is not None and not Path(file).is_file()


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)
