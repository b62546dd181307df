"""Keep a register of this version as a dump: `PYTHONPATH=tests python -m support.worlds.earlier`.

Do so before a migration is added, and commit it with the migration.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from support.worlds.earlier.whole import write_register
from wissel.server.store.schema import OLDEST_SERVED, History


def main() -> None:
    """Write `registry-NNNN.sql` of the schema of this version, beside this module."""
    name = f"registry-{OLDEST_SERVED[History.REGISTRY]}.sql"
    with tempfile.TemporaryDirectory() as folder:
        write_register(Path(folder))
        with closing(sqlite3.connect(Path(folder) / "registry.db")) as connection:
            dump = "\n".join(connection.iterdump())
    (Path(__file__).parent / name).write_text(f"{dump}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
