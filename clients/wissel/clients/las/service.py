"""LasService over gRPC: messages from the hub, questions about them, and connection tests."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing
from typing import Any, Final, TypeVar

import grpc

from wissel.clients.las.inbox import Inbox
from wissel.clients.las.inbox_thread import InboxThread
from wissel.clients.las.message import notification_of
from wissel.clients.las.opening import require_hub
from wissel.clients.las.receipts import Receipts
from wissel.clients.las.reception import Receiver, Reception
from wissel.clients.las.refusing import refuse
from wissel.clients.las.trust import caller_of
from wissel.clients.providing.source import Source
from wissel.clients.received.fetched import FetchedMessages
from wissel.clients.received.messages import Known, MessageKey, Messages, MessageState
from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1.las_service_pb2_grpc import LasServiceServicer
from wissel.routing.exchange.envelope import parse_digest, parse_message_id
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

Result = TypeVar("Result")
Context = grpc.aio.ServicerContext[Any, Any]
_LOG: Final = logging.getLogger("wissel.las")


class LasServicer(LasServiceServicer):
    """Serves one LAS, whose messages are remembered in `inbox`, and in `fetched` if it fetches."""

    def __init__(
        self,
        receiver: Receiver,
        inbox: Inbox,
        *,
        fetched: FetchedMessages | None = None,
        source: Source | None = None,
    ) -> None:
        self._receiver = receiver
        self._source = source
        self._inbox = inbox
        self._fetched = fetched
        self._thread = InboxThread()
        self._receipts = Receipts(receiver.identity, inbox, self._thread)
        self._reception = Reception(receiver, inbox, self._thread, self._receipts)

    async def Deliver(
        self, request_iterator: AsyncIterator[pb.DeliverRequest], context: Context
    ) -> pb.DeliverResponse:
        """Receive a message from the hub; see `Reception.deliver`."""
        sent = context.invocation_metadata() or ()
        work = self._reception.deliver(request_iterator, context.auth_context(), sent)
        return await _guarded(work, context)

    async def GetReceipt(
        self, request: pb.GetReceiptRequest, context: Context
    ) -> pb.GetReceiptResponse:
        """Tell the hub what became of a message, with its receipt or refusal."""
        return await _guarded(self._get_receipt(request, context), context)

    async def Provide(  # type: ignore[override] # it writes to its context
        self, request: pb.ProvideRequest, context: Context
    ) -> None:
        """Give the hub what it orders; see `Source.provide`. Without a source there is nothing."""
        await _guarded(self._require_hub(context), context)
        if self._source is None:
            refusal = pb.Refusal(reason=Reason.DOSSIER_NOT_FOUND)
            await _written(pb.ProvideResponse(refusal=refusal), context)
            return
        sent = context.invocation_metadata() or ()
        async with aclosing(self._source.provide(request.order, sent)) as parts:
            while (part := await _guarded(_next(parts), context)) is not None:
                if not await _written(part, context):
                    return

    async def Notify(self, request: pb.NotifyRequest, context: Context) -> pb.NotifyResponse:
        """Take a notification from the hub, once the LAS has kept it."""
        return await _guarded(self._notify(request, context), context)

    async def Ping(self, request: pb.PingRequest, context: Context) -> pb.PingResponse:
        """Answer any caller with a trusted certificate."""
        return await _guarded(self._ping(context), context)

    async def settled(self) -> None:
        """Wait until every message that is complete has been handed to the LAS."""
        await self._reception.settled()
        self._thread.close()

    async def forget_hourly(self, seconds: float) -> None:
        """Delete what the inbox need not remember, every `seconds`, until cancelled."""
        while True:
            await self._thread.run(self._inbox.forget, self._receiver.now())
            await asyncio.sleep(seconds)

    async def _get_receipt(
        self, request: pb.GetReceiptRequest, context: Context
    ) -> pb.GetReceiptResponse:
        await self._require_hub(context)
        key = MessageKey(
            sender_oin=Oin.parse(request.sender_oin, "sender_oin"),
            message_id=parse_message_id(request.message_id, "message_id"),
            header_digest=parse_digest(request.header_digest, "header_digest"),
        )
        # Asked before the inbox: a message under way now may be in it a moment later.
        busy, receipts = self._inbox.busy(key), self._receipts
        known = await self._thread.run(_recall, self._inbox, key)
        if known is None and self._fetched is not None:
            receipts = Receipts(self._receiver.identity, self._fetched, self._thread)
            known = await self._thread.run(_recall, self._fetched, key)
        if known is None or known.state is MessageState.ACCEPTING:
            return pb.GetReceiptResponse(
                state=pb.GetReceiptResponse.STATE_IN_PROGRESS
                if busy
                else pb.GetReceiptResponse.STATE_UNKNOWN
            )
        if known.state is MessageState.REFUSED:
            return pb.GetReceiptResponse(
                state=pb.GetReceiptResponse.STATE_REFUSED,
                refusal=pb.Refusal(reason=known.reason, text=known.text),
            )
        return pb.GetReceiptResponse(
            state=pb.GetReceiptResponse.STATE_RECEIVED,
            receipt=await receipts.kept(key, known),
        )

    async def _notify(self, request: pb.NotifyRequest, context: Context) -> pb.NotifyResponse:
        await self._require_hub(context)
        notification = notification_of(request)
        await asyncio.to_thread(self._receiver.las.notified, notification)
        return pb.NotifyResponse()

    async def _require_hub(self, context: Context) -> None:
        material = self._receiver.identity.current()
        require_hub(context.auth_context(), material, self._receiver.hub_oin, self._receiver.now())

    async def _ping(self, context: Context) -> pb.PingResponse:
        material = self._receiver.identity.current()
        caller_of(context.auth_context(), material.paths, self._receiver.now())
        return pb.PingResponse(oin=material.oin, software=self._receiver.las.software)


def _recall(messages: Messages, key: MessageKey) -> Known | None:
    """Return what is known of this message; None for another message with the same id."""
    try:
        return messages.find(key)
    except Refused:
        return None


async def _guarded(work: Coroutine[Any, Any, Result], context: Context) -> Result:
    """Return the result of `work`; end the call with the reason of a refusal.

    Any other exception is logged, and its text does not reach the caller.
    """
    try:
        return await work
    except Refused as refused:
        return await refuse(context, refused)
    except Exception:  # noqa: BLE001 - whatever it is, the caller sees INTERNAL_ERROR
        _LOG.exception("unexpected")
        return await refuse(context, Refused(Reason.INTERNAL_ERROR))


async def _written(part: pb.ProvideResponse, context: Context) -> bool:
    """Write a part to the hub; return whether it is still there."""
    try:
        await context.write(part)
    except Exception:  # noqa: BLE001 - gRPC raises one of several errors once the call is over
        return False
    return True


async def _next(parts: AsyncIterator[Result]) -> Result | None:
    return await anext(parts, None)
