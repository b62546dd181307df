"""Calls that come close together are served together (ADR 14).

Between two calls gRPC, the kernel and other processes fill the processor's
caches, so a call that is served by itself finds its code and data gone, and its
answer goes out in a packet of its own. Calls that wait for each other, for some
tenth of a millisecond at most, share both. Measured with 16 callers at full load:
305 µs of processor for a resolve instead of 370, and a quarter more of them.
"""

import asyncio
from collections.abc import Callable
from typing import Final

_NEAR: Final = 0.001
"""Seconds within which a call must follow another to be close to it; else it does not wait."""
_TURNS: Final = 60
"""Turns of the event loop for which the first call waits at most, 2 to 3 µs each."""
_MOST: Final = 16
"""Most calls that are served at once, in half a millisecond: more would delay other methods."""


class Coalescer:
    """Lets the calls of one process wait for each other. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last = -_NEAR
        self._waiting: list[asyncio.Future[None]] = []

    def turn(self) -> asyncio.Future[None] | None:
        """Return what a new call waits for; None if no other call is close to it."""
        now = self._monotonic()
        alone = now - self._last > _NEAR and not self._waiting
        self._last = now
        if alone:
            return None
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.append(mine)
        if len(self._waiting) == 1:
            loop.call_soon(self._release, loop, _TURNS)
        return mine

    def _release(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        """Let the waiting calls go on, now or after at most `turns` turns of the loop."""
        if turns and len(self._waiting) < _MOST:
            loop.call_soon(self._release, loop, turns - 1)
            return
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():  # its caller may have gone
                each.set_result(None)
