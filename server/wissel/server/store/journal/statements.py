"""The journal's few statements, as text made once from its tables.

They run several times for each delivery. Through SQLAlchemy's expressions a
commit of one move took 800 µs of processor time, as text on the driver's own
cursor it takes 130. So the tables are declared with SQLAlchemy, and these
statements alone are written out.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy import Table

from wissel.server.store.engine import RawSql
from wissel.server.store.journal.tables import DELIVERY

_NUMBERED: Final = frozenset({"number", "id"})
_NEVER_CHANGED: Final = frozenset(
    {"number", "sender_oin", "message_id", "header_digest", "accepted"}
)
_GUARD: Final = "sender_oin = {0} AND message_id = {0} AND state = {0} AND attempt = {0}"

DELIVERY_COLUMNS: Final = tuple(column.name for column in DELIVERY.c)
"""What `read` selects, in order."""
MOVED_COLUMNS: Final = tuple(name for name in DELIVERY_COLUMNS if name not in _NEVER_CHANGED)
"""What `update` sets, in order; after them come sender_oin, message_id, state, attempt."""
ENDED_COLUMNS: Final = (
    "state",
    "reason",
    "detail",
    "text",
    "updated",
    "hub_receipt",
    "receiver_receipt",
)
"""What `end` sets, likewise: an attempt that ends changes nothing of its order."""

REDUCED_COLUMNS: Final = (*(name for name in MOVED_COLUMNS if name != "state"), "accepted")
"""What `reduce` sets, in order; after them come sender_oin, message_id, state."""


def columns_of(table: Table) -> tuple[str, ...]:
    """Return what `insert` fills, in order; the database numbers the rows itself."""
    return tuple(column.name for column in table.c if column.name not in _NUMBERED)


class Statements:
    """The statements as one storage engine wants them."""

    def __init__(self, sql: RawSql) -> None:
        self._mark = sql.mark
        self._row_lock = sql.row_lock
        self.update = self._update(MOVED_COLUMNS)
        self.end = self._update(ENDED_COLUMNS)
        self.reduce = self._reduce()
        self.forget_outcome = (
            f"DELETE FROM delivery_outcome WHERE sender_oin = {sql.mark}"  # noqa: S608 - names of ours
            f" AND message_id = {sql.mark}"
        )
        self.find = (
            f"SELECT {', '.join(DELIVERY_COLUMNS)} FROM delivery"  # noqa: S608 - names of ours
            f" WHERE sender_oin = {sql.mark} AND message_id = {sql.mark}"
        )
        """The row of one key, for who only reads."""
        self.read: Callable[[int], str] = lru_cache(None)(self._read)
        """The rows of so many keys, locked."""
        self.forget_entries: Callable[[int], str] = lru_cache(None)(self._forget_entries)
        """Entries of so many keys, as many as the last parameter says."""
        self.insert: Callable[[Table, int], str] = lru_cache(None)(self._insert)
        """So many rows into a table; those whose key is taken are left out."""

    def _update(self, columns: Sequence[str]) -> str:
        assignments = ", ".join(f"{name} = {self._mark}" for name in columns)
        return f"UPDATE delivery SET {assignments} WHERE {_GUARD.format(self._mark)}"  # noqa: S608 - names of ours

    def _reduce(self) -> str:
        assignments = ", ".join(f"{name} = {self._mark}" for name in REDUCED_COLUMNS)
        return (
            f"UPDATE delivery SET {assignments} WHERE sender_oin = {self._mark}"  # noqa: S608 - names of ours
            f" AND message_id = {self._mark} AND state = {self._mark} AND accepted > 0"
        )

    def _forget_entries(self, keys: int) -> str:
        return (
            "DELETE FROM delivery_entry WHERE id IN (SELECT id FROM delivery_entry"  # noqa: S608 - names of ours
            f" WHERE (sender_oin, message_id) IN (VALUES {self._pairs(keys)}) LIMIT {self._mark})"
        )

    def _pairs(self, keys: int) -> str:
        return ", ".join([f"({self._mark}, {self._mark})"] * keys)

    def _read(self, keys: int) -> str:
        # In order of key: two batches that lock the same rows must not wait for each other.
        return (
            f"SELECT {', '.join(DELIVERY_COLUMNS)} FROM delivery"  # noqa: S608 - names of ours
            f" WHERE (sender_oin, message_id) IN (VALUES {self._pairs(keys)})"
            f" ORDER BY sender_oin, message_id{self._row_lock}"
        )

    def _insert(self, table: Table, rows: int) -> str:
        columns = columns_of(table)
        row = f"({', '.join([self._mark] * len(columns))})"
        return (
            f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of ours
            " ON CONFLICT DO NOTHING"
        )
