"""Receiving the message of a call that was let in, within bounds (ADR 20)."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import grpc

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.call import Call

MAX_RECEIVE_BYTES: Final = 2 * 1024 * 1024
"""What any message has at most: gRPC refuses what is larger by itself."""
_LOOK_SECONDS: Final = 0.5
_AFTERMATH: Final = 0.25
"""Seconds in which the end of a stream may turn out to have been a cancellation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBounds:
    """How long a message may take to come, and how many of one OIN may be coming at once.

    More than that wait for each other, within the same time. A stranger is an
    OIN that nobody registered.
    """

    seconds: float = 10
    of_party: int = 32
    of_stranger: int = 2


class _Places:
    """The places of one OIN; who finds none free waits for one, first come first served."""

    __slots__ = ("free", "users", "waiting")

    def __init__(self, most: int) -> None:
        self.free = most
        self.users = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait for a place, which is the caller's from then on."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was given a place, which it will not use
                self.give_back()
            raise

    def give_back(self) -> None:
        """Give a place to the first that still waits."""
        while self.waiting:
            first = self.waiting.popleft()
            if not first.done():
                first.set_result(None)
                return
        self.free += 1


class Receiving:
    """Receives the messages of one process.

    Until it asks for the message of a call gRPC takes no more of it than the
    window of its stream, from then on all that the message is said to have.
    """

    def __init__(self, bounds: MessageBounds) -> None:
        self._bounds = bounds
        self._places: dict[Oin, _Places] = {}
        self._coming: dict[Call, tuple[float, asyncio.Task[Any] | None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def one(self, call: Call) -> Any:
        """Return the one message of a call.

        Raises `Refused`: REQUEST_MISSING if there is none. If it is not whole in
        time, the task of the call is cancelled, and `call.ended` says why.
        """
        message = await self.next(call)
        if message is grpc.aio.EOF:
            await asyncio.sleep(_AFTERMATH)
            raise Refused(Reason.REQUEST_MISSING)
        return message

    async def each(self, call: Call) -> AsyncIterator[Any]:
        """Yield the messages of a call, each received as `one` does, until it half-closes."""
        while (message := await self.next(call)) is not grpc.aio.EOF:
            yield message

    async def next(self, call: Call) -> Any:
        """Return the next message of a call, `grpc.aio.EOF` after the last one."""
        who = call.admitted
        places = self._places.get(who.oin)
        if places is None:
            most = self._bounds.of_stranger if who.role is None else self._bounds.of_party
            places = self._places[who.oin] = _Places(most)
        places.users += 1
        self._coming[call] = (time.perf_counter(), asyncio.current_task())
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)
        try:
            if places.free:
                places.free -= 1
            else:
                await places.wait()
            try:
                return await call.context.read()
            finally:
                places.give_back()
        finally:
            del self._coming[call]
            places.users -= 1
            if not places.users:
                del self._places[who.oin]

    def _look(self) -> None:
        """End the calls whose message has not come in time."""
        self._timer = None
        seconds = self._bounds.seconds
        since = time.perf_counter() - seconds
        for call, (began, task) in self._coming.items():
            if began < since and task is not None and call.ended is None:
                call.ended = Refused(Reason.REQUEST_UNFINISHED, seconds=f"{seconds:g}")
                task.cancel()
        if self._coming:
            self._timer = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look)
