"""The stream of a sender or a source: the signed header, then the payload in chunks."""

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
    ProvidedPart,
    RawChunk,
    encoded_size,
    raw_chunk_of,
)

_AFTERMATH: Final = 0.25
"""Seconds in which the end of a stream may turn out to have been a cancellation."""

Requests = AsyncIterator[ForwardRequest] | AsyncIterator[ProvidedPart]


class RequestStream:
    """The requests of one call. The payload is hashed while it passes and never kept.

    `interrupt` ends a read that waits for the sender: it raises what was given.
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
        self.complete = False
        """Whether all bytes have come, with the size and the digest of the header (ADR 7)."""

    async def header(self) -> dossier_pb2.Signed:
        """Return the signed header, which is the first request.

        Raises `Refused` with HEADER_MISSING, HEADER_TOO_LARGE (over 16 KiB),
        SENDER_TOO_SLOW or SENDER_GONE.
        """
        request = await self._next()
        if request is None or isinstance(request, RawChunk) or not request.HasField("header"):
            raise Refused(Reason.HEADER_MISSING)
        size = request.header.ByteSize()
        if size > MAX_HEADER_BYTES:
            raise Refused(Reason.HEADER_TOO_LARGE, size=str(size), limit=str(MAX_HEADER_BYTES))
        return request.header

    async def chunk(self, header: EnvelopeHeader) -> RawChunk:
        """Return the next chunk of the payload; after the last one `complete` is True.

        1. The stream has not ended: SIZE_MISMATCH.
        2. A chunk has 1 byte to 1 MiB, all but the last at least 64 KiB:
           CHUNK_INVALID.
        3. Those so far have no more bytes than the header says: SIZE_MISMATCH.
        4. With the last byte all chunks together have the digest of the header:
           DIGEST_MISMATCH.

        Raises `Refused`; also SENDER_TOO_SLOW, SENDER_GONE and what `interrupt`
        was given.
        """
        request = await self._next()
        # 1.
        if request is None:
            raise await self._cut_short(header)
        # 2.
        chunk = request if isinstance(request, RawChunk) else raw_chunk_of(request.chunk.data)
        size = len(chunk.data)
        if not 1 <= size <= MAX_CHUNK_BYTES or self._short:
            raise Refused(Reason.CHUNK_INVALID, size=str(size))
        self._short = size < MIN_CHUNK_BYTES
        # 3.
        self._size += size
        if self._size > header.payload_size:
            raise self._wrong_size(header)
        self._sha256.update(chunk.data)
        # 4.
        if self._size == header.payload_size:
            if self._sha256.digest() != header.payload_sha256:
                raise Refused(Reason.DIGEST_MISMATCH)
            self.complete = True
        return chunk

    async def discard_rest(self, deadline: float) -> None:
        """Read the rest of the stream and throw it away, so that its sender is answered (ADR 13).

        That ends with the half-close or any other end, after `Limits.quiet`
        seconds without a request, after `Limits.discard` seconds, at `deadline`
        on the event loop's clock, with an interruption, or after as many bytes
        as the largest message has. A small chunk counts as one of 64 KiB.
        """
        limits, loop = self._limits, asyncio.get_running_loop()
        until, left = min(deadline, loop.time() + limits.discard), limits.max_payload
        with suppress(TimeoutError, Refused):
            while not self._ended and left > 0 and (seconds := until - loop.time()) > 0:
                request = await self._read(min(seconds, limits.quiet))
                if request is not None:
                    left -= max(encoded_size(request), MIN_CHUNK_BYTES)

    @property
    def interruption(self) -> Refused | None:
        """What interrupted the stream, if anything has."""
        return self._interruption

    def raise_if_interrupted(self) -> None:
        """Raise what interrupted the stream, if anything has."""
        if self._interruption is not None:
            raise self._interruption

    def interrupt(self, refusal: Refused, *, gently: bool = False) -> None:
        """Let the read that waits now, or else the next one, raise `refusal`.

        A read that is interrupted ends the stream for good. `gently` leaves a
        chunk that is on its way `Limits.quiet` seconds to arrive, so that
        `discard_rest` can still read the stream.
        """
        self._interruption = self._interruption or refusal
        self._interrupted.set()
        if self._waiting is not None:
            pause = self._limits.quiet if gently else 0.0
            self._waiting.reschedule(asyncio.get_running_loop().time() + pause)

    async def _next(self) -> ForwardRequest | ProvidedPart | None:
        self.raise_if_interrupted()
        try:
            request = await self._read(self._limits.idle)
        except TimeoutError:
            raise self._interruption or Refused(Reason.SENDER_TOO_SLOW) from None
        if request is None:
            self.raise_if_interrupted()  # gRPC ends a cancelled stream like a complete one
        return request

    async def _read(self, seconds: float) -> ForwardRequest | ProvidedPart | None:
        """Return the next request, None at the end.

        Raises `TimeoutError` after `seconds` or when interrupted, `Refused` for
        bytes that are no request and SENDER_GONE for a call that is over.
        """
        try:
            async with asyncio.timeout(seconds) as self._waiting:
                request = await anext(self._requests, None)
        except (asyncio.CancelledError, TimeoutError, Refused):
            raise
        except Exception as error:
            # gRPC raises one of several errors once the call is over.
            raise Refused(Reason.SENDER_GONE) from error
        finally:
            self._waiting = None
        self._ended = request is None
        return request

    async def _cut_short(self, header: EnvelopeHeader) -> Refused:
        """Return why a stream ended before its last byte."""
        # A cancelled stream ends like a half-closed one, and the call is cancelled after that.
        with suppress(TimeoutError):
            async with asyncio.timeout(_AFTERMATH):
                await self._interrupted.wait()
        return self._interruption or self._wrong_size(header)

    def _wrong_size(self, header: EnvelopeHeader) -> Refused:
        return Refused(
            Reason.SIZE_MISMATCH, expected=str(header.payload_size), actual=str(self._size)
        )
