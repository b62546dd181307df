"""A sweeper beside a hub of `support.worlds.forwarding`, in a hurry, and messages that need it."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import grpc

from support.eventually import eventually_async
from support.fakes.las import Behaviour, failing, silent
from support.worlds.forwarding import Envelope, World
from wissel.server.courier.factory import CourierDependencies, make_sweeper
from wissel.server.courier.settle.sweep import SweepSchedule

PROMPT: Final = SweepSchedule(every=0.02, first=0.02, most=0.1, question=20.0, chance=random.random)
LOST: Final = failing(grpc.StatusCode.INTERNAL)
"""A receiver that has the whole message, and whose answer gets lost."""


class Beats:
    """Chance that counts how often it is asked: at least once in each sweep."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> float:
        self._count += 1
        return 0.5

    async def more(self, times: int) -> None:
        """Wait until it has been asked so many times more."""
        enough = self._count + times

        await eventually_async(
            lambda: self._count, f"{times} sweeps more", until=lambda count: count >= enough
        )


@asynccontextmanager
async def sweeping(
    world: World, schedule: SweepSchedule = PROMPT, deps: CourierDependencies | None = None
) -> AsyncIterator["asyncio.Task[None]"]:
    """Sweep until the end of the block, as the hub's own process or as one with other `deps`."""
    sweeper = make_sweeper(deps or world.deps, world.dialer, schedule)
    task = asyncio.create_task(sweeper.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def left_uncertain(world: World, behave: Behaviour = LOST) -> Envelope:
    """Return a message whose sender was told nothing certain, by this behaviour of the receiver."""
    message = world.message()
    world.las.behave = behave
    with suppress(grpc.aio.AioRpcError):
        await world.send(message)
    return message


async def left_by_a_crash(world: World, behave: Behaviour) -> Envelope:
    """Return a message whose hub was gone, all at once, when the receiver had been called."""
    message = world.message()
    world.las.behave = behave
    sending = asyncio.create_task(world.send(message))
    await world.las.calls.wait()
    if behave is silent:
        await world.las.arrived.wait()
    for delivery in list(world.courier._under_way):
        delivery.cancel()  # nothing of it is recorded, just as after kill -9
    sending.cancel()
    await asyncio.wait([sending])
    return message


async def becomes(world: World, message: Envelope, state: str) -> None:
    """Wait until a message is in this state."""

    await eventually_async(
        lambda: world.state(message),
        f"the message is {state}",
        until=lambda now: now is not None and now[0] == state,
    )


async def asked(world: World, times: int) -> None:
    """Wait until the receiver has been asked so many times in all."""

    await eventually_async(
        lambda: len(world.las.asked),
        f"the receiver has been asked {times} times",
        until=lambda count: count >= times,
    )
