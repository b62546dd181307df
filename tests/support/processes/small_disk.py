"""A throw-away PostgreSQL whose disk is full for a while.

A server takes it in two ways. Where its tables cannot grow it refuses the
statement (SQLSTATE 53100) and goes on. Where its log, the WAL, cannot be
written it cannot keep a promise: it ends at once, and does not come back
before there is room.
"""

import subprocess
from abc import ABC, abstractmethod
from typing import Final

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from support.processes.postgres import Server, own_server, run_as_owner
from support.processes.standby import execute

_SIZE: Final = "24m"
_PRIVATELY: Final = ("unshare", "--user", "--map-current-user", "--keep-caps", "--mount")
"""Runs a command as the same user, who may then mount what that command alone sees."""
_MOUNT: Final = 'mount -t tmpfs -o size="$0" none "$1" && shift && exec "$@"'


class SmallDisk(ABC):
    """A server with an empty database; `reads` says whether it answers while its disk is full."""

    server: Server
    reads: bool

    @abstractmethod
    def fill(self) -> None:
        """Leave no room."""

    @abstractmethod
    def make_room(self) -> None:
        """Make room again, as whoever looks after a server would."""


class OfTables(SmallDisk):
    """The database is on a file system of its own; skips the test where none can be mounted."""

    reads = True

    def __init__(self) -> None:
        server = own_server()
        place = f"{make_url(server.url).query['host']}/small"
        run_as_owner("mkdir", place)
        # Vacuuming would find room in old pages, now and then.
        execute(server, "ALTER SYSTEM SET autovacuum = off")
        privately = (*_PRIVATELY, "sh", "-c", _MOUNT, _SIZE, place)
        try:
            run_as_owner(*privately, "true")
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("nobody may mount a file system here")
        run_as_owner(*privately, *server.control, "restart")
        execute(server, f"CREATE TABLESPACE small LOCATION '{place}'")
        execute(server, "CREATE DATABASE small TABLESPACE small")
        url = make_url(server.url).set(database="small").render_as_string()
        self.server = Server(url=url, control=server.control)

    def fill(self) -> None:
        """Take what is free to the last page: tables have the room of the pages that they have."""
        execute(self.server, "CREATE TABLE filler (bytes text)")
        rows = "SELECT repeat('x', 1000) FROM (SELECT generate_series(1, 100000)) AS each"
        with pytest.raises(OperationalError, match="could not extend file"):
            execute(self.server, f"INSERT INTO filler {rows}")

    def make_room(self) -> None:
        """Remove what fills it."""
        execute(self.server, "DROP TABLE filler")


class OfLog(SmallDisk):
    """None of the server's processes can write to a file: the next commit ends the server."""

    reads = False

    def __init__(self) -> None:
        self.server = own_server()

    def fill(self) -> None:
        """Forbid it; processes that begin later inherit that."""
        for pid in self.server.processes():
            run_as_owner(
                "prlimit", "--pid", str(pid), "--fsize=1", check=False
            )  # it may have ended

    def make_room(self) -> None:
        """Start the server again, without the limit."""
        self.server.end()
        self.server.recover()
