"""Uploads a file of schools: a header, then the bytes in chunks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final
from uuid import uuid4

import grpc

from wissel.clients.errors import DossierUnusable
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.status_errors import translate
from wissel.school.v1 import school_service_pb2 as pb
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub

_CHUNK: Final = 256 * 1024
_TIMEOUT: Final = 300.0


async def import_schools(
    connection: Connection,
    path: Path,
    header: pb.ImportSchoolsHeader,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> pb.ImportSchoolsResponse:
    """Import one file of DUO open data (CSV) and return what it changed.

    A header without a `request_id` gets one. `progress` gets the bytes sent and
    the bytes in all. Raises `Refused`, `Unreachable`, and `DossierUnusable` for a
    file that cannot be read.
    """
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise DossierUnusable(message) from None
    call = SchoolServiceStub(connection.channel()).ImportSchools(
        _parts(header, content, progress), timeout=_TIMEOUT, metadata=connection.metadata
    )
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        raise translate(error, connection.server, connection.language) from None


async def _parts(
    header: pb.ImportSchoolsHeader, content: bytes, progress: Callable[[int, int], None]
) -> AsyncIterator[pb.ImportSchoolsRequest]:
    first = pb.ImportSchoolsRequest(header=header)
    first.header.request_id = first.header.request_id or str(uuid4())
    yield first
    for at in range(0, len(content), _CHUNK):
        piece = content[at : at + _CHUNK]
        yield pb.ImportSchoolsRequest(chunk=piece)
        progress(at + len(piece), len(content))
