"""A standby of a throw-away PostgreSQL, which takes over when the test says so."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from support.eventually import eventually
from support.processes.postgres import Server, owner, programs, run_as_owner
from wissel.server.store.database import engine_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A primary and its standby; `url` names both, and leads to whichever takes writes."""

    url: str
    primary: Server
    standby: Server

    def kill_primary(self) -> None:
        """Kill each process of the primary at once."""
        for pid in self.primary.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def promote(self) -> None:
        """Let the standby take over; returns when it takes writes."""
        run_as_owner(*self.standby.control, "promote")

    def rows(self, statement: str) -> Sequence[Any]:
        """Return what the standby answers."""
        return rows(self.standby, statement)

    def detach(self) -> None:
        """Let the primary go on alone, and the standby know nothing of it."""
        run_as_owner(*self.standby.control, "-m", "fast", "stop")
        execute(self.primary, "ALTER SYSTEM RESET synchronous_standby_names")
        execute(self.primary, "SELECT pg_reload_conf()")

    def attach(self) -> None:
        """Start the standby again, with what it had."""
        run_as_owner(*self.standby.control, "start")


@contextmanager
def with_standby(primary: Server) -> Iterator[Pair]:
    """Give a server a synchronous standby; what is acknowledged is on both."""
    folder = Path(tempfile.mkdtemp(prefix="wissel-standby-"))
    shutil.chown(folder, owner())
    data, source = folder / "data", str(make_url(primary.url).query["host"])
    where = ("-h", source, "-U", "wissel")
    run_as_owner(programs() / "pg_basebackup", "-D", data, *where, "-R", "--checkpoint=fast")
    control = [*primary.control]
    control[control.index("-D") + 1] = data
    control[control.index("-l") + 1] = folder / "log"
    control[control.index("-o") + 1] = str(control[-1]).replace(source, str(folder))
    standby = Server(url=primary.url.replace(source, str(folder)), control=control)
    try:
        run_as_owner(*control, "start")
        execute(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        execute(primary, "SELECT pg_reload_conf()")
        _until_synchronous(primary)
        both = f"{primary.url},{folder}&target_session_attrs=read-write"
        yield Pair(url=both, primary=primary, standby=standby)
    finally:
        standby.end()
        shutil.rmtree(folder, ignore_errors=True)


def rows(server: Server, statement: str) -> Sequence[Any]:
    """Return the rows of a query."""
    engine = create_engine(engine_at(server.url).driver_url(asynchronous=False))
    try:
        with engine.connect() as connection:
            return connection.execute(text(statement)).all()
    finally:
        engine.dispose()


def execute(server: Server, statement: str) -> None:
    """Execute a statement outside a transaction."""
    engine = create_engine(
        engine_at(server.url).driver_url(asynchronous=False), isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def _until_synchronous(primary: Server) -> None:
    eventually(
        lambda: rows(primary, "SELECT sync_state FROM pg_stat_replication"),
        "the standby follows",
        until=lambda states: states == [("sync",)],
    )
