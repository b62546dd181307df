"""A LAS for tests of the hub: real TLS, and as good or bad as a test wants.

    las = await FakeLas.start(pki.issue("zuid", oin=ZUID.oin))
    las.behave = refusing("FULL")

`received` holds every message that arrived completely, `opened` every opening.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self

import grpc

from support.builders.pki import Identity
from support.fakes.notices import Notices
from support.worlds.stores import utc_now
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1 import las_service_pb2_grpc as pb_grpc
from wissel.routing.exchange.envelope import EnvelopeHeader
from wissel.routing.exchange.receipt_messages import read_stamp, receiver_receipt_fields
from wissel.routing.exchange.receipts import Exchange, ReceiverReceipt, RouteStamp
from wissel.routing.signing.dsse import RECEIVER_RECEIPT, ROUTE_STAMP, Signer
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.wire import digest_of, header_in, signed_message

Context = grpc.aio.ServicerContext[Any, Any]
Requests = AsyncIterator[pb.DeliverRequest]


def signer_of(identity: Identity) -> Signer:
    """Return what signs as this identity."""
    return Signer.from_pem(identity.key.read_bytes(), identity.certificate.read_bytes())


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The opening of a delivery, taken apart."""

    header: EnvelopeHeader
    stamp: RouteStamp
    opening: pb.Opening

    def receipt(self, oin: Oin) -> ReceiverReceipt:
        """Return the receipt that is due if all arrives."""
        return ReceiverReceipt(
            signer_oin=oin,
            exchange=Exchange(
                hub_oin=self.stamp.hub_oin,
                sender_oin=self.stamp.sender_oin,
                receiver_oin=self.stamp.receiver_oin,
                message_id=self.stamp.message_id,
                header_digest=self.stamp.header_digest,
                payload_size=self.header.payload_size,
                payload_sha256=self.header.payload_sha256,
            ),
            received=utc_now(),
            stamp_digest=digest_of(self.opening.stamp.payload),
        )


Behaviour = Callable[["FakeLas", Opened, Requests, Context], Awaitable[pb.DeliverResponse]]
Answering = Callable[["FakeLas", pb.GetReceiptRequest, Context], Awaitable[pb.GetReceiptResponse]]


@dataclass
class FakeLas(Notices):
    """A LAS that does what `behave` says, and what `answer` says when it is asked for a receipt."""

    identity: Identity
    behave: Behaviour
    signer: Signer
    answer: Answering
    asked: list[pb.GetReceiptRequest] = field(default_factory=list)
    questions: asyncio.Event = field(default_factory=asyncio.Event)
    opened: list[Opened] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    cut: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    calls: asyncio.Event = field(default_factory=asyncio.Event)
    ping: Callable[[Context], Awaitable[pb.PingResponse]] | None = None
    pings: int = 0
    server: grpc.aio.Server | None = None
    port: int = 0

    @classmethod
    async def start(cls, identity: Identity, port: int = 0, signer: Signer | None = None) -> Self:
        """Serve at 127.0.0.1, and sign with the same identity unless `signer` is given."""
        las = cls(
            identity=identity,
            behave=accept,
            signer=signer or signer_of(identity),
            answer=remembering(),
        )
        las.server = grpc.aio.server()
        pb_grpc.add_LasServiceServicer_to_server(las, las.server)
        credentials = grpc.ssl_server_credentials(
            [(identity.key.read_bytes(), identity.certificate.read_bytes())],
            root_certificates=identity.roots.read_bytes(),
            require_client_auth=True,
        )
        las.port = las.server.add_secure_port(f"127.0.0.1:{port}", credentials)
        await las.server.start()
        return las

    @property
    def url(self) -> str:
        """Where it receives."""
        return f"https://localhost:{self.port}"

    async def stop(self) -> None:
        """Stop at once."""
        if self.server is not None:
            await self.server.stop(0)

    async def Deliver(self, request_iterator: Requests, context: Context) -> pb.DeliverResponse:
        """Take a delivery apart and behave."""
        opening = (await anext(request_iterator)).opening
        opened = Opened(
            header=header_in(opening.header.payload),
            stamp=read_stamp(opening.stamp.payload, dossier_pb2.RouteStamp),
            opening=opening,
        )
        assert opening.stamp.payload_type == ROUTE_STAMP
        self.opened.append(opened)
        self.calls.set()
        try:
            return await self.behave(self, opened, request_iterator, context)
        except asyncio.CancelledError:
            self.cut += 1
            raise

    async def GetReceipt(
        self, request: pb.GetReceiptRequest, context: Context
    ) -> pb.GetReceiptResponse:
        """Answer a question."""
        self.asked.append(request)
        self.questions.set()
        return await self.answer(self, request, context)

    async def Ping(self, request: pb.PingRequest, context: Context) -> pb.PingResponse:
        """Answer, or do what `ping` says."""
        self.pings += 1
        return await self.ping(context) if self.ping else pb.PingResponse(oin=self.signer.oin)

    async def whole(self, opened: Opened, requests: Requests) -> None:
        """Return once the payload is complete, and note it; a cut stream never returns."""
        payload = b"".join([request.chunk.data async for request in requests])
        # gRPC ends this iteration likewise for a half-close and for a cancelled stream.
        if hashlib.sha256(payload).digest() != opened.header.payload_sha256:
            await asyncio.Event().wait()
        self.received.append(payload)
        self.arrived.set()

    def holds(self, opened: Opened) -> bool:
        """Whether the payload of an opening has arrived completely."""
        digests = {hashlib.sha256(payload).digest() for payload in self.received}
        return opened.header.payload_sha256 in digests

    def sign(self, receipt: ReceiverReceipt, signer: Signer | None = None) -> pb.DeliverResponse:
        """Return a receipt as an answer, signed by this LAS or another."""
        payload = dossier_pb2.ReceiverReceipt(**receiver_receipt_fields(receipt))
        signed = (signer or self.signer).sign(payload.SerializeToString(), RECEIVER_RECEIPT)
        return pb.DeliverResponse(receipt=signed_message(signed))


