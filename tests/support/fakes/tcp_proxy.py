"""The line between a hub and its database, or a receiver, which a test may cut, hold or slow down.

    with proxied(folder) as proxy:        # the folder of PostgreSQL's socket
        place = place_on(proxy.url("wissel"), tmp_path)
        proxy.hold()                     # packets vanish; nobody is told

It is a port of this machine whose bytes are passed on by a thread.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_SOCKET = ".s.PGSQL.5432"
_CHUNK = 64 * 1024
_NOTIFICATION = b"A"  # how a NotificationResponse begins, alone among what either side sends


class TcpProxy:
    """Passes bytes between its port and a Unix socket, or another port, or does not."""

    def __init__(self, *targets: Path | tuple[str, int]) -> None:
        """With several targets connections are passed on to each in turn."""
        self.port = 0
        self.connections = 0
        self._targets = cycle(targets)
        self._lost = 0
        self._seconds = 0.0
        self._deaf = False
        self._flowing = asyncio.Event()
        self._lines: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.restore()

    def url(self, database: str, **more: str) -> str:
        """Return the URL of a database behind this proxy."""
        options = "".join(f"&{name}={value}" for name, value in more.items())
        return f"postgresql://wissel@/{database}?host=127.0.0.1&port={self.port}{options}"

    def cut(self) -> None:
        """Break what is connected, and refuse whoever tries."""
        self._run(self._cut)

    def hold(self) -> None:
        """Pass nothing on any more; whoever connects is kept waiting too."""
        self._run(self._hold)

    def lose(self) -> None:
        """Let everything vanish that goes over the present connections; new ones are passed on."""
        self._lost = self.connections

    def slow(self, seconds: float) -> None:
        """Let each packet take so much longer, in each direction."""
        self._seconds = seconds

    def deafen(self) -> None:
        """Keep back every notification from now on, on whichever connection."""
        self._deaf = True

    def restore(self) -> None:
        """Pass everything on again, what was held first."""
        self._run(self._restore)

    def close(self) -> None:
        """Break everything, for good."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, step: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(step(), self._loop).result()

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await asyncio.sleep(0)  # what was accepted last begins, and can then be broken too
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _hold(self) -> None:
        self._flowing.clear()

    async def _restore(self) -> None:
        self._flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        try:
            await self._connect(reader, writer)
        except asyncio.CancelledError:
            pass  # cut; the task is nobody's to cancel otherwise
        finally:
            writer.transport.abort()
            self._lines.discard(line)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        self.connections += 1
        number = self.connections
        with suppress(OSError):
            far_reader, far_writer = await self._dial()
            both = [
                asyncio.ensure_future(self._pass(reader, far_writer, number)),
                asyncio.ensure_future(self._pass(far_reader, writer, number)),
            ]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                far_writer.transport.abort()
                for one in both:
                    one.cancel()
                await asyncio.gather(*both, return_exceptions=True)

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        target = next(self._targets)
        if isinstance(target, Path):
            return await asyncio.open_unix_connection(target)
        return await asyncio.open_connection(*target)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        while data := await reader.read(_CHUNK):
            if self._seconds:
                await asyncio.sleep(self._seconds)
            if number <= self._lost:
                continue
            if self._deaf and data.startswith(_NOTIFICATION):
                continue
            await self._flowing.wait()
            writer.write(data)
            await writer.drain()


@contextmanager
def proxied(folder: Path) -> Iterator[TcpProxy]:
    """Open a proxy to the PostgreSQL whose socket is in `folder`; it ends with the block."""
    proxy = TcpProxy(folder / _SOCKET)
    try:
        yield proxy
    finally:
        proxy.close()
