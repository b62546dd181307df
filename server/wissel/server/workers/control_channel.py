"""The channel from a worker to its parent: one end of a socket pair.

The worker sends, four times a second, whether it serves. The parent sends
nothing; its end closes when its process ends.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

SERVES: Final = b"+"
SERVES_NOT: Final = b"-"


class ControlChannel:
    """The worker's end; `descriptor` is the file descriptor that it was started with."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(False)

    def tell(self, serves: bool) -> None:
        """Send whether this worker serves; lost if the parent is gone or does not read."""
        with suppress(OSError):
            self._socket.send(SERVES if serves else SERVES_NOT)

    def when_gone(self, ended: Callable[[], None]) -> None:
        """Call `ended` once, in the running loop, when the parent process has ended."""
        loop = asyncio.get_running_loop()

        def gone() -> None:
            loop.remove_reader(self._socket)
            ended()

        loop.add_reader(self._socket, gone)