async def accept(las: FakeLas, opened: Opened, rest: Requests, _: Context) -> pb.DeliverResponse:
    """Receive all, and sign for it."""
    await las.whole(opened, rest)
    return las.sign(opened.receipt(las.signer.oin))


def refusing(reason: str, text: str = "Nee.", *, early: bool = False) -> Behaviour:
    """Return: refuse for good, at the opening or when all is there."""

    async def refuse(
        las: FakeLas, opened: Opened, rest: Requests, _: Context
    ) -> pb.DeliverResponse:
        if not early:
            await las.whole(opened, rest)
        return pb.DeliverResponse(refusal=pb.Refusal(reason=reason, text=text))

    return refuse


def failing(code: grpc.StatusCode, *, early: bool = False) -> Behaviour:
    """Return: end with a gRPC status, at the opening or when all is there."""

    async def fail(
        las: FakeLas, opened: Opened, rest: Requests, context: Context
    ) -> pb.DeliverResponse:
        if not early:
            await las.whole(opened, rest)
        await context.abort(code, "as the test wants")
        raise AssertionError

    return fail


async def sign_early(las: FakeLas, opened: Opened, _: Requests, __: Context) -> pb.DeliverResponse:
    """Sign at the opening for what has not come yet."""
    return las.sign(opened.receipt(las.signer.oin))


async def prompt(las: FakeLas, opened: Opened, rest: Requests, _: Context) -> pb.DeliverResponse:
    """Sign with the last byte, without waiting for the half-close."""
    left = opened.header.payload_size
    while left:
        left -= len((await anext(rest)).chunk.data)
    return las.sign(opened.receipt(las.signer.oin))


def impatient(code: grpc.StatusCode | None = None) -> Behaviour:
    """Return: after the first chunk of several sign for all of them, or end with a status."""

    async def behave(
        las: FakeLas, opened: Opened, rest: Requests, context: Context
    ) -> pb.DeliverResponse:
        await anext(rest)
        if code is not None:
            await context.abort(code, "as the test wants")
        return await sign_early(las, opened, rest, context)

    return behave


async def silent(las: FakeLas, opened: Opened, rest: Requests, _: Context) -> pb.DeliverResponse:
    """Receive all and never answer."""
    await las.whole(opened, rest)
    return await unwilling(las, opened, rest, _)


async def unwilling(las: FakeLas, opened: Opened, rest: Requests, _: Context) -> pb.DeliverResponse:
    """Read nothing and never answer."""
    await asyncio.Event().wait()
    raise AssertionError


def signing(signer: Signer | None = None, **changes: Any) -> Behaviour:
    """Return: receive all, and sign for something else, or as somebody else.

    `changes` are fields of the receipt, or of the exchange that it is about.
    """

    async def sign(las: FakeLas, opened: Opened, rest: Requests, _: Context) -> pb.DeliverResponse:
        await las.whole(opened, rest)
        return las.sign(_changed(opened.receipt(las.signer.oin), changes), signer)

    return sign


def waiting(event: asyncio.Event, then: Behaviour | None = None) -> Behaviour:
    """Return: receive all, and once the test says so sign for it, or behave as `then`."""

    async def wait(
        las: FakeLas, opened: Opened, rest: Requests, context: Context
    ) -> pb.DeliverResponse:
        await las.whole(opened, rest)
        await event.wait()
        return await (then or sign_early)(las, opened, rest, context)

    return wait


def remembering(signer: Signer | None = None, **changes: Any) -> Answering:
    """Return: say what arrived first under this id, and sign for it; changes as in `signing`."""

    async def remember(
        las: FakeLas, request: pb.GetReceiptRequest, _: Context
    ) -> pb.GetReceiptResponse:
        asked = (request.sender_oin, request.message_id)
        for opened in las.opened:
            context = opened.header.context
            if (context.sender_oin, str(context.message_id)) == asked and las.holds(opened):
                signed = las.sign(_changed(opened.receipt(las.signer.oin), changes), signer)
                return pb.GetReceiptResponse(
                    state=pb.GetReceiptResponse.STATE_RECEIVED, receipt=signed.receipt
                )
        return pb.GetReceiptResponse(state=pb.GetReceiptResponse.STATE_UNKNOWN)

    return remember


def saying(response: pb.GetReceiptResponse) -> Answering:
    """Return: answer just this, whatever is asked."""

    async def say(*_: object) -> pb.GetReceiptResponse:
        return response

    return say


def _changed(receipt: ReceiverReceipt, changes: dict[str, Any]) -> ReceiverReceipt:
    own = {name: value for name, value in changes.items() if hasattr(receipt, name)}
    about = {name: value for name, value in changes.items() if name not in own}
    return replace(receipt, exchange=replace(receipt.exchange, **about), **own)
