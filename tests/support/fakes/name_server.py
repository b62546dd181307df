"""A name server on loopback, as good or bad as a test wants (RFC 1035).

    async with name_server(addresses("127.0.0.1")) as server:
        deps = CourierDependencies(..., name_servers=(server.address,))

It answers over UDP and, as one that has much to say is asked again, over TCP.
"""

import asyncio
import ipaddress
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, cast

A: Final = 1
AAAA: Final = 28
_CLASS_IN: Final = 1
_HEADER: Final = 12
_MOST_BY_UDP: Final = 512
_NO_SUCH_NAME: Final = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: a name, the type of record, and the bytes of the request."""

    name: str
    kind: int
    request: bytes

    def answer(self, *found: str, ttl: int = 60, code: int = 0) -> bytes:
        """Return an answer with those of the addresses that are of the kind that was asked for."""
        kinds = {4: A, 6: AAAA}
        records = [
            b"\xc0\x0c"
            + struct.pack(">HHIH", self.kind, _CLASS_IN, ttl, len(each.packed))
            + each.packed
            for each in map(ipaddress.ip_address, found)
            if kinds[each.version] == self.kind
        ]
        end = self.request.index(b"\0", _HEADER) + 5
        counts = struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return self.request[:2] + counts + self.request[_HEADER:end] + b"".join(records)


Answering = Callable[[Question], bytes | None]
"""What a question is answered with; None leaves it without an answer."""


def addresses(*found: str, ttl: int = 60) -> Answering:
    """Return: every name has these addresses."""
    return lambda question: question.answer(*found, ttl=ttl)


def silence(_question: Question) -> None:
    """Never answer."""


def unknown(question: Question) -> bytes:
    """There is no such name."""
    return question.answer(code=_NO_SUCH_NAME)


def garbage(question: Question) -> bytes:
    """Answer with what is none."""
    return question.request[:2] + b"\xff" * 40


@dataclass
class NameServer:
    """A name server at `address`; `answering` may be replaced, `asked` holds what it was asked."""

    answering: Answering
    address: str = ""
    asked: list[Question] = field(default_factory=list)

    def respond(self, request: bytes) -> bytes | None:
        """Return the answer to a request."""
        end = request.index(b"\0", _HEADER)
        labels, at = [], _HEADER
        while at < end:
            size = request[at]
            labels.append(request[at + 1 : at + 1 + size].decode())
            at += size + 1
        (kind,) = struct.unpack(">H", request[end + 1 : end + 3])
        question = Question(".".join(labels), kind, request)
        self.asked.append(question)
        return self.answering(question)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        response = self._server.respond(data)
        if response is not None and len(response) > _MOST_BY_UDP:
            end = data.index(b"\0", _HEADER) + 5
            counts = struct.pack(">HHHHH", 0x8380, 1, 0, 0, 0)  # truncated: ask by TCP
            response = data[:2] + counts + data[_HEADER:end]
        if response is not None:
            self._transport.sendto(response, addr)


@asynccontextmanager
async def name_server(answering: Answering) -> AsyncIterator[NameServer]:
    """Serve names until the end of the block."""
    server = NameServer(answering)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (size,) = struct.unpack(">H", await reader.readexactly(2))
                response = server.respond(await reader.readexactly(size))
                if response is not None:
                    writer.write(struct.pack(">H", len(response)) + response)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    by_tcp = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = by_tcp.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Udp(server), local_addr=("127.0.0.1", port)
    )
    server.address = f"127.0.0.1:{port}"
    try:
        yield server
    finally:
        transport.close()
        by_tcp.close()
