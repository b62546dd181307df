"""Reading the head revision outside the event loop, after each commit of the journal."""

from collections.abc import Callable

from sqlalchemy import select

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import BlockingDatabase
from wissel.server.store.kept_connection import KeptConnection
from wissel.server.store.register.tables import HEAD


def head_reader(url: str) -> Callable[[], int]:
    """Return what reads the revision of the register's head at `url`, on any one thread.

    It raises `Refused(DATABASE_UNAVAILABLE)`.
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
