"""An overload: calls at a fixed rate, however slow the answers are.

`python -m bench.flood ADDRESS FOLDER NAME RATE SECONDS` asks for that many
routes a second and prints one line of JSON. Callers that wait for their answers
slow down with the server and so hide its queue, and a gRPC client takes more
processor time than the server it loads. So this client writes ready-made HTTP/2
frames, and of an answer it only looks whether it has a message: a refusal
consists of trailers alone.
"""

import asyncio
import json
import statistics
import struct
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, cast

import uvloop

from bench.http2 import (
    ACK,
    DATA,
    END_HEADERS,
    END_STREAM,
    FRAME_HEADER,
    HEADERS,
    PING,
    PREFACE,
    RST,
    SETTINGS,
    WINDOW,
    frame,
    header_block,
    message,
    tls,
)
from bench.world import brins
from wissel.traffic.v1 import route_service_pb2

_CONNECTIONS: Final = 64
_STREAMS: Final = 100
_TICK: Final = 0.002
_LAST_TICKS: Final = 30_000
_ALL_WINDOW: Final = 2**31 - 1 - 65_535


@dataclass(kw_only=True)
class Outcomes:
    """The outcomes of the calls; seconds from when each was due to the end of its answer."""

    served: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    unsent: int = 0
    unanswered: int = 0


@dataclass(frozen=True, kw_only=True)
class Flood:
    """The outcome of a flood: counts, and percentiles in milliseconds."""

    offered: int
    served: int
    refused: int
    unsent: int
    unanswered: int
    seconds: float
    served_p50: float
    served_p99: float
    refused_p50: float
    refused_p99: float


class Connection(asyncio.Protocol):
    """One HTTP/2 connection that sends one and the same request again and again."""

    def __init__(self, outcomes: Outcomes, request: tuple[bytes, bytes]) -> None:
        self._outcomes = outcomes
        self._headers, self._body = request
        self._next = 1
        self._due: dict[int, float] = {}
        self._carried: set[int] = set()
        self._read = bytearray()
        self._written = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the preface, and a flow control window that is large enough for all answers."""
        self._transport = cast(asyncio.Transport, transport)
        window = frame(WINDOW, 0, 0, struct.pack(">I", _ALL_WINDOW))
        self._transport.write(PREFACE + frame(SETTINGS, 0, 0, b"") + window)

    @property
    def open(self) -> int:
        """How many calls have no answer yet."""
        return len(self._due)

    def call(self, due: float) -> None:
        """Add a call to what `flush` sends."""
        stream, self._next = self._next, self._next + 2
        self._due[stream] = due
        self._written += frame(HEADERS, END_HEADERS, stream, self._headers)
        self._written += frame(DATA, END_STREAM, stream, self._body)

    def flush(self) -> None:
        """Send what was added."""
        if self._written:
            self._transport.write(bytes(self._written))
            self._written.clear()

    def data_received(self, data: bytes) -> None:
        """Read the frames that are complete."""
        self._read += data
        at, now = 0, asyncio.get_running_loop().time()
        while len(self._read) - at >= FRAME_HEADER:
            size = int.from_bytes(self._read[at : at + 3], "big")
            end = at + FRAME_HEADER + size
            if len(self._read) < end:
                break
            kind, flags = self._read[at + 3], self._read[at + 4]
            stream = int.from_bytes(self._read[at + 5 : at + 9], "big")
            self._received(kind, flags, stream, self._read[at + FRAME_HEADER : end], now)
            at = end
        del self._read[:at]

    def _received(
        self, kind: int, flags: int, stream: int, body: bytes | bytearray, now: float
    ) -> None:
        if kind == SETTINGS and not flags & ACK:
            self._transport.write(frame(SETTINGS, ACK, 0, b""))
        elif kind == PING and not flags & ACK:
            self._transport.write(frame(PING, ACK, 0, bytes(body)))
        elif kind == DATA:
            self._carried.add(stream)
        ended = (kind == HEADERS and flags & END_STREAM) or kind == RST
        if ended and stream in self._due:
            took = now - self._due.pop(stream)
            outcomes = self._outcomes
            (outcomes.served if stream in self._carried else outcomes.refused).append(took)
            self._carried.discard(stream)

    def close(self) -> None:
        """Close the connection; calls without an answer are counted as unanswered."""
        self._outcomes.unanswered += len(self._due)
        self._transport.close()


async def flood(address: str, folder: Path, name: str, rate: float, seconds: float) -> Flood:
    """Call `rate` times a second for `seconds`, then wait up to a minute for the last answers."""
    loop, outcomes = asyncio.get_running_loop(), Outcomes()
    connections = deque(await _connect(address, folder, name, outcomes))
    start, sent = loop.time(), 0
    while (passed := loop.time() - start) < seconds:
        while sent < rate * passed:
            connection = connections[0]
            connections.rotate(1)
            if connection.open < _STREAMS:
                connection.call(start + sent / rate)
            else:
                outcomes.unsent += 1
            sent += 1
        for connection in connections:
            connection.flush()
        await asyncio.sleep(_TICK)
    for _ in range(_LAST_TICKS):
        if not any(connection.open for connection in connections):
            break
        await asyncio.sleep(_TICK)
    for connection in connections:
        connection.close()
    return Flood(
        offered=sent,
        served=len(outcomes.served),
        refused=len(outcomes.refused),
        unsent=outcomes.unsent,
        unanswered=outcomes.unanswered,
        seconds=seconds,
        **_percentiles("served", outcomes.served),
        **_percentiles("refused", outcomes.refused),
    )


async def _connect(
    address: str, folder: Path, name: str, outcomes: Outcomes
) -> Sequence[Connection]:
    host, _, port = address.rpartition(":")
    context = tls(folder / "root.pem", folder / f"{name}.pem", folder / f"{name}.key")
    loop = asyncio.get_running_loop()
    request = _request(address)
    return [
        (
            await loop.create_connection(
                lambda: Connection(outcomes, request), host, int(port), ssl=context
            )
        )[1]
        for _ in range(_CONNECTIONS)
    ]


def _request(address: str) -> tuple[bytes, bytes]:
    """Return the header block of ResolveRoute and its message."""
    known = brins()
    query = route_service_pb2.ResolveRouteRequest(
        sender_brin=next(known), receiver_brin=next(known), service="OSO_OV"
    ).SerializeToString()
    block = header_block("/wissel.traffic.v1.RouteService/ResolveRoute", address)
    return block, message(query)


def _percentiles(name: str, seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [0.0] * 99
    return {f"{name}_p50": round(cuts[49] * 1e3, 2), f"{name}_p99": round(cuts[98] * 1e3, 2)}


if __name__ == "__main__":
    outcome = uvloop.run(
        flood(sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]), float(sys.argv[5]))
    )
    print(json.dumps(asdict(outcome)))
