"""One attempt at a transfer (step 7): the sender's bytes go to the receiver.

The final chunk divides it (ADR 7). Before it is sent the receiver cannot have a
complete message, and an attempt that ends has FAILED; from then on only the
receiver knows what it has, and an attempt that ends without its answer is
UNCERTAIN.
"""

import asyncio
from typing import Final, TypeAlias

import grpc

from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.delivery import Result, State
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits
from wissel.server.courier.message import Message
from wissel.server.courier.receivers.call_failure import WriteFailed, refusal_of_call, write
from wissel.server.courier.sharing.slot import Slot
from wissel.server.courier.streams.chunk_framing import RawChunk, encode_request
from wissel.server.courier.streams.min_rate import MinRate
from wissel.server.courier.streams.request_stream import RequestStream
from wissel.server.courier.timeline import Step

DeliverMethod: TypeAlias = (
    "grpc.aio.StreamUnaryMultiCallable[las.DeliverRequest | RawChunk, las.DeliverResponse]"
)
DeliverCall: TypeAlias = (
    "grpc.aio.StreamUnaryCall[las.DeliverRequest | RawChunk, las.DeliverResponse]"
)
"""A call of `LasService.Deliver`, which is given the sender's chunks as they came."""

_DELIVER: Final = "/wissel.las.v1.LasService/Deliver"
_CLOSE_TO_DEADLINE: Final = 0.5
"""Seconds: gRPC and asyncio each keep the deadline, and do not come to it at the same moment."""


class _Answered(Exception):
    """The receiver has ended the call while it was being sent to."""


class Attempt:
    """Sends one message to one receiver, once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._hang_up = Refused(Reason.RECEIVER_FAILED)
        self._awaits_sender = False
        self.complete = False
        """Whether the final chunk has or may have been sent."""

    async def transfer(
        self, channel: grpc.aio.Channel, message: Message, stamp: dossier_pb2.Signed
    ) -> las.DeliverResponse:
        """Send header, stamp and payload, and return the receiver's answer.

        Raises `Refused`: for the sender what `RequestStream.chunk` raises, and
        SENDER_TOO_SLOW also if the time runs out while it is waited for; for the
        receiver RECEIVER_TIMEOUT, RECEIPT_INVALID for a receipt before the
        final chunk was sent, and what `refusal_of_call` says.
        """
        message.timeline.begin(Step.TRANSFER)
        call = self._call(channel, message)
        call.add_done_callback(lambda _: self._hung_up(message.stream))
        try:
            async with message.slot.until(message.deadline):
                await self._send(call, message, stamp)
                return await call
        except _Answered:
            return await self._answer(call, message)
        except grpc.aio.AioRpcError as error:
            raise self._failure(error, message) from error
        except TimeoutError:
            self._awaits_sender = self._awaits_sender and not message.slot.cut_off
            raise self._late() from None
        except Refused as refused:
            if refused is self._hang_up:
                refused.forget()
                return await self._answer(call, message)
            raise
        finally:
            call.cancel()

    def _call(self, channel: grpc.aio.Channel, message: Message) -> DeliverCall:
        deliver: DeliverMethod = channel.stream_unary(
            _DELIVER,
            request_serializer=encode_request,
            response_deserializer=las.DeliverResponse.FromString,
        )
        seconds = max(message.deadline - self._loop.time(), 0.0)
        return deliver(timeout=seconds, metadata=message.timeline.call_metadata() or None)

    async def _send(self, call: DeliverCall, message: Message, stamp: dossier_pb2.Signed) -> None:
        rate, timeline = MinRate(self._limits, self._loop.time()), message.timeline
        opening = las.Opening(header=message.signed, stamp=stamp)
        request = las.DeliverRequest(opening=opening)
        timeline.receiving += await self._write(call, request, message.slot)
        while not self.complete:
            chunk = await self._next(message)
            # No receiver may hold all bytes of what is not right (ADR 7): the final chunk has
            # come this far only with the size and the digest of the header.
            if message.stream.complete:
                self._begin_final_chunk(call)
            waited = await self._write(call, chunk, message.slot, len(chunk.data))
            timeline.receiving += waited
            if not self.complete:
                rate.count(len(chunk.data), waited, self._loop.time())
        message.slot.begin_wait(self._loop.time())
        await call.done_writing()
        message.slot.await_answer(self._loop.time())
        timeline.begin(Step.RECEIPT)

    async def _next(self, message: Message) -> RawChunk:
        """Return the sender's next chunk."""
        self._awaits_sender = True
        chunk = await message.stream.chunk(message.header)
        self._awaits_sender = False
        return chunk

    def _begin_final_chunk(self, call: DeliverCall) -> None:
        """Note that the final chunk may have been sent, unless the receiver has answered already.

        From here on a call that has ended may have ended with a receipt: a
        receiver does not wait for the half-close.
        """
        if call.done():
            raise _Answered
        self.complete = True

    async def _write(
        self, call: DeliverCall, request: las.DeliverRequest | RawChunk, slot: Slot, size: int = 0
    ) -> float:
        """Write a request with so many bytes of payload; return the seconds until it was taken."""
        slot.begin_wait(self._loop.time())
        if call.done():
            raise _Answered
        try:
            async with asyncio.timeout(self._limits.idle):
                await write(call, encode_request(request))
        except TimeoutError:
            raise self._late() from None
        except WriteFailed:
            raise _Answered from None
        return slot.end_wait(self._loop.time(), size)

    async def _answer(self, call: DeliverCall, message: Message) -> las.DeliverResponse:
        """Return the answer of a call that ended while it was being sent to."""
        if call.cancelled():
            raise Refused(Reason.RECEIVER_FAILED, code=grpc.StatusCode.CANCELLED.name)
        try:
            response = await call
        except grpc.aio.AioRpcError as error:
            raise self._failure(error, message) from error
        if not self.complete and response.WhichOneof("outcome") != "refusal":
            raise Refused(Reason.RECEIPT_INVALID, problem="it came before the final chunk was sent")
        return response

    def _hung_up(self, stream: RequestStream) -> None:
        """Stop waiting for a sender whose receiver is no longer there."""
        if not self.complete:
            stream.interrupt(self._hang_up, gently=True)

    def _late(self) -> Refused:
        """Return who did not come in time: the one that was being waited for."""
        if self._awaits_sender:
            return Refused(Reason.SENDER_TOO_SLOW)
        return Refused(Reason.RECEIVER_TIMEOUT, state=self._state.value)

    def _failure(self, error: grpc.aio.AioRpcError, message: Message) -> Refused:
        if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            if self._loop.time() < message.deadline - _CLOSE_TO_DEADLINE:
                self._awaits_sender = False  # the receiver said so, before the time was over
            return self._late()
        refused = refusal_of_call(error)
        message.timeline.receiver_said = refused.metadata
        return refused

    def ended_by(self, error: Exception) -> Result:
        """Return how the attempt ended if `error` ended it, at whichever step."""
        reason = error.reason if isinstance(error, Refused) else Reason.INTERNAL_ERROR
        return Result(state=self._state, reason=reason)

    @property
    def _state(self) -> State:
        """Where the message stands if the attempt ends without an answer."""
        return State.UNCERTAIN if self.complete else State.FAILED
