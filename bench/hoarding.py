"""What a stranger can make the hub hold: connections, and all that can be unfinished on them.

It has a certificate whose OIN nobody registered, opens as many connections as it
can get, opens others in the place of those that are shut down, and takes every
window that the hub gives it. It ends by itself after some seconds.
"""

import asyncio
import ssl
import struct
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final

from bench import http2
from bench.method import resident

ATTEMPTS: Final = 512
"""Connections that are tried at once: all that a process takes."""
_STREAMS: Final = 100
_SECONDS: Final = 6.0
_PAUSE: Final = 0.05
_AT_ONCE: Final = 16
_WHO: Final = "/wissel.party.v1.PartyService/WhoAmI"
_RESOLVE: Final = "/wissel.traffic.v1.RouteService/ResolveRoute"
_WATCH: Final = "/grpc.health.v1.Health/Watch"
_SIZE: Final = 2 * 1024 * 1024
_ENDLESS: Final = http2.message(bytes(_SIZE - 1), _SIZE)
_EMPTY: Final = http2.message(b"")
_NO_WINDOW: Final = {4: 0}

Hoarder = Callable[[http2.Connection], Coroutine[Any, Any, None]]
"""What is done on each connection, until it is cancelled or hung up on."""


async def idle(_: http2.Connection) -> None:
    """Do nothing."""


async def messages(connection: http2.Connection) -> None:
    """Begin messages that a stranger may send, and never end one."""
    await _kept_up(connection, lambda: connection.call(_WHO, _ENDLESS))


async def refused(connection: http2.Connection) -> None:
    """Begin messages that are refused, again and again."""
    await _kept_up(connection, lambda: connection.call(_RESOLVE, _ENDLESS))


async def watches(connection: http2.Connection) -> None:
    """Watch the health of the hub, as often as it lets."""
    await _kept_up(connection, lambda: connection.call(_WATCH, _EMPTY, end=True))


async def untaken(connection: http2.Connection) -> None:
    """Call, and take no answer."""
    await _kept_up(connection, lambda: connection.call(_WHO, _EMPTY, end=True))


async def headers(connection: http2.Connection) -> None:
    """Begin the headers of a call, and go on with them for ever."""
    block = http2.header_block(_WHO, "localhost")
    connection.write(http2.frame(http2.HEADERS, 0, 1, block))
    more = b"".join(
        b"\x40" + bytes([8]) + b"x-%06d" % number + bytes([100]) + bytes(b"y" * 100)
        for number in range(100)
    )
    while not connection.closed.is_set():
        connection.write(http2.frame(http2.CONTINUATION, 0, 1, more))
        await asyncio.sleep(_PAUSE)


async def unread(connection: http2.Connection) -> None:
    """Ask for answers and read none of them, not even from the line."""
    connection.pause()
    stream = 1
    while not connection.closed.is_set() and connection.unsent < _SIZE:
        for _ in range(_STREAMS):
            block = http2.header_block(_RESOLVE, "localhost")
            connection.write(http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block))
            connection.write(http2.frame(http2.RST, 0, stream, struct.pack(">I", 8)))
            connection.write(http2.frame(http2.PING, 0, 0, bytes(8)))
            connection.write(http2.frame(http2.SETTINGS, 0, 0, b""))
            stream += 2
        await asyncio.sleep(_PAUSE)


KINDS: Final[Mapping[str, Hoarder]] = {
    each.__name__: each for each in (messages, refused, watches, untaken, headers, unread)
}


async def hoard(
    address: str, pid: int, context: ssl.SSLContext, hoarder: Hoarder, seconds: float = _SECONDS
) -> int:
    """Hoard for some seconds; return how many bytes the hub grew by at most."""
    start = most = resident(pid)
    gate, held = asyncio.Semaphore(_AT_ONCE), set[http2.Connection]()

    async def one() -> None:
        while True:
            connection = None
            with suppress(OSError):
                async with gate:
                    connection = await http2.Connection.open(
                        address, context, _NO_WINDOW if hoarder is untaken else None
                    )
                held.add(connection)
                await hoarder(connection)
                await connection.closed.wait()
            if connection is not None:
                held.discard(connection)
                connection.abort()
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(one()) for _ in range(ATTEMPTS)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(_PAUSE)
        most = max(most, resident(pid))
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for connection in held:
        connection.abort()
    return most - start


async def _kept_up(connection: http2.Connection, call: Callable[[], int]) -> None:
    """Keep as many calls under way as a connection takes."""
    under_way: set[int] = set()
    while not connection.closed.is_set():
        under_way -= connection.ended
        while len(under_way) < _STREAMS:
            under_way.add(call())
        await asyncio.sleep(_PAUSE)
