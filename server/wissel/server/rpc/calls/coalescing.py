"""Calls that come close together are served together.

A call that is served by itself finds everything cold: between two calls gRPC,
the kernel and other processes have filled the processor's caches, and each
answer goes out in a packet of its own. Calls that wait for each other, for a
tenth of a millisecond at most, share all that. Measured with 16 callers at
full load: 305 µs of processor for a resolve instead of 370, and a quarter more
of them (ADR 14).
"""

import asyncio
from collections.abc import Callable
from typing import Final

_NEAR: Final = 0.001
"""Seconds between two calls that are close: at fewer calls than that nobody waits."""
_TURNS: Final = 40
"""Turns of the event loop for which the first of them waits at most, 2 to 3 µs each."""
_MOST: Final = 8
"""Calls that are served at once: more gain little, and hold up other methods."""


class Coalescer:
    """Lets the calls of one process wait for each other. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last = -_NEAR
        self._waiting: list[asyncio.Future[None]] = []

    def turn(self) -> asyncio.Future[None] | None:
        """Return what a call that has come is to wait for; None if it has come alone."""
        now = self._monotonic()
        alone = now - self._last > _NEAR and not self._waiting
        self._last = now
        if alone:
            return None
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.append(mine)
        if len(self._waiting) == 1:
            loop.call_soon(self._look, loop, _TURNS)
        return mine

    def _look(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        """Let the waiting calls go, or look again in the next turn of the loop."""
        if turns and len(self._waiting) < _MOST:
            loop.call_soon(self._look, loop, turns - 1)
            return
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():  # its caller may have gone
                each.set_result(None)
