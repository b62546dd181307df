"""One attempt to fetch a dossier: a call of FetchDossier, of which nothing is taken on trust."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import grpc

from wissel.clients.errors import StorageError, Unreachable
from wissel.clients.identity import Material
from wissel.clients.las.opening import Accepted, judge
from wissel.clients.las.payload import receive
from wissel.clients.sending.transfer import Progress
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.status_errors import from_rule, translate
from wissel.las.v1 import las_service_pb2 as las_pb
from wissel.routing.exchange.envelope import Address, Kind, freshness
from wissel.routing.exchange.fetching.provided import check_provided
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

IDLE_SECONDS: Final = 60.0
"""How long the hub may be silent; it gives a source 15 seconds for a part."""
_END_SECONDS: Final = 5.0
LONGEST: Final = dt.timedelta(minutes=10)
"""How long an attempt may take by default: 25 MiB on the slowest connection that a hub allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a delivery point is asked for: see `check_provided`, which judges the answer by it."""

    hub_oin: Oin
    session_id: UUID
    source_oin: Oin
    source: Address
    requester_oin: Oin
    requester: Address
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """A dossier that is complete, in the file that was named; `opening` is what it began with."""

    accepted: Accepted
    opening: las_pb.Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """Fetches into a file, over `link`, what `asked` says.

    `limit` is the largest payload in bytes, `within` how long an attempt may take, and
    `idle` how many seconds the hub may be silent.
    """

    link: Connection
    asked: Asked
    request: pb.FetchDossierRequest
    limit: int
    within: dt.timedelta | None
    now: Callable[[], dt.datetime]
    progress: Progress
    idle: float = IDLE_SECONDS

    async def attempt(self, path: Path, material: Material) -> Downloaded:
        """Fetch into a new file at `path`, once.

        1. The first part is an opening (HEADER_MISSING), and it holds: stamp, header,
           signatures (see `opening.judge`).
        2. It is what was asked for, from there, for us: SOURCE_INVALID, STAMP_NOT_MINE.
        3. It has not expired and is not too large (PAYLOAD_TOO_LARGE).
        4. It arrives whole: size and digest (see `payload.complete_payload`). How the
           stream ends after that says nothing.

        Raises `wissel.clients.errors.Refused` with the reason of the first step that
        fails, or that of the hub; `Unreachable`; and `StorageError` for the file.
        """
        stub = TransferServiceStub(self.link.channel())
        call = stub.FetchDossier(
            self.request,
            timeout=(self.within or LONGEST).total_seconds(),
            metadata=self.link.metadata,
        )
        try:
            return await self._take(self._parts(call), path, material)
        except grpc.aio.AioRpcError as error:
            raise translate(error, self.link.server, self.link.language) from None
        except Refused as refused:
            if refused.reason is Reason.RECORD_UNAVAILABLE:
                message = f"{path.parent}: the dossier cannot be written; is the disk full?"
                raise StorageError(message) from None
            raise from_rule(refused, self.link.language) from None
        finally:
            call.cancel()

    async def _take(
        self, parts: AsyncIterator[pb.FetchDossierResponse], path: Path, material: Material
    ) -> Downloaded:
        # 1.
        first = await anext(parts, None)
        if first is None or not first.HasField("opening"):
            raise Refused(Reason.HEADER_MISSING)
        now, asked = self.now(), self.asked
        accepted = judge(first.opening, material, asked.hub_oin, now)
        header = accepted.header
        # 2.
        check_provided(asked, header.context.sender_oin, header.context)
        if accepted.stamp.routing_key != asked.requester.routing_key:
            raise Refused(Reason.STAMP_INVALID, problem="for another routing key")
        # 3.
        freshness(header.context, now)
        if header.payload_size > self.limit:
            raise Refused(Reason.PAYLOAD_TOO_LARGE, limit=str(self.limit))
        # 4.
        await receive(self._told(parts, header.payload_size), header, path)
        with contextlib.suppress(grpc.aio.AioRpcError, Unreachable, TimeoutError):
            async with asyncio.timeout(_END_SECONDS):  # the hub records that it gave all of it
                await anext(parts, None)
        return Downloaded(accepted=accepted, opening=first.opening)

    async def _told(
        self, parts: AsyncIterator[pb.FetchDossierResponse], total: int
    ) -> AsyncIterator[pb.FetchDossierResponse]:
        done = 0
        self.progress(done, total)
        async for part in parts:
            done += len(part.chunk.data)
            self.progress(min(done, total), total)
            yield part

    async def _parts(self, call: Any) -> AsyncIterator[pb.FetchDossierResponse]:
        while True:
            try:
                async with asyncio.timeout(self.idle):
                    part = await call.read()
            except TimeoutError:
                silent = f"nothing came for {self.idle:.0f} seconds"
                raise Unreachable(self.link.server, silent) from None
            if part is grpc.aio.EOF:
                return
            yield part
