"""Receives a message: from its opening to the receipt of a LAS that has accepted it."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from wissel.clients.identity import Identity, Material
from wissel.clients.las.inbox import Inbox
from wissel.clients.las.inbox_thread import InboxThread
from wissel.clients.las.message import IncomingMessage, Las, RefuseMessage
from wissel.clients.las.opening import Accepted, incoming, judge, require_hub
from wissel.clients.las.payload import drain, receive, temporary
from wissel.clients.las.receipts import Receipts, receipt_payload
from wissel.clients.las.reporting import Reporter
from wissel.clients.las.trust import AuthContext
from wissel.clients.received.messages import Known, MessageState
from wissel.clients.transport.spans import Kind, Sent, Span, Tracer
from wissel.las.v1 import las_service_pb2 as pb
from wissel.routing.exchange.envelope import freshness
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

_LOG: Final = logging.getLogger("wissel.las")
_DELIVER: Final = "wissel.las.v1.LasService/Deliver"
_AGAIN_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A LAS that receives as `identity`, only from the hub `hub_oin`.

    `now` returns an aware instant; `tracer` traces what is received.
    """

    las: Las
    identity: Identity
    hub_oin: Oin
    max_payload_bytes: int
    now: Callable[[], dt.datetime]
    tracer: Tracer
    reporter: Reporter


class Reception:
    """Receives messages and hands each to the LAS once (design.md#sdk)."""

    def __init__(
        self, receiver: Receiver, inbox: Inbox, thread: InboxThread, receipts: Receipts
    ) -> None:
        self._receiver = receiver
        self._inbox = inbox
        self._thread = thread
        self._receipts = receipts
        self._owned: set[asyncio.Task[pb.DeliverResponse]] = set()

    async def settled(self) -> None:
        """Wait until every message that is complete has been handed to the LAS."""
        while self._owned:
            await asyncio.wait(self._owned)

    async def deliver(
        self, requests: AsyncIterator[pb.DeliverRequest], auth: AuthContext, sent: Sent
    ) -> pb.DeliverResponse:
        """Receive one message and return the answer to the hub; `sent` is the call's metadata.

        1. The caller is our hub, by its certificate (see `opening.require_hub`).
        2. The opening holds: stamp, header, signatures (see `opening.judge`).
        3. No other call is at work on the same message (MESSAGE_IN_PROGRESS).
        4. A message that is known gets the answer that it got before, with a
           receipt for the stamp of this attempt. The answer follows the last
           byte: the hub takes no receipt before it has sent that.
        5. It has not expired and is not too large (PAYLOAD_TOO_LARGE).
        6. It arrives whole: size and digest (see `payload.complete_payload`).
           From here on the work is a task of this process: it goes on when the
           hub breaks the call off.
        7. The inbox records on disk that `accept` begins, then it begins.

        Raises `Refused` with the reason of the first step that fails.
        """
        material, now = self._receiver.identity.current(), self._receiver.now()
        # 1.
        require_hub(auth, material, self._receiver.hub_oin, now)
        with self._receiver.tracer.span(_DELIVER, Kind.SERVER, sent) as span:
            return await self._receive(requests, material, now, span)

    async def _receive(
        self,
        requests: AsyncIterator[pb.DeliverRequest],
        material: Material,
        now: dt.datetime,
        span: Span,
    ) -> pb.DeliverResponse:
        """Do the steps of `deliver` from the second on."""
        # 2.
        opening = await anext(aiter(requests), None)
        if opening is None or not opening.HasField("opening"):
            raise Refused(Reason.HEADER_MISSING)
        accepted = judge(opening.opening, material, self._receiver.hub_oin, now)
        header = accepted.header
        span.note(message_id=str(header.context.message_id), bytes=header.payload_size)
        with ExitStack() as held:
            # 3.
            held.enter_context(self._inbox.reserved(accepted.key))
            # 4.
            known = await self._thread.run(self._inbox.find, accepted.key)
            if known is not None and known.state is not MessageState.ACCEPTING:
                await drain(requests, header)
                return await self._answer_again(accepted, known)
            # 5.
            freshness(header.context, now)
            limit = self._receiver.max_payload_bytes
            if header.payload_size > limit:
                raise Refused(Reason.PAYLOAD_TOO_LARGE, limit=str(limit))
            # 6.
            path = held.enter_context(temporary(self._inbox.incoming))
            await receive(requests, header, path)
            # 7.
            message = incoming(accepted, path, maybe_seen=known is not None)
            return await self._own(self._finish(accepted, message, held.pop_all()))

    async def _finish(
        self, accepted: Accepted, message: IncomingMessage, held: ExitStack
    ) -> pb.DeliverResponse:
        """Record that `accept` begins, call it, record the outcome, and only then sign.

        At the end it releases what is held.
        """
        with held:
            expires = accepted.header.context.expires
            await self._thread.run(self._inbox.accepting, accepted.key, expires)
            try:
                with self._receiver.tracer.span("accept"):
                    became = await asyncio.to_thread(self._receiver.las.accept, message)
            except RefuseMessage as no:
                await self._thread.run(self._inbox.refused, accepted.key, no.reason, no.text)
                return pb.DeliverResponse(refusal=pb.Refusal(reason=no.reason, text=no.text))
            except Exception:  # noqa: BLE001 - any other exception of a vendor means: not now
                _LOG.exception("accept failed; the hub will come back with it")
                raise Refused(Reason.RECEIVER_FAILED, retry_after=_AGAIN_SECONDS) from None
            payload = receipt_payload(accepted, self._receiver.now())
            await self._thread.run(self._inbox.received, accepted.key, payload)
            receipt = await self._receipts.sign(accepted.key, payload)
            if became is not None:
                said = message.context
                self._receiver.reporter.tell(said.message_id, said.sender_oin, became)
            return pb.DeliverResponse(receipt=receipt)

    async def _answer_again(self, accepted: Accepted, known: Known) -> pb.DeliverResponse:
        if known.state is MessageState.REFUSED:
            return pb.DeliverResponse(refusal=pb.Refusal(reason=known.reason, text=known.text))
        return pb.DeliverResponse(receipt=await self._receipts.for_stamp(accepted, known))

    async def _own(self, work: Coroutine[Any, Any, pb.DeliverResponse]) -> pb.DeliverResponse:
        task = asyncio.ensure_future(work)
        self._owned.add(task)
        task.add_done_callback(self._owned.discard)
        return await asyncio.shield(task)
