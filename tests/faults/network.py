"""The wires between the parts, which can be held and cut at a chosen point.

A `Leg` listens on a port and passes what it gets to a target, TLS record by TLS
record (or as it comes), both ways. Given a `Point` it stops there: nothing
passes any more, in either direction, until it is told to `release` or `cut`.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

Result = TypeVar("Result")

_RECORD_HEAD: Final = 5  # type, version, length: the head of a TLS record
_PIECE: Final = 64 * 1024
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER that closes with a reset


class Way(StrEnum):
    """What is about to happen on a leg."""

    OPEN = "open"
    UP = "up"  # from who dialled to who listens
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is about to pass; `up` and `down` are the bytes that its connection has passed."""

    way: Way
    connection: int
    up: int = 0
    down: int = 0
    data: bytes = b""

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.data)


Point = Callable[[Seen], bool]
Address = tuple[str, int] | str
"""Host and port, or the path of a socket."""


@dataclass(slots=True, eq=False)
class _Connection:
    """One connection through a leg: its number, its two ends, what it has passed."""

    number: int
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    up: int = 0
    down: int = 0

    def abort(self) -> None:
        for writer in self.writers:
            raw = writer.get_extra_info("socket")
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()


class Leg:
    """One wire; its methods may be called from any thread but the network's own."""

    def __init__(self, network: "Network", target: Address, *, tls: bool = True) -> None:
        self._network = network
        self._target = target
        self._read = _record if tls else _piece
        self._connections: set[_Connection] = set()
        self._count = 0
        self._point: Point | None = None
        self._gate = asyncio.Event()
        self._gate.set()
        self.reached = threading.Event()
        self.port = 0

    def hold_at(self, point: Point) -> None:
        """Stop at the first record for which `point` is true, before it passes."""
        self._network.run(self._armed(point))

    def release(self) -> None:
        """Let everything pass from now on, first of all what was held."""
        self._network.run(self._opened(cut=False))

    def cut(self) -> None:
        """Reset all connections; new ones pass."""
        self._network.run(self._opened(cut=True))

    def lead_to(self, target: Address) -> None:
        """Reset all connections; new ones go to another target."""
        self._target = target
        self.cut()

    async def serve(self) -> None:
        """Begin to listen; on the network's loop."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=2**20)
        self.port = server.sockets[0].getsockname()[1]
        self._network.closing.append(server)

    async def _armed(self, point: Point) -> None:
        self.reached.clear()
        self._point = point

    async def _opened(self, *, cut: bool) -> None:
        self._point = None
        if cut:
            for connection in list(self._connections):
                connection.abort()
        self._gate.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        connection = _Connection(self._count, [writer])
        self._connections.add(connection)
        try:
            with suppress(asyncio.CancelledError):  # asyncio would log it as an error
                await self._join(connection, reader, writer)
        finally:
            connection.abort()
            self._connections.discard(connection)

    async def _join(
        self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass bytes both ways until both ends have finished, or one has gone."""
        with suppress(OSError):
            await self._pass(Seen(way=Way.OPEN, connection=connection.number))
            far_reader, far_writer = await self._dial()
            connection.writers.append(far_writer)
            try:
                async with asyncio.TaskGroup() as pumps:
                    pumps.create_task(self._pump(connection, Way.UP, reader, far_writer))
                    pumps.create_task(self._pump(connection, Way.DOWN, far_reader, writer))
            except* OSError:
                pass

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, str):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection(*self._target)

    async def _pump(
        self,
        connection: _Connection,
        way: Way,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        while data := await self._read(reader):
            await self._pass(
                Seen(
                    way=way,
                    connection=connection.number,
                    up=connection.up,
                    down=connection.down,
                    data=data,
                )
            )
            if way is Way.UP:
                connection.up += len(data)
            else:
                connection.down += len(data)
            writer.write(data)
            await writer.drain()
        await self._gate.wait()
        writer.write_eof()

    async def _pass(self, seen: Seen) -> None:
        if self._point is not None and self._point(seen):
            self._point = None
            self._gate.clear()
            self.reached.set()
        await self._gate.wait()


class Network:
    """A loop in a thread of its own, with all legs on it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network")
        self.closing: list[asyncio.Server] = []

    def leg(self, target: Address, *, tls: bool = True) -> Leg:
        """Return a new leg that listens."""
        leg = Leg(self, target, tls=tls)
        self.run(leg.serve())
        return leg

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something on the loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _closed(self) -> None:
        for server in self.closing:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _record(reader: asyncio.StreamReader) -> bytes:
    """Return the next TLS record, or empty bytes at the end; half a record is dropped."""
    try:
        head = await reader.readexactly(_RECORD_HEAD)
        return head + await reader.readexactly(int.from_bytes(head[3:5]))
    except asyncio.IncompleteReadError:
        return b""


async def _piece(reader: asyncio.StreamReader) -> bytes:
    return await reader.read(_PIECE)
