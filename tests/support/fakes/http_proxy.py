"""A proxy in front of a LAS that answers each call itself, with an HTTP status."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from support.builders.pki import Identity

_PREFACE: Final = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
_HEAD: Final = 9
_HEADERS: Final = 1
_SETTINGS: Final = 4
_END_STREAM_AND_HEADERS: Final = 0x05
_ACK: Final = 0x01
_STATUS_LITERAL: Final = b"\x08\x03"  # `:status`, and a value of three bytes (RFC 7541)


@asynccontextmanager
async def refusing_proxy(identity: Identity, status: int) -> AsyncIterator[int]:
    """Yield the port of such a proxy, which shows the certificate of `identity`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    context.set_alpn_protocols(["h2"])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            await _serve(reader, writer, str(status).encode())
        writer.transport.abort()

    async with await asyncio.start_server(answer, "127.0.0.1", ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: bytes) -> None:
    await reader.readexactly(_PREFACE)
    writer.write(_frame(_SETTINGS, 0, bytes(4), b""))
    while True:
        head = await reader.readexactly(_HEAD)
        await reader.readexactly(int.from_bytes(head[:3], "big"))
        kind, flags, stream = head[3], head[4], head[5:]
        if kind == _SETTINGS and not flags & _ACK:
            writer.write(_frame(_SETTINGS, _ACK, bytes(4), b""))
        if kind == _HEADERS:
            block = _STATUS_LITERAL + status
            writer.write(_frame(_HEADERS, _END_STREAM_AND_HEADERS, stream, block))


def _frame(kind: int, flags: int, stream: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream + body
