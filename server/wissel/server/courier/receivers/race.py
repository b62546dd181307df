"""Trying several ways side by side, and taking the first that works (RFC 8305)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

T = TypeVar("T")


async def first_of(
    attempts: Sequence[Callable[[], Coroutine[Any, Any, T]]],
    stagger: float,
    drop: Callable[[T], Awaitable[None]],
) -> T:
    """Return the result of the first attempt that succeeds.

    They begin in their order: each `stagger` seconds after the one before it, or
    at once when one has failed. Those that still run when one succeeds are
    cancelled; a result that comes too late is given to `drop`.

    If all fail, the refusal of one is raised: RECEIVER_UNTRUSTED if it is among
    them, as that tells more of what is to be mended, else the last.
    """
    waiting, running = list(reversed(attempts)), set[asyncio.Task[T]]()
    refusals: list[Refused] = []
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.create_task(waiting.pop()()))
            done, _ = await asyncio.wait(
                running,
                timeout=stagger if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                running.discard(task)
                try:
                    return await task
                except Refused as refused:
                    refusals.append(refused)
        untrusted = [each for each in refusals if each.reason is Reason.RECEIVER_UNTRUSTED]
        raise (untrusted or refusals)[-1]
    finally:
        await _end(running, drop)


async def _end(running: set[asyncio.Task[T]], drop: Callable[[T], Awaitable[None]]) -> None:
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
    for task in running:
        if not task.cancelled() and task.exception() is None:
            await drop(task.result())
