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
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from wissel.server.store.database import engine_at
from wissel.server.store.migrate import migrate

VARIABLE = "WISSEL_TEST_POSTGRES_URL"
_PLACES = "usr/lib/postgresql/*/bin"  # where Debian keeps programs that are not on the path


def fresh_database(*, migrated: bool = True) -> str:
    """Return the URL of a new, empty database; skip the test where there is no PostgreSQL."""
    url = os.environ.get(VARIABLE) or _throw_away_server()
    if url is None:
        pytest.skip("the programs of PostgreSQL are not installed")
    name = f"wissel_{uuid4().hex}"
    template = f" TEMPLATE {_template(url)}" if migrated else ""
    _execute(url, f"CREATE DATABASE {name}{template}")
    return _named(url, name)


def after(host: str, port: int, url: str) -> str:
    """Return the URL of the same database as a second choice, after another host."""
    named = make_url(url)
    hosts = f"{host},{named.query.get('host') or named.host}"
    two = {"host": hosts, "port": f"{port},{named.port or 5432}"}
    both = named.set(host=None, port=None).update_query_dict(two)
    attributes = {"target_session_attrs": "read-write"}
    return both.update_query_dict(attributes).render_as_string(hide_password=False)


def path() -> str:
    """Return the search path of programs with PostgreSQL's own on it."""
    programs = _found_programs()
    return os.pathsep.join([*([str(programs)] if programs else []), os.environ["PATH"]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A throw-away server; it is stopped and removed when the tests end."""

    url: str
    control: Sequence[str | Path]

    @classmethod
    def start(cls) -> "Server | None":
        """Start one, or return None where the programs are not installed."""
        programs = _found_programs()
        if programs is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="wissel-pg-"))
        shutil.chown(folder, owner())
        data = folder / "data"
        run_as_owner(programs / "initdb", "-D", data, "-U", "wissel", "-A", "trust", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c max_connections=200 -c fsync=off"
        control = (programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options)
        server = cls(url=f"postgresql://wissel@/postgres?host={folder}", control=control)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        run_as_owner(*control, "start")
        atexit.register(server.end)
        return server

    def fail(self) -> None:
        """Stop it as a crash does."""
        run_as_owner(*self.control, "-m", "immediate", "stop")

    def end(self) -> None:
        """Stop it for good, if it still runs."""
        run_as_owner(*self.control, "-m", "immediate", "stop", check=False)

    def recover(self) -> None:
        """Start it again; it replays what it had promised."""
        run_as_owner(*self.control, "start")

    def processes(self) -> list[int]:
        """Return the ids of its processes, that of the parent first; none if it does not run."""
        data = Path(str(self.control[self.control.index("-D") + 1]))
        try:
            parent = int((data / "postmaster.pid").read_text(encoding="ascii").split()[0])
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            return []
        return [parent, *map(int, children.split())]


def own_server() -> Server:
    """Return a server that this test may let fail; skip the test where there is none."""
    server = Server.start()
    if server is None:
        pytest.skip("the programs of PostgreSQL are not installed")
    return server


@cache
def _throw_away_server() -> str | None:
    server = Server.start()
    return server.url if server else None


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; skip the test where there is none."""
    found = _found_programs()
    if found is None:
        pytest.skip("the programs of PostgreSQL are not installed")
    return found


def _found_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL, None if there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    return max(Path("/").glob(_PLACES), default=None, key=lambda each: each.parent.name)


def owner() -> str:
    """Return who runs the server: it refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def run_as_owner(*command: str | Path, check: bool = True) -> None:
    """Run one of PostgreSQL's programs to its end."""
    subprocess.run(
        [str(part) for part in command],
        user=owner() if os.geteuid() == 0 else None,
        cwd="/",
        check=check,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None if check else subprocess.DEVNULL,
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
    engine = create_engine(
        engine_at(url).driver_url(asynchronous=False), isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
