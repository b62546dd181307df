"""How the journal tells that it could not be read or written."""

from collections.abc import Iterator
from contextlib import contextmanager

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason


@contextmanager
def recorded() -> Iterator[None]:
    """Raise failures of the database as `Refused(RECORD_UNAVAILABLE)`."""
    try:
        yield
    except Refused as refused:
        match refused.reason:
            case Reason.DATABASE_UNAVAILABLE | Reason.CONTENTION:
                raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=1.0) from refused
            case _:
                raise
