"""Sends one entry of the outbox: the signed header, then the file in chunks."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, Final

import grpc

from wissel.clients.errors import DossierUnusable, Refused, WisselError
from wissel.clients.sending.entry import Entry
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.retry import may_pass
from wissel.clients.transport.status_errors import translate
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.refusals.reasons import Reason
from wissel.traffic.v1 import traffic_service_pb2 as pb
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub

Progress = Callable[[int, int], None]
"""Gets the bytes sent so far and the bytes in all; each attempt begins at 0."""

CHUNK: Final = 512 * 1024
_BASE_SECONDS: Final = 120.0
_HEADER_ALONE_SECONDS: Final = 0.5  # the hub answers a header that nothing follows for 0.2
_SLOWEST: Final = 64 * 1024  # bytes per second: below that the hub cuts a transfer
_SETTLING: Final = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
    }
)


async def transfer(
    connection: Connection,
    entry: Entry,
    progress: Progress | None = None,
    *,
    again: bool = False,
    within: dt.timedelta | None = None,
) -> pb.ForwardEnvelopeResponse:
    """Make one attempt to deliver the entry, and return the answer of the hub.

    It may take `within`; None is the time that the file takes on the slowest
    connection that a hub allows. Raises `Refused`, `Unreachable`, or
    `DossierUnusable` if the file is not what was signed.

    An answer that comes while a chunk is being written can make the write fail,
    and is then lost: a refusal becomes `Unreachable`. Therefore, if the entry is
    sent `again`, the chunks wait half a second for an answer to the header alone
    (ADR 13).
    """
    source = _Source(entry, progress, ask_first=again)
    stub = TrafficServiceStub(connection.channel())
    call = stub.ForwardEnvelope(
        source.requests(),
        timeout=(within or _longest(entry)).total_seconds(),
        metadata=connection.metadata,
    )
    call.add_done_callback(lambda _: source.answered.set())
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        # An early answer makes the next write fail. The reason is in the status.
        raise source.problem or translate(error, connection.server, connection.language) from None
    except asyncio.CancelledError:
        # gRPC cancels a call whose requests raise; or the caller cancelled this one.
        if source.problem is None:
            raise
        raise source.problem from None


def settles(error: WisselError) -> bool:
    """Whether a refusal is final, so that the message leaves the outbox.

    A refusal after which an earlier attempt may still have been delivered is not:
    an uncertain delivery, a busy hub, an expired certificate.
    """
    if may_pass(error) or not isinstance(error, Refused):
        return False
    return error.code in _SETTLING and error.reason != Reason.DELIVERY_UNCERTAIN


class _Source:
    """The requests of one attempt; the file is read as fast as the connection takes them."""

    def __init__(self, entry: Entry, progress: Progress | None, *, ask_first: bool) -> None:
        self._entry = entry
        self._progress = progress
        self._ask_first = ask_first
        self.answered = asyncio.Event()
        self.problem: DossierUnusable | None = None

    async def requests(self) -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        """Yield the signed header, then the chunks of the file."""
        header = dossier_pb2.Signed.FromString(self._entry.signed_header)
        try:
            file = await asyncio.to_thread(_open, self._entry.path)
            with file:
                yield pb.ForwardEnvelopeRequest(header=header)
                if self._ask_first and await self._answered_soon():
                    return
                async for piece in self._pieces(file):
                    yield pb.ForwardEnvelopeRequest(chunk=dossier_pb2.Chunk(data=piece))
        except OSError as error:
            self.problem = DossierUnusable(f"{self._entry.path}: {error.strerror}")
            raise
        except DossierUnusable as problem:
            self.problem = problem
            raise

    async def _answered_soon(self) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.answered.wait(), _HEADER_ALONE_SECONDS)
        return self.answered.is_set()

    async def _pieces(self, file: IO[bytes]) -> AsyncIterator[bytes]:
        total, sent = self._entry.payload_size, 0
        while piece := await asyncio.to_thread(file.read, CHUNK):
            if sent + len(piece) > total:
                break
            yield piece
            sent += len(piece)
            if self._progress is not None:
                self._progress(sent, total)
        if sent != total or piece:
            message = f"{self._entry.path}: the file is not what was signed; send it anew"
            raise DossierUnusable(message)


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _longest(entry: Entry) -> dt.timedelta:
    return dt.timedelta(seconds=_BASE_SECONDS + entry.payload_size / _SLOWEST)
