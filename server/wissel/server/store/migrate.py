"""Bringing a database to the schema of this version, from the installed package.

Several processes may migrate at once: the first one does it, the others find it
done.
"""

from pathlib import Path
from typing import Final

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection

from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.schema import History

_FOLDER: Final = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Bring the register at `url`, and the journal that belongs to it, up to date.

    An SQLite file and its folder are created. Raises `Refused(CONTENTION)` or
    `Refused(DATABASE_UNAVAILABLE)`; whether the engine is fit is for
    `database.require_fit`.
    """
    upgrade(url, History.REGISTRY)
    upgrade(journal_url(url), History.JOURNAL)


def upgrade(url: str, history: History) -> None:
    """Bring the database at exactly `url` to the last revision of one history."""
    with BlockingDatabase.open(url, bounded=False) as database:
        database.storage.make_room()
        with database.writing() as connection:
            database.storage.lock_migrations(connection)
            command.upgrade(_config(history, connection), "head")


def run(history: History) -> None:
    """Run the migrations on the connection that `upgrade` opened; called by `env.py`."""
    context.configure(
        connection=context.config.attributes["connection"],
        version_table=history.version_table,
        transactional_ddl=True,
    )
    context.run_migrations()


def _config(history: History, connection: Connection) -> Config:
    """Return Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER / history.value).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
