"""Receiving a school file: a header, then chunks, within bounds."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.school.v1 import school_service_pb2 as pb
from wissel.server.registry.schools.broken_lines import harmless_name
from wissel.server.registry.schools.duo.parsing import MAX_FILE_BYTES
from wissel.server.rpc.requests.mutation import repeatable

MAX_CHUNK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A whole file with its header."""

    header: pb.ImportSchoolsHeader
    data: bytes

    @property
    def body(self) -> bytes:
        """What a repeat of the same request must equal."""
        return repeatable(self.header) + hashlib.sha256(self.data).digest()


async def received(requests: AsyncIterator[pb.ImportSchoolsRequest]) -> Upload:
    """Return the whole file, when the caller has half-closed.

    Raises `Refused` with FIELD_REQUIRED if the first message is no header, with
    FIELD_INVALID for a second header or a chunk that is empty or larger than
    1 MiB, and with FILE_TOO_LARGE as soon as the file is.
    """
    header: pb.ImportSchoolsHeader | None = None
    data = bytearray()
    async for request in requests:
        match request.WhichOneof("part"):
            case "header" if header is None:
                header = request.header
            case "chunk" if header is not None:
                _add(data, request.chunk, header.file_name)
            case _ if header is None:
                raise Refused(Reason.FIELD_REQUIRED, field="header")
            case _:
                raise Refused(Reason.FIELD_INVALID, field="part", expected="a chunk")
    if header is None:
        raise Refused(Reason.FIELD_REQUIRED, field="header")
    return Upload(header=header, data=bytes(data))


def _add(data: bytearray, chunk: bytes, name: str) -> None:
    if not 0 < len(chunk) <= MAX_CHUNK_BYTES:
        raise Refused(Reason.FIELD_INVALID, field="chunk", expected=f"1 to {MAX_CHUNK_BYTES} bytes")
    data += chunk
    if len(data) > MAX_FILE_BYTES:
        raise Refused(
            Reason.FILE_TOO_LARGE,
            field="chunk",
            file=harmless_name(name),
            limit=str(MAX_FILE_BYTES),
        )
