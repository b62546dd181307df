"""The one thread in which the inbox is used, for callers on the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class InboxThread:
    """Runs calls of the inbox one after the other, because it is one SQLite connection."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "wissel-inbox")

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Return the result of `work(*arguments)`, or raise what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, work, *arguments)

    def close(self) -> None:
        """Wait for the calls that are left, and end the thread."""
        self._executor.shutdown()
