"""Bringing a database to the schema of this version, from the installed package.

Registry and journal have a history each, with a version table each: on SQLite
they are two files, on PostgreSQL they share one database. Several processes may
migrate at once: the first one does it, the others find it done.
"""

from enum import Enum
from pathlib import Path
from typing import Final

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from wissel.server.store.engine import (
    blocking_write,
    is_sqlite,
    journal_url,
    open_blocking_engine,
)

_FOLDER: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 7_443_000  # any number, as long as every node uses the same one


class History(Enum):
    """A history of migrations, by the name of its folder."""

    REGISTRY = "registry"
    JOURNAL = "journal"


def migrate(url: str) -> None:
    """Bring the registry at `url`, and the journal that belongs to it, up to date.

    An SQLite file and its folder are created. Raises `Refused(CONTENTION)` or
    `Refused(DATABASE_UNAVAILABLE)`.
    """
    upgrade(url, History.REGISTRY)
    upgrade(journal_url(url), History.JOURNAL)


def upgrade(url: str, history: History) -> None:
    """Bring one of both histories up to date in the database at exactly `url`."""
    database = make_url(url).database
    if is_sqlite(url) and database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = open_blocking_engine(url, attentive=False)
    try:
        with blocking_write(engine) as connection:
            if not is_sqlite(url):
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            command.upgrade(_config(history, connection), "head")
    finally:
        engine.dispose()


def run(history: History) -> None:
    """Run the migrations on the connection that `upgrade` opened; called by `env.py`."""
    context.configure(
        connection=context.config.attributes["connection"],
        version_table=f"{history.value}_schema",
        transactional_ddl=True,
    )
    context.run_migrations()


def _config(history: History, connection: Connection) -> Config:
    """Return Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER / history.value).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
