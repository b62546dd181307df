"""How long to go on when nobody answers, and how long to wait in between."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import grpc

from wissel.clients.errors import Refused, Unreachable, WisselError

Result = TypeVar("Result")

_MAY_PASS: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.ABORTED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Waits `first` seconds, then twice as long each time up to `most`, for `total` at most.

    Half of each wait is chance, so that clients which failed together do not
    come back together. `now`, `sleep` and `chance` (0 to 1) are there to be
    replaced in tests.
    """

    total: float = 60.0
    first: float = 0.25
    most: float = 10.0
    now: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def wait(self, attempt: int, offered: float | None = None) -> float:
        """Return the seconds to wait after failure number `attempt`, counted from 0.

        Never less than what the other side `offered` (RetryInfo).
        """
        longest = min(self.most, self.first * 2.0 ** min(attempt, 30))
        return max(offered or 0.0, longest * (0.5 + self.chance() / 2))

    async def insist(self, attempt_once: Callable[[], Awaitable[Result]]) -> Result:
        """Return the first success; raise the last failure when it is final or time is up.

        Only for what may be repeated: the hub answers a repeat with the first answer.
        """
        until = self.now() + self.total
        attempt = 0
        while True:
            try:
                return await attempt_once()
            except WisselError as error:
                pause = self.wait(attempt, getattr(error, "retry_after", None))
                if not may_pass(error) or self.now() + pause > until:
                    raise
            await self.sleep(pause)
            attempt += 1


IMPATIENT: Final = Patience(total=0.0)
"""Tries once."""


def may_pass(error: WisselError) -> bool:
    """Whether the same call may succeed later without anybody doing something."""
    if isinstance(error, Refused):
        return error.code in _MAY_PASS
    return isinstance(error, Unreachable)
