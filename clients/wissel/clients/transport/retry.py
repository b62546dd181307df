"""Retries: how often and how long a call is repeated that may succeed later."""

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
    """How long to retry: for `total` seconds, with growing waits in between.

    The first wait is `first` seconds, each next one twice as long, up to `most`.
    Half of each wait is random, so that clients that failed together do not
    retry together. `now` (seconds), `sleep` and `chance` (0 to 1) can be replaced
    in tests.
    """

    total: float = 60.0
    first: float = 0.25
    most: float = 10.0
    now: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def wait(self, attempt: int, offered: float | None = None) -> float:
        """Return the seconds to wait after failed attempt number `attempt`, counted from 0.

        It is at least `offered`, the seconds that the server asked for (RetryInfo).
        """
        longest = min(self.most, self.first * 2.0 ** min(attempt, 30))
        return max(offered or 0.0, longest * (0.5 + self.chance() / 2))

    async def insist(self, attempt_once: Callable[[], Awaitable[Result]]) -> Result:
        """Call `attempt_once` until it succeeds, and return its result.

        Raises the `WisselError` of the last attempt if a retry cannot help (see
        `may_pass`) or there is no time for one. Use it only for calls that may be
        repeated.
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
"""One attempt, without retries."""


def may_pass(error: WisselError) -> bool:
    """Whether the same call may succeed later although nothing is changed."""
    if isinstance(error, Refused):
        return error.code in _MAY_PASS
    return isinstance(error, Unreachable)
