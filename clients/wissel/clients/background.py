"""One event loop in a thread, for synchronous callers.

gRPC's asyncio API supports one loop in a process, so all synchronous facades
share this one.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

Result = TypeVar("Result")
_JOIN_SECONDS: Final = 5.0


class _Background:
    """The loop and its thread, started on first use."""

    def __init__(self) -> None:
        self._begin()
        if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
            os.register_at_fork(after_in_child=self._in_child)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return the result of `work`; an exception in the caller, such as Ctrl-C, cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._started())
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _begin(self) -> None:
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def _in_child(self) -> None:
        """Forget the loop of the parent, whose thread is not here."""
        atexit.unregister(_stop)
        self._begin()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                thread = threading.Thread(target=loop.run_forever, name="wissel", daemon=True)
                thread.start()
                atexit.register(_stop, loop, thread)
                self._loop = loop
            return self._loop


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    thread.join(_JOIN_SECONDS)


_BACKGROUND: Final = _Background()


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine on the shared loop; return its result, or raise what it raises."""
    return _BACKGROUND.run(work)
