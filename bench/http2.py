"""HTTP/2 frames by hand, and a client that takes all that a server lets it have.

What a library for HTTP/2 or gRPC would never send: messages and headers that
never end, every window filled, answers that are not taken.
"""

import asyncio
import ssl
import struct
from pathlib import Path
from typing import Final, Self

DATA, HEADERS, RST, SETTINGS, PING, GOAWAY, WINDOW = 0, 1, 3, 4, 6, 7, 8
CONTINUATION: Final = 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
FRAME_HEADER: Final = 9
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_WINDOW_SIZE, _FRAME_SIZE = 4, 5
_DEFAULT_WINDOW: Final = 65_535
_DEFAULT_FRAME: Final = 16_384


def frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    """Return a frame."""
    return len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body


def header_block(method: str, authority: str) -> bytes:
    """Return the header block of a gRPC call, nothing in it indexed."""
    block = b"\x83\x87"  # :method POST, :scheme https
    block += b"\x04" + _text(method)
    block += b"\x01" + _text(authority)
    block += b"\x0f\x10" + _text("application/grpc")
    return block + b"\x00" + _text("te") + _text("trailers")


def message(data: bytes, size: int | None = None) -> bytes:
    """Return a message of gRPC, or the part that `data` is of one of `size` bytes."""
    return b"\x00" + struct.pack(">I", len(data) if size is None else size) + data


def tls(roots: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Return the TLS of a client of gRPC."""
    context = ssl.create_default_context(cafile=str(roots))
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2"])
    return context


class Connection:
    """One connection of a client that keeps to HTTP/2 and to nothing else.

    `settings` are its own, by number. `ended` are the streams that the server
    has ended, `sent` the bytes of messages that went out; `closed` is set once
    the server has hung up.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next = 1
        self._frame = _DEFAULT_FRAME
        self._initial = self._all = _DEFAULT_WINDOW
        self._windows: dict[int, int] = {}
        self._unsent: dict[int, bytes] = {}
        self.ended: set[int] = set()
        self.sent = 0
        self.ready = asyncio.Event()
        self.closed = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, address: str, context: ssl.SSLContext, settings: dict[int, int] | None = None
    ) -> Self:
        """Connect, and return when the server has told its settings, or has hung up."""
        host, _, port = address.rpartition(":")
        made = cls(*await asyncio.open_connection(host, int(port), ssl=context))
        told = b"".join(struct.pack(">HI", *each) for each in (settings or {}).items())
        made.write(PREFACE + frame(SETTINGS, 0, 0, told))
        hung_up = asyncio.create_task(made.closed.wait())
        ready = asyncio.create_task(made.ready.wait())
        await asyncio.wait((hung_up, ready), return_when=asyncio.FIRST_COMPLETED)
        for each in (hung_up, ready):
            each.cancel()
        return made

    def write(self, data: bytes) -> None:
        """Send bytes as they are; nothing once the connection is closed."""
        if not self._writer.is_closing():
            self._writer.write(data)

    def call(self, method: str, body: bytes = b"", *, end: bool = False) -> int:
        """Begin a call, with as much of `body` as the windows let out; return its stream.

        With `end` the whole body must fit.
        """
        stream, self._next = self._next, self._next + 2
        self._windows[stream] = self._initial
        block = header_block(method, "localhost")
        self.write(frame(HEADERS, END_HEADERS, stream, block))
        if end:
            self.write(frame(DATA, END_STREAM, stream, body))
        else:
            self._unsent[stream] = body
            self._push(stream)
        return stream

    def reset(self, stream: int) -> None:
        """Break a call off."""
        self._unsent.pop(stream, None)
        self.write(frame(RST, 0, stream, struct.pack(">I", 8)))

    def pause(self) -> None:
        """Read nothing any more."""
        self._reading.cancel()

    @property
    def unsent(self) -> int:
        """Bytes that the network has not taken."""
        return self._writer.transport.get_write_buffer_size()

    def abort(self) -> None:
        """Close the connection without a word."""
        self._reading.cancel()
        self._writer.transport.abort()

    def _push(self, stream: int) -> None:
        left = self._unsent.get(stream, b"")
        while left and (size := min(self._all, self._windows[stream], self._frame, len(left))) > 0:
            self.write(frame(DATA, 0, stream, left[:size]))
            self._all -= size
            self._windows[stream] -= size
            self.sent += size
            left = left[size:]
        if stream in self._unsent:
            self._unsent[stream] = left

    async def _read(self) -> None:
        try:
            while True:
                head = await self._reader.readexactly(FRAME_HEADER)
                body = await self._reader.readexactly(int.from_bytes(head[:3], "big"))
                self._received(head[3], head[4], int.from_bytes(head[5:], "big"), body)
        except (OSError, asyncio.IncompleteReadError):
            self.closed.set()

    def _received(self, kind: int, flags: int, stream: int, body: bytes) -> None:
        if kind == SETTINGS and not flags & ACK:
            self._set(body)
        elif kind == WINDOW:
            self._widened(stream, int.from_bytes(body, "big"))
        elif kind == PING and not flags & ACK:
            self.write(frame(PING, ACK, 0, body))
        elif kind == RST or (kind in (DATA, HEADERS) and flags & END_STREAM):
            self.ended.add(stream)
            self._unsent.pop(stream, None)

    def _set(self, body: bytes) -> None:
        for at in range(0, len(body), 6):
            name, value = struct.unpack(">HI", body[at : at + 6])
            if name == _WINDOW_SIZE:
                for stream in self._windows:
                    self._windows[stream] += value - self._initial
                self._initial = value
            elif name == _FRAME_SIZE:
                self._frame = value
        self.write(frame(SETTINGS, ACK, 0, b""))
        self.ready.set()

    def _widened(self, stream: int, size: int) -> None:
        if stream:
            self._windows[stream] = self._windows.get(stream, self._initial) + size
        else:
            self._all += size
        for each in [stream] if stream else list(self._unsent):
            self._push(each)


def _text(text: str) -> bytes:
    data = text.encode()
    return bytes([len(data)]) + data
