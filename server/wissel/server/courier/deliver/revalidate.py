"""Whether a decision still holds when a forward begins (design.md#staleness, ADR 12).

The register's head is read when a message is claimed. That says nothing of what
is committed later, and dialling may take seconds. So what was read counts for
`HEAD_VALID_SECONDS`, and whoever forbids forwards is answered no sooner than
`FORBID_ANSWER_SECONDS` after the commit: every forward that did not know of it
has begun before that answer. Two durations are compared, never two clocks.
"""

import asyncio
from typing import Final

from wissel.routing.deciding.decision import Route
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.message import Decide, Message
from wissel.server.courier.ports import Clock, PeerTrust, Tables

HEAD_VALID_SECONDS: Final = 0.5
"""For how long the register's head counts, from the moment at which it was read."""

FORBID_ANSWER_SECONDS: Final = 0.6
"""How long after its commit a call that forbids forwards is answered.

Longer than `HEAD_VALID_SECONDS` by what it takes to sign a stamp and send it.
"""

_READS: Final = 5
"""How often the head is read at most: in a busy process a read may take longer than it counts."""


class Revalidation:
    """Decides again about messages that were accepted, on the facts in memory."""

    def __init__(self, trust: PeerTrust, tables: Tables, clock: Clock, decide: Decide) -> None:
        self._trust = trust
        self._tables = tables
        self._clock = clock
        self._decide = decide

    def decide_again(self, message: Message) -> Route:
        """Return the route of a message at this moment.

        Raises `Refused` if the sender would not be let in any more, the signer's
        certificates are no longer trusted, or the message may not travel.
        """
        message.sender.recheck()
        self._trust.check(message.path, self._tables.table.revoked, self._clock())
        return self._decide(message)

    async def after_claim(self, message: Message, route: Route, head: int | None) -> Route:
        """Return the route on facts at least as new as `head`, the register's revision.

        That is `route` itself if the register has not changed since. Raises
        `Refused(REGISTRY_STALE)` if the head is not known, else what
        `decide_again` and `Tables.reached` raise.
        """
        if head is None:
            raise Refused(Reason.REGISTRY_STALE, retry_after=1.0)
        if head <= route.revision:
            return route
        await self._tables.reached(head)
        return self.decide_again(message)

    async def at_start(self, message: Message, route: Route, head_read: float) -> Route:
        """Return `route` itself if it holds at this moment, else the same way on newer facts.

        `head_read` is when, in seconds on the event loop's clock, the register
        was asked for its head and held nothing newer than the route.

        Raises `Refused(CONTENTION)` if the message goes another way now,
        `Refused(REGISTRY_STALE)` if the head cannot be read in time, and what
        `decide_again` raises.
        """
        clock, tables = asyncio.get_running_loop().time, self._tables
        reads = 0
        while clock() - head_read > HEAD_VALID_SECONDS and tables.staleness() > HEAD_VALID_SECONDS:
            if reads == _READS:
                raise Refused(Reason.REGISTRY_STALE, retry_after=1.0)
            reads += 1
            head_read = clock()
            await tables.reached(await tables.head_revision())
        if tables.table.revision == route.revision:
            return route
        newer = self.decide_again(message)
        if not newer.unchanged_since(route):
            raise Refused(Reason.CONTENTION, retry_after=1.0)
        return newer
