"""The database of a hub of an earlier version, as text.

The `*.sql` beside this module are SQLite's own dumps of a register and a journal that version
3bebd54 wrote (registry schema 0001, journal schema 0002): five revisions about
made-up parties, and four messages. `registry-NNNN.sql` are registers of the last version of
each later schema NNNN: the small world of its tests, a few changes, and one fact of each
kind with every field that it knew. None is ever changed; a later version adds its own.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from support.worlds.stores import sqlite_url

REVISION: Final = 5
"""The last revision of its register."""

_DUMPS: Final = Path(__file__).parent
SCHEMAS: Final = tuple(sorted(path.stem[-4:] for path in _DUMPS.glob("registry-*.sql")))
"""The schemas of which there is a register beside that of the earlier version."""


def earlier_register(folder: Path, schema: str) -> str:
    """Put the register of a later schema in `folder`, and no journal; return its URL."""
    _restore(folder / "registry.db", f"registry-{schema}.sql")
    return sqlite_url(folder)


def earlier_database(folder: Path) -> str:
    """Put a register and a journal of the earlier version in `folder`; return the URL."""
    for name in ("registry", "journal"):
        _restore(folder / f"{name}.db", f"{name}.sql")
    return sqlite_url(folder)


def _restore(file: Path, dump: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((_DUMPS / dump).read_text(encoding="utf-8"))
