"""A LAS that provides dossiers, for tests of the hub: as good or bad as a test wants.

    source = await FakeSource.start(pki.issue("noord", oin=NOORD.oin))
    source.provide = refusing("DOSSIER_NOT_READY")

`orders` holds every order that it was given, `signed` as the hub signed them.
"""

import asyncio
import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import grpc

from support.builders import envelopes
from support.fakes.las import Context, FakeLas
from support.worlds.stores import utc_now
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as pb
from wissel.routing.exchange.envelope import MIN_CHUNK_BYTES
from wissel.routing.exchange.fetching.orders import ProvideOrder, read_order
from wissel.routing.exchange.kinds import SERVICE_OF_KIND
from wissel.routing.signing.dsse import ENVELOPE_HEADER, PROVIDE_ORDER, Signer
from wissel.server.courier.wire import signed_message

Parts = AsyncIterator[pb.ProvideResponse]
Providing = Callable[["FakeSource", ProvideOrder, Context], Parts]


@dataclass
class FakeSource(FakeLas):
    """A LAS that gives what `provide` says."""

    provide: Providing = field(default_factory=lambda: providing())  # noqa: PLW0108 - it stands below
    orders: list[ProvideOrder] = field(default_factory=list)
    signed: list[dossier_pb2.Signed] = field(default_factory=list)
    made: dict[tuple[UUID, bytes], tuple[UUID, dt.datetime]] = field(default_factory=dict)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def Provide(self, request: pb.ProvideRequest, context: Context) -> Parts:
        """Provide a dossier, or not."""
        assert request.order.payload_type == PROVIDE_ORDER
        order = read_order(request.order.payload, dossier_pb2.ProvideOrder)
        self.orders.append(order)
        self.signed.append(request.order)
        try:
            async for part in self.provide(self, order, context):
                yield part
        finally:
            self.given_up.set()

    def last_id(self) -> UUID:
        """Return the id of the message that it made last."""
        return list(self.made.values())[-1][0]

    def header(
        self,
        order: ProvideOrder,
        payload: bytes,
        signer: Signer | None = None,
        *,
        said: bytes | None = None,
        **changes: Any,
    ) -> dossier_pb2.Signed:
        """Return the signed header of a dossier for an order, the same id in one session.

        It tells size and digest of `said`, by default of the payload; `changes` are
        those of the context.
        """
        digest = hashlib.sha256(said or payload).digest()
        message_id, created = self.made.setdefault((order.session_id, digest), (uuid4(), utc_now()))
        values = {
            "message_id": message_id,
            "created": created,
            "hub_oin": order.hub_oin,
            "sender_oin": order.source_oin,
            "sender": order.source,
            "receiver": order.requester,
            "service": SERVICE_OF_KIND[order.kind],
            "kind": order.kind,
            "session_id": order.session_id,
            "receiver_oin": order.requester_oin,
        }
        made = envelopes.header(said or payload, **{**values, **changes})
        signed = (signer or self.signer).sign(envelopes.header_bytes(made), ENVELOPE_HEADER)
        return signed_message(signed)


def providing(
    payload: bytes = envelopes.PAYLOAD,
    signer: Signer | None = None,
    *,
    chunk: int = MIN_CHUNK_BYTES,
    before: Callable[[ProvideOrder], ProvideOrder] = lambda order: order,
    **changes: Any,
) -> Providing:
    """Return: give this payload under a header with these changes; `before` exchanges the order."""

    async def provide(source: FakeSource, order: ProvideOrder, _: Context) -> Parts:
        yield pb.ProvideResponse(header=source.header(before(order), payload, signer, **changes))
        for data in chunks_of(payload, chunk):
            yield pb.ProvideResponse(chunk=dossier_pb2.Chunk(data=data))

    return provide


def one_after_the_other(*ways: Providing) -> Providing:
    """Return: do each of these once, in this order."""
    left = list(ways)

    async def provide(source: FakeSource, order: ProvideOrder, context: Context) -> Parts:
        async for part in left.pop(0)(source, order, context):
            yield part

    return provide


def waiting(event: asyncio.Event, before: int = 0) -> Providing:
    """Return: once the test says so give a dossier, or the rest of it after so many parts."""

    async def provide(source: FakeSource, order: ProvideOrder, context: Context) -> Parts:
        number = 0
        async for part in providing()(source, order, context):
            if number == before:
                await event.wait()
            number += 1
            yield part

    return provide


def refusing(reason: str, text: str = "Nee.") -> Providing:
    """Return: give nothing, and say why."""

    async def refuse(_: FakeSource, __: ProvideOrder, ___: Context) -> Parts:
        yield pb.ProvideResponse(refusal=pb.Refusal(reason=reason, text=text))

    return refuse


def failing(code: grpc.StatusCode, *, after: int = 0) -> Providing:
    """Return: end with a status, after the header and so many chunks; or before the header."""

    async def fail(source: FakeSource, order: ProvideOrder, context: Context) -> Parts:
        if after:
            yield pb.ProvideResponse(header=source.header(order, envelopes.PAYLOAD))
            for chunk in chunks_of(envelopes.PAYLOAD)[:after]:
                yield pb.ProvideResponse(chunk=dossier_pb2.Chunk(data=chunk))
        if code is not grpc.StatusCode.OK:
            await context.abort(code, "as the test wants")

    return fail


def ending_early() -> Providing:
    """Return: leave out the final chunk, and end as if all were there."""

    async def end(source: FakeSource, order: ProvideOrder, _: Context) -> Parts:
        yield pb.ProvideResponse(header=source.header(order, envelopes.PAYLOAD))
        for chunk in chunks_of(envelopes.PAYLOAD)[:-1]:
            yield pb.ProvideResponse(chunk=dossier_pb2.Chunk(data=chunk))

    return end


def silent(after: int = 0) -> Providing:
    """Return: give the header and so many chunks, if any, and then nothing for ever."""

    async def wait(source: FakeSource, order: ProvideOrder, _: Context) -> Parts:
        if after:
            yield pb.ProvideResponse(header=source.header(order, envelopes.PAYLOAD))
            for chunk in chunks_of(envelopes.PAYLOAD)[:after]:
                yield pb.ProvideResponse(chunk=dossier_pb2.Chunk(data=chunk))
        await asyncio.Event().wait()

    return wait


def chunks_of(payload: bytes, size: int = MIN_CHUNK_BYTES) -> Sequence[bytes]:
    """Return a payload in chunks, by default the smallest that are allowed."""
    return [payload[at : at + size] for at in range(0, len(payload), size)]
