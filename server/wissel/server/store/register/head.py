"""Reading the register's head, which happens far more often than it changes."""

from collections.abc import Callable
from typing import Final, TypeAlias

from sqlalchemy import literal_column, select

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.kept_connection import KeptConnection, KeptReader
from wissel.server.store.register.tables import EVENT, HEAD

HeadMark: TypeAlias = tuple[object, ...]
"""The head as the driver gives it: equal for as long as nothing is added to the log.

The moment of the last revision is in it, as the log has it, so a restored backup has
another one.
"""

_FIRST: Final = (EVENT.c.revision == HEAD.c.revision) & (EVENT.c.seq == literal_column("1"))
_MARK: Final = str(
    select(HEAD.c.revision, EVENT.c.recorded_time).outerjoin_from(HEAD, EVENT, _FIRST)
)


class HeadLook:
    """Looks at the head of the register at `url` over a kept connection."""

    def __init__(self, url: str) -> None:
        self._database = BlockingDatabase.open(url)
        self._reader = KeptReader(self._database, Reason.DATABASE_UNAVAILABLE)

    async def mark(self) -> HeadMark:
        """Return the head's mark. Raises `Refused(DATABASE_UNAVAILABLE)`."""
        return tuple(tuple(row) for row in await self._reader.rows(_MARK))

    async def close(self) -> None:
        """Let go of the connection."""
        await self._reader.close()
        self._database.close()


def head_reader(url: str) -> Callable[[], int]:
    """Return what reads the revision of the register's head at `url`, on any one thread.

    The journal does so after each commit of a claim. It raises `Refused(DATABASE_UNAVAILABLE)`.
    """
    connection = KeptConnection(BlockingDatabase.open(url))
    query = str(select(HEAD.c.revision))

    def read() -> int:
        try:
            with connection.transaction() as cursor:
                cursor.execute(query)
                return int(cursor.fetchall()[0][0])
        except Exception as error:  # one of the driver's own, which differ
            raise Refused(Reason.DATABASE_UNAVAILABLE, retry_after=1.0) from error

    return read
