"""Refusals of transfers come late to who is refused all the time (design.md#a-bad-neighbour)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.sharing.quota import Buckets

LATE_SECONDS: Final = 1.0
"""How long a refusal is held back."""


class LateRefusals:
    """Holds back the refusals of those who have had more than `bucket` gives them.

    A refused transfer costs its sender little and the hub as much as a route, so a
    sender that repeats it at once, whatever it is told, takes the processor from
    the others. Held back, a call costs nothing, and an OIN has only so many calls.
    Each refusal keeps its own reason, and who waits as it is told loses nothing.
    """

    def __init__(
        self, bucket: Buckets, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._bucket = bucket
        self._sleep = sleep

    async def hold(self, oin: Oin) -> None:
        """Return when a refusal may be given to `oin`."""
        try:
            self._bucket.spend(oin, 1)
        except Refused:
            await self._sleep(LATE_SECONDS)
