"""What the gRPC adapter needs of the rooms below it, apart from the register itself."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from wissel.routing.facts import RevocationTarget
from wissel.routing.identifiers import Oin
from wissel.routing.table import Table

Clock = Callable[[], dt.datetime]
"""The moment now, aware."""
Revoked = Callable[[RevocationTarget, str], bool]
"""Whether the register refuses a certificate, by target and value."""


class Peer(Protocol):
    """Who is at the other side of a connection, by its certificate."""

    @property
    def oin(self) -> Oin:
        """The one OIN in its certificate."""
        ...

    @property
    def leaf_sha256(self) -> str:
        """SHA-256 of the certificate's DER, lower-case hex."""
        ...

    @property
    def not_after(self) -> dt.datetime:
        """The earliest end of validity in its path, aware."""
        ...


P = TypeVar("P", bound=Peer)


class Peers(Protocol[P]):
    """Identities from certificates (DESIGN section 3, rules 1 and 2)."""

    def identify(self, auth_context: Mapping[str, Iterable[bytes]], revoked: Revoked) -> P:
        """Return who calls, judged now; raises `Refused` with a reason of identity."""
        ...

    def still_valid(self, peer: P, revoked: Revoked) -> None:
        """Judge an earlier answer of `identify` again now; raises `Refused` as it does."""
        ...


class Follower(Protocol):
    """The facts in memory, following the register's log (DESIGN section 7)."""

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
