"""What a worker and its parent tell each other, over a socket pair.

The worker says, four times a second, whether it serves. The parent says
nothing, but its end of the pair closes when it is gone.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

SERVES: Final = b"+"
SERVES_NOT: Final = b"-"


class Link:
    """The worker's end; `descriptor` is the number that it was started with."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(False)

    def tell(self, serves: bool) -> None:
        """Say whether this worker serves; a parent that is gone or stopped misses it."""
        with suppress(OSError):
            self._socket.send(SERVES if serves else SERVES_NOT)

    def when_alone(self, ended: Callable[[], None]) -> None:
        """Call `ended` once, in the running loop, when the parent is gone."""
        loop = asyncio.get_running_loop()

        def gone() -> None:
            loop.remove_reader(self._socket)
            ended()

        loop.add_reader(self._socket, gone)
