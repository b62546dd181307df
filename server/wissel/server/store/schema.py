"""Which schema a database has, and which one this version needs.

Register and journal have a history of migrations each, with a table that holds
the revision each is at: on SQLite they are two files, on PostgreSQL they share
one database.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from sqlalchemy import Connection, inspect, text

from wissel.server.settings import DATABASE_SETTING, StartError
from wissel.server.store.database import BlockingDatabase, engine_at


class History(Enum):
    """A history of migrations, by the name of its folder."""

    REGISTRY = "registry"
    JOURNAL = "journal"

    @property
    def version_table(self) -> str:
        """The table that holds the revision of the schema."""
        return f"{self.value}_schema"


OLDEST_SERVED: Final[Mapping[History, str]] = {History.REGISTRY: "0008", History.JOURNAL: "0008"}
"""The earliest revision of each history that this version can serve."""


def revision_of(connection: Connection, history: History) -> str:
    """Return the revision of the schema that the database is at, four digits; "" before the first.

    A later revision is a greater text.
    """
    if not inspect(connection).has_table(history.version_table):
        return ""
    query = text(f"SELECT version_num FROM {history.version_table}")  # noqa: S608 - names of ours
    return connection.scalar(query) or ""


def require_schema(url: str) -> None:
    """Check that the register at `url` and its journal have the tables that this version needs.

    Makes no file where there is none. Raises `StartError` that tells to migrate,
    and `Refused(DATABASE_UNAVAILABLE)`.
    """
    urls = {History.REGISTRY: url, History.JOURNAL: engine_at(url).journal_url}
    for history, part_url in urls.items():
        if not _is_served(history, part_url):
            message = (
                f"{DATABASE_SETTING}: the database lacks the tables of this version;"
                " run: wissel-server migrate"
            )
            raise StartError(message)


def _is_served(history: History, url: str) -> bool:
    if engine_at(url).is_absent():
        return False
    with BlockingDatabase.open(url) as database, database.reading() as connection:
        return revision_of(connection, history) >= OLDEST_SERVED[history]
