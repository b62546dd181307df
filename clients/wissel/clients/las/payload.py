"""Receives a payload: into a temporary file, hashed while it arrives, in constant memory."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias
from uuid import uuid4

from wissel.clients.storage.private import private_opener
from wissel.las.v1 import las_service_pb2 as pb
from wissel.routing.exchange.envelope import MAX_CHUNK_BYTES, EnvelopeHeader
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.traffic.v1 import transfer_service_pb2 as transfer_pb

Part: TypeAlias = pb.DeliverRequest | transfer_pb.FetchDossierResponse
"""A part of a message: as it is delivered, or as it is fetched."""
_WRITE: Final = 1024 * 1024


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Yield the path of a new file in `folder`; the file is removed when the block ends."""
    path = folder / f"{uuid4()}.part"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


async def receive(requests: AsyncIterator[Part], header: EnvelopeHeader, path: Path) -> None:
    """Write the payload to `path` until it is complete.

    Raises `Refused`: what `complete_payload` raises, or RECORD_UNAVAILABLE if
    the file cannot be written.
    """
    try:
        # Opened on the event loop: a thread would go on opening it after the call
        # was cancelled, and leave it open.
        with open(path, "xb", buffering=_WRITE, opener=private_opener) as file:  # noqa: ASYNC230 - see above
            async for data in complete_payload(requests, header):
                # It goes to the page cache: a thread for each chunk would take longer.
                file.write(data)
    except OSError:
        raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=30.0) from None


async def drain(requests: AsyncIterator[Part], header: EnvelopeHeader) -> None:
    """Read a payload to its last byte: the hub takes no receipt before it has sent that.

    Raises `Refused` as `complete_payload` does.
    """
    async for _ in complete_payload(requests, header):
        pass


async def complete_payload(
    requests: AsyncIterator[Part], header: EnvelopeHeader
) -> AsyncIterator[bytes]:
    """Yield the chunks of a payload; it ends as soon as the payload is complete.

    Complete means the bytes: as many as the header says, with its digest (ADR 7).
    How the stream goes on after the last of them is not looked at. Raises
    `Refused` with CHUNK_INVALID for a chunk of no bytes or too many,
    SIZE_MISMATCH or DIGEST_MISMATCH.
    """
    digest, size, expected = hashlib.sha256(), 0, header.payload_size
    async for request in requests:
        data = _chunk(request)
        size += len(data)
        if size > expected:
            break
        digest.update(data)
        if size == expected and digest.digest() != header.payload_sha256:
            raise Refused(Reason.DIGEST_MISMATCH)
        yield data
        if size == expected:
            return
    raise Refused(Reason.SIZE_MISMATCH, expected=str(expected), actual=str(size))


def _chunk(request: Part) -> bytes:
    data = request.chunk.data if request.HasField("chunk") else b""
    if not 1 <= len(data) <= MAX_CHUNK_BYTES:
        raise Refused(Reason.CHUNK_INVALID, size=str(len(data)))
    return data
