"""What the gRPC adapter needs of the store, apart from the register itself."""

import datetime as dt
from collections.abc import Callable
from typing import Protocol

from wissel.routing.table.table import Table

Clock = Callable[[], dt.datetime]
"""The moment now, aware."""


class Follower(Protocol):
    """The facts in memory, following the register's log (design.md#staleness)."""

    @property
    def table(self) -> Table:
        """The facts at the newest revision that this process has read."""
        ...

    async def reached(self, revision: int) -> None:
        """Wait until `table` is at this revision or a later one.

        Raises `Refused(REVISION_UNKNOWN)` at once if there is no such revision
        and `Refused(REVISION_NOT_REACHED)` if it takes more than two seconds.
        """
        ...

    def staleness(self) -> float:
        """Seconds since the table was last known to hold everything committed."""
        ...
