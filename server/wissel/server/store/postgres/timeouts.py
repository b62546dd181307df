"""Connections to PostgreSQL that do not wait for ever.

Where packets vanish, or a server is stopped but not gone, no error comes until
the kernel gives up, which takes it a quarter of an hour. Here a connection on
which an answer is due and nothing arrives for `SILENCE_SECONDS` counts as
broken. That does not bound how long a statement takes: a large answer that
keeps arriving may take longer.
"""

import time
from collections.abc import Generator
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn

SILENCE_SECONDS: Final = 4.0
"""More than a writer may wait for its turn: during that wait the server is silent too."""

CONNECT_SECONDS: Final = 2
"""For one host to accept a connection; libpq allows no less."""

R = TypeVar("R")


class BoundedConnection(psycopg.Connection[Any]):
    """A blocking connection that breaks when the server falls silent.

    Whatever waits on it then raises `psycopg.OperationalError`.
    """

    def wait(self, gen: PQGen[R], *limits: Any, **named: Any) -> R:
        """Take the steps of `gen`, as its parent does, for as long as the server answers."""
        return super().wait(_bounded(self.pgconn, gen), *limits, **named)


class BoundedAsyncConnection(psycopg.AsyncConnection[Any]):
    """The same for the event loop."""

    async def wait(self, gen: PQGen[R], *limits: Any, **named: Any) -> R:
        """Take the steps of `gen`, as its parent does, for as long as the server answers."""
        return await super().wait(_bounded(self.pgconn, gen), *limits, **named)


def _bounded(connection: PGconn, steps: PQGen[R]) -> Generator[Any, Any, R]:
    """Take the steps of the driver; break the connection when none is ready for too long.

    Between two steps the driver waits for the socket, and comes back with
    nothing ready several times a second.
    """
    try:
        wanted = next(steps)
        heard = time.monotonic()
        while True:
            ready = yield wanted
            now = time.monotonic()
            if ready:
                heard = now
            elif now - heard > SILENCE_SECONDS:
                connection.finish()
                raise psycopg.OperationalError("the server does not answer")
            wanted = steps.send(ready)
    except StopIteration as end:
        answer: R = end.value
        return answer
