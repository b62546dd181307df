"""Streams that last: how many a party may have, and how often they say that they are there."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchBounds:
    """What watches may take, by default as all processes of a hub allow together.

    One OIN has `of_oin` at once and begins `per_minute`. One on which nothing happens says
    so every `heartbeat` seconds. One that has more than `too_far` events to catch up with
    lists everything anew: that is less work for both.
    """

    of_oin: int = 4
    per_minute: int = 60
    heartbeat: float = 30.0
    too_far: int = 10_000


WATCH_BOUNDS: Final = WatchBounds()


class Watches:
    """Counts the watches of one process by their OIN."""

    def __init__(self, bounds: WatchBounds = WATCH_BOUNDS) -> None:
        self.bounds = bounds
        self._under_way: Counter[Oin] = Counter()
        self._ended = asyncio.Event()

    @contextmanager
    def counted(self, oin: Oin) -> Iterator[None]:
        """Count a watch for as long as the block lasts.

        Raises `Refused(WATCH_LIMIT)` if the OIN has as many as it may.
        """
        limit = self.bounds.of_oin
        if self._under_way[oin] >= limit:
            raise Refused(Reason.WATCH_LIMIT, limit=str(limit))
        self._under_way[oin] += 1
        try:
            yield
        finally:
            self._under_way[oin] -= 1
            if not self._under_way[oin]:
                del self._under_way[oin]
            self._ended.set()

    async def over(self) -> None:
        """Return once no watch is under way, nor reads anything any more."""
        while self._under_way:
            self._ended.clear()
            await self._ended.wait()
