"""Waiting for what another process, thread or task brings about in its own time.

    eventually(lambda: fleet.get("/healthz")[0], "the hub is healthy", until=lambda it: it == 200)
    await eventually_async(lambda: world.state(message), "the message is claimed")

Where the other side can tell (an event, a line that it writes), wait for that instead.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, overload

T = TypeVar("T")

LONGEST_WAIT: Final = 60.0
"""Seconds after which waiting is given up: far more than a busy machine needs."""
_POLL_SECONDS: Final = 0.02


def eventually(
    look: Callable[[], T],
    what: str,
    *,
    until: Callable[[T], object] = bool,
    seconds: float = LONGEST_WAIT,
) -> T:
    """Look again and again; return what is seen, once `until` holds for it.

    Raises `AssertionError` after `seconds`, with `what` was awaited and what
    was seen last. Whatever `look` raises ends the waiting.
    """
    give_up = time.monotonic() + seconds
    while not until(seen := look()):
        if time.monotonic() > give_up:
            raise AssertionError(_in_vain(what, seconds, seen))
        time.sleep(_POLL_SECONDS)
    return seen


@overload
async def eventually_async(
    look: Callable[[], Awaitable[T]],
    what: str,
    *,
    until: Callable[[T], object] = ...,
    seconds: float = ...,
) -> T: ...
@overload
async def eventually_async(
    look: Callable[[], T], what: str, *, until: Callable[[T], object] = ..., seconds: float = ...
) -> T: ...
async def eventually_async(
    look: Callable[[], Any],
    what: str,
    *,
    until: Callable[[Any], object] = bool,
    seconds: float = LONGEST_WAIT,
) -> Any:
    """Do what `eventually` does while the event loop goes on; `look` may be a coroutine.

    A coroutine that does not return in time is waited for in vain too.
    """
    seen: object = "nothing yet"
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            while True:
                found = look()
                seen = await found if inspect.isawaitable(found) else found
                if until(seen):
                    return seen
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        if limit.expired():
            raise AssertionError(_in_vain(what, seconds, seen)) from None
        raise


def _in_vain(what: str, seconds: float, seen: object) -> str:
    return f"waited {seconds:g} s in vain until {what}; last seen: {seen!r}"
