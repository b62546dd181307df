"""PgBouncer in front of a throw-away PostgreSQL, where it is installed."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy.engine import URL, make_url

from support.processes.postgres import owner
from support.processes.processes import spawn

_DAEMONS: Final = "/usr/sbin"  # where Debian keeps it, which is not on everybody's path


@contextmanager
def pooled(url: str, **settings: str) -> Iterator[str]:
    """Pool connections to the database at `url`; yields its URL through the pooler.

    `settings` are those of PgBouncer, such as `pool_mode`. Skips the test where
    it is not installed.
    """
    program = shutil.which("pgbouncer", path=os.pathsep.join([os.environ["PATH"], _DAEMONS]))
    if program is None:
        pytest.skip("pgbouncer is not installed")
    server = make_url(url)
    folder = Path(tempfile.mkdtemp(prefix="wissel-pooler-"))
    try:
        config = folder / "pgbouncer.ini"
        config.write_text(_config(server, folder, settings), encoding="utf-8")
        shutil.chown(folder, owner())
        user = ["-u", owner()] if os.geteuid() == 0 else []
        with spawn([program, *user, str(config)], cwd=folder) as process:
            process.line_with("process up")
            pooler = server.set(host=None, port=None).update_query_dict(
                {"host": str(folder), "port": "6432"}
            )
            yield pooler.render_as_string(hide_password=False)
    finally:
        shutil.rmtree(folder)


def _config(server: URL, folder: Path, settings: dict[str, str]) -> str:
    there = {
        "host": server.query.get("host") or server.host,
        "port": server.query.get("port") or server.port or 5432,
        "user": server.username,
        "password": server.password,
    }
    everyone = {
        "listen_addr": "",
        "unix_socket_dir": str(folder),
        "auth_type": "any",
        **settings,
    }
    every_database = " ".join(f"{name}={value}" for name, value in there.items() if value)
    lines = (f"{name} = {value}" for name, value in everyone.items())
    return "\n".join(["[databases]", f"* = {every_database}", "[pgbouncer]", *lines, ""])
