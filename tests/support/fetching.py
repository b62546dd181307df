"""A hub, a source of Noord that has a dossier, and a requester of Zuid that fetches it.

async with fetching(tmp_path) as world:
    fetched = await world.fetch(await world.start())
    await world.sign_off(fetched)
"""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import grpc

from support.eventually import eventually_async
from support.fakes.las import Answering, saying
from support.fakes.source import FakeSource
from support.worlds import small_world
from support.worlds.forwarding import World, evergreen, forwarding
from support.worlds.hub import reason_of, refusal
from support.worlds.stores import utc_now
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.envelope import EnvelopeHeader
from wissel.routing.exchange.receipt_messages import read_stamp, receiver_receipt_fields
from wissel.routing.exchange.receipts import Exchange, ReceiverReceipt, RouteStamp
from wissel.routing.signing.dsse import RECEIVER_RECEIPT, Signer
from wissel.server.courier.bounds import Limits
from wissel.server.courier.wire import digest_of, header_in, signed_message
from wissel.server.store.database import journal_url
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

FROM_XA: Final = small_world.key(small_world.XA, 1)
TO_XC: Final = small_world.key(small_world.XC, 1)
_SQLITE: Final = "sqlite:///"
KEY: Final = hashlib.sha256(b"a pupil").digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of a fetch: its header and stamp, and the bytes, all that there were."""

    session_id: str
    opening: las.Opening
    payload: bytes

    @property
    def header(self) -> EnvelopeHeader:
        """The header that the source signed."""
        return header_in(self.opening.header.payload)

    @property
    def stamp(self) -> RouteStamp:
        """The stamp that the hub signed."""
        return read_stamp(self.opening.stamp.payload, dossier_pb2.RouteStamp)

    @property
    def exchange(self) -> Exchange:
        """What its receipts must be about."""
        header, stamp = self.header, self.stamp
        return Exchange(
            hub_oin=stamp.hub_oin,
            sender_oin=stamp.sender_oin,
            receiver_oin=stamp.receiver_oin,
            message_id=stamp.message_id,
            header_digest=digest_of(self.opening.header.payload),
            payload_size=header.payload_size,
            payload_sha256=header.payload_sha256,
        )


@dataclass(kw_only=True)
class Requesting:
    """A requester of Zuid, and the hub that it asks."""

    world: World
    taken: bytearray = field(default_factory=bytearray)
    """The payload of the last fetch, as far as it came."""

    def stub(self, name: str = "zuid") -> Any:
        """Return the TransferService as somebody calls it."""
        return self.world.hub.stub(TransferServiceStub, name)

    async def start(self, name: str = "zuid", brin: str = "99XC", routing_key: str = TO_XC) -> str:
        """Return the id of a session in which somebody asks 99XA."""
        request = pb.StartTransferRequest(
            source_brin="99XA",
            requester=pb.Requester(brin=brin, routing_key=routing_key),
            overdrachtsoort="overstapdossier",
            initiator="account-of-the-new-school",
        )
        return str((await self.stub(name).StartTransfer(request)).session_id)

    async def start_uuid(self) -> UUID:
        """Return the same as `start`."""
        return UUID(await self.start())

    async def check(self, session_id: str) -> pb.CheckTransferResponse:
        """Return what the source learns of a session."""
        request = pb.CheckTransferRequest(
            session_id=session_id,
            source_brin="99XA",
            source_routing_key=FROM_XA,
            requester=pb.Requester(brin="99XC", routing_key=TO_XC),
            overdrachtsoort="overstapdossier",
        )
        response: pb.CheckTransferResponse = await self.stub("noord").CheckTransfer(request)
        return response

    def request(self, session_id: str, **changes: Any) -> pb.FetchDossierRequest:
        """Return the request for the dossier of a session, but for `changes`."""
        fields: dict[str, Any] = {
            "session_id": session_id,
            "source_routing_key": FROM_XA,
            "search_key": KEY,
            "source_key_id": "noord-1",
            "requester_key_id": "zuid-1",
        }
        return pb.FetchDossierRequest(**(fields | changes))

    async def fetch(
        self, session_id: str, name: str = "zuid", seconds: float = 60, **changes: Any
    ) -> Fetched:
        """Fetch a dossier, and return it."""
        call = self.stub(name).FetchDossier(self.request(session_id, **changes), timeout=seconds)
        self.taken.clear()
        return await taken(call, session_id, self.taken)

    def receipt(
        self, fetched: Fetched, signer: Signer | None = None, **changes: Any
    ) -> dossier_pb2.Signed:
        """Return the requester's receipt for a dossier; `changes` are those of the exchange."""
        by = signer or self.world.signer("zuid")
        return signed_receipt(fetched, by, replace(fetched.exchange, **changes))

    async def sign_off(
        self, fetched: Fetched, receipt: dossier_pb2.Signed | None = None, name: str = "zuid"
    ) -> pb.SignOffTransferResponse:
        """Sign off with the receipt for a dossier."""
        request = pb.SignOffTransferRequest(
            session_id=fetched.session_id,
            receipt=receipt or self.receipt(fetched, self.world.signer(name)),
            sender_oin=fetched.stamp.sender_oin,
            message_id=str(fetched.stamp.message_id),
        )
        response: pb.SignOffTransferResponse = await self.stub(name).SignOffTransfer(request)
        return response

    def entries(self) -> list[tuple[int, str]]:
        """Return attempt and state of each move in the journal, in order."""
        path = journal_url(f"sqlite:///{self.world.folder / 'registry.db'}").removeprefix(_SQLITE)
        with closing(sqlite3.connect(path)) as connection:
            query = "SELECT attempt, state FROM delivery_entry ORDER BY id"
            return list(connection.execute(query))

    def holding(self, fetched: Fetched) -> Answering:
        """Return: say, when asked, that this dossier is held, and sign for it."""
        return saying(
            las.GetReceiptResponse(
                state=las.GetReceiptResponse.STATE_RECEIVED, receipt=self.receipt(fetched)
            )
        )

    async def refused(self, work: Awaitable[Any]) -> str:
        """Return why a call is refused; fail if it is answered."""
        return reason_of(await refusal(lambda: work))

    @staticmethod
    def reason(error: grpc.aio.AioRpcError) -> str:
        """Return the reason of a refusal."""
        return reason_of(error)

    async def ended(self, last: tuple[int, str]) -> None:
        """Wait until this is the last move in the journal."""
        await eventually_async(
            self.entries, f"{last} is recorded", until=lambda moves: moves[-1:] == [last]
        )

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
        await self.world.courier.drain(20)


