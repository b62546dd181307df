"""The database of a hub of an earlier version, as text.

The `*.sql` beside this module are SQLite's own dumps of a register and a journal that version
3bebd54 wrote (registry schema 0001, journal schema 0002): five revisions about
made-up parties, and four messages. They are never changed; a later version
adds its own beside them.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from support.worlds.stores import sqlite_url

REVISION: Final = 5
"""The last revision of its register."""

_DUMPS: Final = Path(__file__).parent


def earlier_database(folder: Path) -> str:
    """Put a register and a journal of the earlier version in `folder`; return the URL."""
    for name in ("registry", "journal"):
        dump = (_DUMPS / f"{name}.sql").read_text(encoding="utf-8")
        with closing(sqlite3.connect(folder / f"{name}.db")) as connection:
            connection.executescript(dump)
    return sqlite_url(folder)
