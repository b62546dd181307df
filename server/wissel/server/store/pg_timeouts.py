"""Connections to PostgreSQL that do not wait for ever.

Where packets vanish, or a server is stopped but not gone, no error ever comes:
whoever waits for an answer would wait for as long as the kernel cares to repeat
itself, which is a quarter of an hour. Here a connection that owes an answer and
says nothing for `SILENCE` seconds counts as broken. It is not the time that a
statement takes: a large answer that keeps coming may take longer.
"""

import time
from collections.abc import Generator
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn

SILENCE: Final = 4.0
"""Seconds; more than a writer may wait for its turn, during which the server is silent too."""

CONNECTING: Final = 2
"""Seconds for one host to accept a connection; less than this libpq does not allow."""

R = TypeVar("R")


class AttentiveConnection(psycopg.Connection[Any]):
    """A blocking connection that breaks when the server falls silent.

    Whatever waits on it then raises `psycopg.OperationalError`.
    """

    def wait(self, gen: PQGen[R], *limits: Any, **named: Any) -> R:
        """Take the steps of `gen`, as its parent does, for as long as the server answers."""
        return super().wait(_attended(self.pgconn, gen), *limits, **named)


class AttentiveAsyncConnection(psycopg.AsyncConnection[Any]):
    """The same for the event loop."""

    async def wait(self, gen: PQGen[R], *limits: Any, **named: Any) -> R:
        """Take the steps of `gen`, as its parent does, for as long as the server answers."""
        return await super().wait(_attended(self.pgconn, gen), *limits, **named)


def _attended(connection: PGconn, steps: PQGen[R]) -> Generator[Any, Any, R]:
    """Take the same steps, and break the connection when none is ready for too long.

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
            elif now - heard > SILENCE:
                connection.finish()
                raise psycopg.OperationalError("the server says nothing")
            wanted = steps.send(ready)
    except StopIteration as end:
        answer: R = end.value
        return answer