@dataclass(kw_only=True)
class FetchWorld(Requesting):
    """Everything that takes part."""

    source: FakeSource


def signed_receipt(
    fetched: Fetched, signer: Signer, exchange: Exchange | None = None
) -> dossier_pb2.Signed:
    """Return somebody's receipt for a dossier, or for another exchange."""
    receipt = ReceiverReceipt(
        signer_oin=signer.oin,
        exchange=exchange or fetched.exchange,
        received=utc_now(),
        stamp_digest=digest_of(fetched.opening.stamp.payload),
    )
    payload = dossier_pb2.ReceiverReceipt(**receiver_receipt_fields(receipt))
    return signed_message(signer.sign(payload.SerializeToString(), RECEIVER_RECEIPT))


async def taken(call: Any, session_id: str, into: bytearray) -> Fetched:
    """Return what a call of FetchDossier brings, with its bytes in `into`."""
    opening = las.Opening()
    async for part in call:
        into += part.chunk.data
        opening.MergeFrom(part.opening)
    return Fetched(session_id=session_id, opening=opening, payload=bytes(into))


@asynccontextmanager
async def fetching(
    folder: Path, limits: Limits | None = None, **more: Any
) -> AsyncIterator[FetchWorld]:
    """Start all of it; everything ends with the block."""
    async with forwarding(folder, limits, **more) as world:
        source = await FakeSource.start(world.hub.identity("noord"))
        point = replace(small_world.endpoint(small_world.A_NOORD, 1), url=source.url)
        await world.hub.put(*evergreen([point]))
        try:
            yield FetchWorld(world=world, source=source)
        finally:
            await source.stop()
