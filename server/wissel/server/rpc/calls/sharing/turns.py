"""One at a time of each party, so that what one asks for at length is never most of the work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

WAITING: Final = 8
"""How many of one OIN there may be, of which one has its turn and the others wait."""


class Turns:
    """The turns of one kind of work in one process."""

    def __init__(self) -> None:
        self._turns: dict[Oin, asyncio.Lock] = {}
        self._waiting: dict[Oin, int] = {}

    @asynccontextmanager
    async def of(self, oin: Oin) -> AsyncIterator[None]:
        """Wait for the turn of an OIN, which lasts as long as the block.

        Raises `Refused(IMPACT_LIMIT)` if as many of this OIN wait already as may.
        """
        waiting = self._waiting.get(oin, 0)
        if waiting >= WAITING:
            raise Refused(Reason.IMPACT_LIMIT, limit=str(WAITING))
        self._waiting[oin] = waiting + 1
        try:
            async with self._turns.setdefault(oin, asyncio.Lock()):
                yield
        finally:
            self._waiting[oin] -= 1
            if not self._waiting[oin]:
                del self._waiting[oin], self._turns[oin]
