"""What a sender sends: the signed header, then the payload chunk by chunk, once."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import (
    MAX_CHUNK_BYTES,
    MAX_HEADER_BYTES,
    MIN_CHUNK_BYTES,
    EnvelopeHeader,
)
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits
from wissel.server.courier.streams.chunk_framing import (
    ForwardRequest,
    RawChunk,
    encoded_size,
    raw_chunk_of,
)

_AFTERMATH: Final = 0.25
"""Seconds in which the end of a stream may turn out to be a cancellation."""

Requests = AsyncIterator[ForwardRequest]


class RequestStream:
    """The stream of one call. It is hashed while it passes and never kept.

    Who reads may be interrupted, by `interrupt`, while waiting for the sender:
    the reading then raises what was given.
    """

    def __init__(self, requests: Requests, limits: Limits) -> None:
        self._requests = requests
        self._limits = limits
        self._sha256 = hashlib.sha256()
        self._size = 0
        self._short = False
        self._ended = False
        self._waiting: asyncio.Timeout | None = None
        self._interruption: Refused | None = None
        self._interrupted = asyncio.Event()

    async def header(self) -> dossier_pb2.Signed:
        """Return the first part.

        Raises `Refused` with HEADER_MISSING or HEADER_TOO_LARGE.
        """
        request = await self._next()
        if request is None or isinstance(request, RawChunk) or not request.HasField("header"):
            raise Refused(Reason.HEADER_MISSING)
        size = request.header.ByteSize()
        if size > MAX_HEADER_BYTES:
            raise Refused(Reason.HEADER_TOO_LARGE, size=str(size), limit=str(MAX_HEADER_BYTES))
        return request.header

    async def chunk(self, header: EnvelopeHeader) -> RawChunk | None:
        """Return the next piece of the payload, or None at the end of a stream that is complete.

        1. a chunk has 1 byte to 1 MiB, all but the last at least 64 KiB:
           CHUNK_INVALID
        2. all together are no more than the header says: SIZE_MISMATCH
        3. at the end they are that size and have that digest: SIZE_MISMATCH,
           DIGEST_MISMATCH
        """
        request = await self._next()
        # 3.
        if request is None:
            await self._require_complete(header)
            return None
        # 1.
        piece = request if isinstance(request, RawChunk) else raw_chunk_of(request.chunk.data)
        size = len(piece.data)
        if not 1 <= size <= MAX_CHUNK_BYTES or self._short:
            raise Refused(Reason.CHUNK_INVALID, size=str(size))
        self._short = size < MIN_CHUNK_BYTES
        # 2.
        self._size += size
        if self._size > header.payload_size:
            raise self._wrong_size(header)
        self._sha256.update(piece.data)
        return piece

    async def run_out(self, until: float) -> None:
        """Read on, and throw away, until the sender has half-closed: then answer it (ADR 13).

        It ends with whatever comes first: the half-close or any other end, no
        chunk for a moment, the time for it or `until` on the loop's clock, an
        interruption, or as many bytes as a message has at most, where a small
        chunk counts as one of the least size.
        """
        limits, loop = self._limits, asyncio.get_running_loop()
        until, left = min(until, loop.time() + limits.run_out), limits.max_payload
        with suppress(TimeoutError, Refused):
            while not self._ended and left > 0 and (seconds := until - loop.time()) > 0:
                request = await self._read(min(seconds, limits.quiet))
                if request is not None:
                    left -= max(encoded_size(request), MIN_CHUNK_BYTES)

    def require_sender(self) -> None:
        """Raise what interrupted the stream, if anything has."""
        if self._interruption is not None:
            raise self._interruption

    def interrupt(self, refusal: Refused, *, gently: bool = False) -> None:
        """Let the reading, now or when it is next tried, raise `refusal`.

        A reading that is interrupted ends the stream for good. `gently` gives a
        chunk that is on its way a moment to come, so that `run_out` can go on.
        """
        self._interruption = self._interruption or refusal
        self._interrupted.set()
        if self._waiting is not None:
            pause = self._limits.quiet if gently else 0.0
            self._waiting.reschedule(asyncio.get_running_loop().time() + pause)

    async def _next(self) -> ForwardRequest | None:
        self.require_sender()
        try:
            request = await self._read(self._limits.idle)
        except TimeoutError:
            raise self._interruption or Refused(Reason.SENDER_TOO_SLOW) from None
        if request is None:
            self.require_sender()  # an end that is no half-close
        return request

    async def _read(self, seconds: float) -> ForwardRequest | None:
        """Return the next part, None at the end; raise `TimeoutError`, also if interrupted."""
        try:
            async with asyncio.timeout(seconds) as self._waiting:
                request = await anext(self._requests, None)
        except (asyncio.CancelledError, TimeoutError, Refused):
            raise  # a refusal: these bytes are no message
        except Exception as error:
            # gRPC raises one of several errors once the call is over.
            raise Refused(Reason.SENDER_GONE) from error
        finally:
            self._waiting = None
        self._ended = request is None
        return request

    async def _require_complete(self, header: EnvelopeHeader) -> None:
        if self._size != header.payload_size:
            # gRPC ends a cancelled stream like a complete one, and cancels the call after that.
            with suppress(TimeoutError):
                async with asyncio.timeout(_AFTERMATH):
                    await self._interrupted.wait()
            self.require_sender()
            raise self._wrong_size(header)
        if self._sha256.digest() != header.payload_sha256:
            raise Refused(Reason.DIGEST_MISMATCH)

    def _wrong_size(self, header: EnvelopeHeader) -> Refused:
        return Refused(
            Reason.SIZE_MISMATCH, expected=str(header.payload_size), actual=str(self._size)
        )
