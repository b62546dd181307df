"""LasService: takes messages in, and hands them to the LAS."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

import grpc

from wissel.clients.identity import Identity, Material
from wissel.clients.las.inbox import Inbox, InboxState, Known, MessageKey
from wissel.clients.las.message import IncomingMessage, Las, RefuseMessage
from wissel.clients.las.opening import Accepted, judge, require_hub
from wissel.clients.las.payload import drain, take_in, temporary
from wissel.clients.las.refusing import refuse
from wissel.clients.transport.spans import Kind, Span, Tracer
from wissel.clients.trust import caller_of
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1.las_service_pb2_grpc import LasServiceServicer
from wissel.routing.exchange.envelope import freshness, parse_digest, parse_message_id
from wissel.routing.exchange.receipt_messages import read_receiver_receipt, receiver_receipt_fields
from wissel.routing.exchange.receipts import ReceiverReceipt
from wissel.routing.exchange.signed_messages import signed_fields
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.signing.dsse import RECEIVER_RECEIPT
from wissel.routing.values.identifiers import Oin

Result = TypeVar("Result")
Context = grpc.aio.ServicerContext[Any, Any]
_LOG: Final = logging.getLogger("wissel.las")
_DELIVER: Final = "wissel.las.v1.LasService/Deliver"


class LasServicer(LasServiceServicer):
    """Serves one LAS: what the hub delivers goes to `las.accept`, once."""

    def __init__(  # noqa: PLR0913 - what a LAS is made from
        self,
        las: Las,
        *,
        identity: Identity,
        hub_oin: Oin,
        inbox: Inbox,
        max_payload_bytes: int,
        now: Callable[[], dt.datetime],
        tracer: Tracer,
    ) -> None:
        self._las = las
        self._identity = identity
        self._hub_oin = hub_oin
        self._inbox = inbox
        self._max_payload_bytes = max_payload_bytes
        self._now = now
        self._tracer = tracer
        # The inbox is one SQLite connection: one thread, in order.
        self._memory = ThreadPoolExecutor(1, "wissel-inbox")
        self._owned: set[asyncio.Task[pb.DeliverResponse]] = set()

    async def Deliver(
        self, request_iterator: AsyncIterator[pb.DeliverRequest], context: Context
    ) -> pb.DeliverResponse:
        """Take a message in; see `_deliver`."""
        return await _guarded(self._deliver(request_iterator, context), context)

    async def GetReceipt(
        self, request: pb.GetReceiptRequest, context: Context
    ) -> pb.GetReceiptResponse:
        """Say what became of a message."""
        return await _guarded(self._get_receipt(request, context), context)

    async def Ping(self, request: pb.PingRequest, context: Context) -> pb.PingResponse:
        """Answer anybody with a trusted certificate."""
        return await _guarded(self._ping(context), context)

    async def settled(self) -> None:
        """Wait until every message that is complete has been handed over."""
        while self._owned:
            await asyncio.wait(self._owned)
        self._memory.shutdown()

    async def forget_hourly(self, seconds: float) -> None:
        """Forget what needs no remembering, every so many seconds; until it is cancelled."""
        while True:
            await self._remember(self._inbox.forget, self._now())
            await asyncio.sleep(seconds)

    async def _deliver(
        self, requests: AsyncIterator[pb.DeliverRequest], context: Context
    ) -> pb.DeliverResponse:
        """Take a message in.

        1. The caller is our hub, by its certificate.
        2. The opening holds: stamp, header, signatures (see `opening.judge`).
        3. Nobody else is at work on the same message.
        4. A message that is known gets the answer that it got before, made out to
           the stamp of this attempt, after its half-close: an answer before it
           would not count.
        5. It has not expired and is not too large.
        6. It arrives whole: half-close, size and digest.
        7. That `accept` begins is on the disk, then it begins. From here on the
           task is ours: a hub that goes away does not stop it.
        """
        material, now = self._identity.current(), self._now()
        # 1.
        require_hub(context.auth_context(), material, self._hub_oin, now)
        sent = context.invocation_metadata() or ()
        with self._tracer.span(_DELIVER, Kind.SERVER, sent) as span:
            return await self._take_in(requests, material, now, span)

    async def _take_in(
        self,
        requests: AsyncIterator[pb.DeliverRequest],
        material: Material,
        now: dt.datetime,
        span: Span,
    ) -> pb.DeliverResponse:
        """Take the steps of `_deliver` from the second on."""
        # 2.
        opening = await anext(aiter(requests), None)
        if opening is None or not opening.HasField("opening"):
            raise Refused(Reason.HEADER_MISSING)
        accepted = judge(opening.opening, material, self._hub_oin, now)
        header = accepted.header
        span.note(message_id=str(header.context.message_id), bytes=header.payload_size)
        with ExitStack() as held:
            # 3.
            held.enter_context(self._inbox.reserved(accepted.key))
            # 4.
            known = await self._remember(self._inbox.find, accepted.key)
            if known is not None and known.state is not InboxState.ACCEPTING:
                await drain(requests)
                return await self._answer_again(accepted, known)
            # 5.
            freshness(header.context, now)
            if header.payload_size > self._max_payload_bytes:
                raise Refused(Reason.PAYLOAD_TOO_LARGE, limit=str(self._max_payload_bytes))
            # 6.
            path = held.enter_context(temporary(self._inbox.incoming))
            await take_in(requests, header, path)
            # 7.
            message = _message(accepted, path, maybe_seen=known is not None)
            await self._begin(accepted, message)
            return await self._own(self._finish(accepted, message, held.pop_all()))

    async def _begin(self, accepted: Accepted, message: IncomingMessage) -> None:
        """Record that `accept` begins.

        A stream that was cut looks like a half-close for a moment. By the time
        this is on the disk the cut has cancelled us, and `accept` never began.
        """
        try:
            await self._remember(
                self._inbox.accepting, accepted.key, accepted.header.context.expires
            )
        except asyncio.CancelledError:
            if not message.maybe_seen:
                self._memory.submit(self._inbox.abandon, accepted.key)
            raise

    async def _finish(
        self, accepted: Accepted, message: IncomingMessage, held: ExitStack
    ) -> pb.DeliverResponse:
        """Hand the message over, commit, and only then sign; then let go of what was held."""
        with held:
            try:
                with self._tracer.span("accept"):
                    await asyncio.to_thread(self._las.accept, message)
            except RefuseMessage as no:
                await self._remember(self._inbox.refused, accepted.key, no.reason, no.text)
                return pb.DeliverResponse(refusal=pb.Refusal(reason=no.reason, text=no.text))
            except Exception:  # noqa: BLE001 - whatever a vendor's code raises means: not now
                _LOG.exception("accept failed; the hub will come back with it")
                raise Refused(Reason.RECEIVER_FAILED, retry_after=30.0) from None
            payload = _receipt_payload(accepted, self._now())
            await self._remember(self._inbox.received, accepted.key, payload)
            return pb.DeliverResponse(receipt=await self._sign(accepted.key, payload))

    async def _answer_again(self, accepted: Accepted, known: Known) -> pb.DeliverResponse:
        if known.state is InboxState.REFUSED:
            return pb.DeliverResponse(refusal=pb.Refusal(reason=known.reason, text=known.text))
        before = read_receiver_receipt(known.receipt_payload, dossier_pb2.ReceiverReceipt)
        if before.stamp_digest == accepted.stamp_digest:
            return pb.DeliverResponse(receipt=await self._receipt(accepted.key, known))
        # The hub takes a receipt for the order that it gave just now: the same
        # word about the same message, received when it was.
        payload = _receipt_payload(accepted, before.received)
        return pb.DeliverResponse(receipt=await self._sign(accepted.key, payload))

    async def _receipt(self, key: MessageKey, known: Known) -> dossier_pb2.Signed:
        if known.receipt:
            kept = dossier_pb2.Signed.FromString(known.receipt)
            # Signed with a certificate that was replaced since, it may prove nothing any more.
            if kept.signatures[0].chain[0] == self._identity.current().signer.chain[0]:
                return kept
        return await self._sign(key, known.receipt_payload)

    async def _sign(self, key: MessageKey, payload: bytes) -> dossier_pb2.Signed:
        signer = self._identity.current().signer
        signed = dossier_pb2.Signed(**signed_fields(signer.sign(payload, RECEIVER_RECEIPT)))
        await self._remember(self._inbox.signed, key, payload, signed.SerializeToString())
        return signed

    async def _get_receipt(
        self, request: pb.GetReceiptRequest, context: Context
    ) -> pb.GetReceiptResponse:
        material = self._identity.current()
        require_hub(context.auth_context(), material, self._hub_oin, self._now())
        key = MessageKey(
            sender_oin=Oin.parse(request.sender_oin, "sender_oin"),
            message_id=parse_message_id(request.message_id, "message_id"),
            header_digest=parse_digest(request.header_digest, "header_digest"),
        )
        # Before looking into the memory: what is at work now may be in there a moment later.
        busy = self._inbox.busy(key)
        known = await self._remember(self._recall, key)
        if known is None or known.state is InboxState.ACCEPTING:
            return pb.GetReceiptResponse(
                state=pb.GetReceiptResponse.STATE_IN_PROGRESS
                if busy
                else pb.GetReceiptResponse.STATE_UNKNOWN
            )
        if known.state is InboxState.REFUSED:
            return pb.GetReceiptResponse(
                state=pb.GetReceiptResponse.STATE_REFUSED,
                refusal=pb.Refusal(reason=known.reason, text=known.text),
            )
        return pb.GetReceiptResponse(
            state=pb.GetReceiptResponse.STATE_RECEIVED, receipt=await self._receipt(key, known)
        )

    def _recall(self, key: MessageKey) -> Known | None:
        """Return what is known of exactly this message, and nothing of another with its id."""
        try:
            return self._inbox.find(key)
        except Refused:
            return None

    async def _ping(self, context: Context) -> pb.PingResponse:
        material = self._identity.current()
        caller_of(context.auth_context(), material.paths, self._now())
        return pb.PingResponse(oin=material.oin, software=self._las.software)

    async def _own(self, work: Coroutine[Any, Any, pb.DeliverResponse]) -> pb.DeliverResponse:
        task = asyncio.ensure_future(work)
        self._owned.add(task)
        task.add_done_callback(self._owned.discard)
        return await asyncio.shield(task)

    async def _remember(self, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._memory, work, *arguments)


def _receipt_payload(accepted: Accepted, received: dt.datetime) -> bytes:
    receipt = ReceiverReceipt(
        signer_oin=accepted.stamp.receiver_oin,
        exchange=accepted.exchange(),
        received=received,
        stamp_digest=accepted.stamp_digest,
    )
    message = dossier_pb2.ReceiverReceipt(**receiver_receipt_fields(receipt))
    return message.SerializeToString(deterministic=True)


def _message(accepted: Accepted, path: Path, *, maybe_seen: bool) -> IncomingMessage:
    header = accepted.header
    return IncomingMessage(
        routing_key=accepted.stamp.routing_key,
        context=header.context,
        path=path,
        size=header.payload_size,
        sha256=header.payload_sha256.hex(),
        maybe_seen=maybe_seen,
    )


async def _guarded(work: Coroutine[Any, Any, Result], context: Context) -> Result:
    """Let nothing but a named refusal reach the caller (style: two audiences)."""
    try:
        return await work
    except Refused as refused:
        return await refuse(context, refused)
    except Exception:  # noqa: BLE001 - its text is for our log, not for the caller
        _LOG.exception("unexpected")
        return await refuse(context, Refused(Reason.INTERNAL_ERROR))
