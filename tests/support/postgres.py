"""PostgreSQL for the contract suites: a throw-away server, where its programs are installed.

It is started for the first test that wants it, on a Unix socket in a temporary
folder, and stopped when the tests end. `WISSEL_TEST_POSTGRES_URL` names another
server instead; its user may create databases.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from wissel.server.store.engine import driver_url
from wissel.server.store.migrate import migrate

VARIABLE = "WISSEL_TEST_POSTGRES_URL"
_PLACES = "usr/lib/postgresql/*/bin"  # where Debian keeps programs that are not on the path


def fresh_database() -> str:
    """Return the URL of a new, migrated database; skip the test where there is no PostgreSQL."""
    url = os.environ.get(VARIABLE) or _throw_away_server()
    if url is None:
        pytest.skip("the programs of PostgreSQL are not installed")
    name = f"wissel_{uuid4().hex}"
    _execute(url, f"CREATE DATABASE {name} TEMPLATE {_template(url)}")
    return _named(url, name)


@cache
def _throw_away_server() -> str | None:
    programs = _programs()
    if programs is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="wissel-pg-"))
    owner = _owner()
    shutil.chown(folder, owner)
    data = folder / "data"
    _run(owner, programs / "initdb", "-D", data, "-U", "wissel", "-A", "trust", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c max_connections=200"
    control = (programs / "pg_ctl", "-D", data, "-w")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _run(owner, *control, "-l", folder / "log", "-o", options, "start")
    atexit.register(_run, owner, *control, "-m", "immediate", "stop")
    return f"postgresql://wissel@/postgres?host={folder}"


def _programs() -> Path | None:
    """Return the folder of the newest PostgreSQL, None if there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    return max(Path("/").glob(_PLACES), default=None, key=lambda each: each.parent.name)


def _owner() -> str:
    """Return who runs the server: it refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _run(owner: str, *command: str | Path) -> None:
    subprocess.run(
        [str(part) for part in command],
        user=owner if os.geteuid() == 0 else None,
        cwd="/",
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


@cache
def _template(url: str) -> str:
    name = f"wissel_template_{uuid4().hex}"
    _execute(url, f"CREATE DATABASE {name}")
    migrate(_named(url, name))
    return name


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, statement: str) -> None:
    engine = create_engine(driver_url(url, asynchronous=False), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
