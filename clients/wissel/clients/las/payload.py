"""Takes in a payload: under a temporary name, hashed as it comes, in constant memory."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from wissel.las.v1 import las_service_pb2 as pb
from wissel.routing.exchange.envelope import MAX_CHUNK_BYTES, EnvelopeHeader
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

_WRITE: Final = 1024 * 1024


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Yield a new name in `folder`; whatever lies there at the end is removed."""
    path = folder / f"{uuid4()}.part"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


async def take_in(
    requests: AsyncIterator[pb.DeliverRequest], header: EnvelopeHeader, path: Path
) -> None:
    """Write the chunks to `path` until the half-close, and compare size and digest.

    Raises `Refused`: CHUNK_INVALID, SIZE_MISMATCH, DIGEST_MISMATCH; and
    RECORD_UNAVAILABLE if it cannot be written.
    """
    digest, size = hashlib.sha256(), 0
    try:
        # On the loop, not in a thread: a file that is opened there while the call
        # is cancelled would stay open, and stay behind.
        with path.open("xb", buffering=_WRITE) as file:
            async for request in requests:
                data = _chunk(request)
                size += len(data)
                if size > header.payload_size:
                    raise Refused(Reason.SIZE_MISMATCH, expected=str(header.payload_size))
                digest.update(data)
                # Into the page cache: a thread for each chunk would cost more than it saves.
                file.write(data)
    except OSError:
        raise Refused(Reason.RECORD_UNAVAILABLE, retry_after=30.0) from None
    if size != header.payload_size:
        raise Refused(Reason.SIZE_MISMATCH, expected=str(header.payload_size), received=str(size))
    if digest.digest() != header.payload_sha256:
        raise Refused(Reason.DIGEST_MISMATCH)


async def drain(requests: AsyncIterator[pb.DeliverRequest]) -> None:
    """Let the rest of a message pass: an answer before the half-close would not count."""
    async for request in requests:
        _chunk(request)


def _chunk(request: pb.DeliverRequest) -> bytes:
    data = request.chunk.data if request.HasField("chunk") else b""
    if not 1 <= len(data) <= MAX_CHUNK_BYTES:
        raise Refused(Reason.CHUNK_INVALID, size=str(len(data)))
    return data
