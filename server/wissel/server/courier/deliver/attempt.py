"""One attempt at a delivery: steps 6 to 8 of forwarding.

What matters is one instant, the half-close: before it the receiver holds
nothing that counts (FAILED), after it only its own word says what it holds
(UNCERTAIN until then).
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Final, TypeAlias

import grpc

from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.delivery import Result, State
from wissel.routing.exchange.envelope import EnvelopeHeader
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.person_numbers import holds_person_number
from wissel.server.courier.bounds import Limits
from wissel.server.courier.streams.chunk_framing import RawChunk, encode_request
from wissel.server.courier.streams.min_rate import MinRate
from wissel.server.courier.streams.request_stream import RequestStream
from wissel.server.courier.timeline import Step, Timeline

DeliverMethod: TypeAlias = (
    "grpc.aio.StreamUnaryMultiCallable[las.DeliverRequest | RawChunk, las.DeliverResponse]"
)
DeliverCall: TypeAlias = (
    "grpc.aio.StreamUnaryCall[las.DeliverRequest | RawChunk, las.DeliverResponse]"
)
"""A call of `LasService.Deliver`, which is given the sender's chunks as they came."""

_DELIVER: Final = "/wissel.las.v1.LasService/Deliver"

_REASON: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_NO_REASON: Final = "UNSPECIFIED"
_MAX_TEXT: Final = 300


class _Answered(Exception):
    """The receiver ended the call before the half-close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is brought: the signed header as the sender made it, the hub's stamp, the payload."""

    header: EnvelopeHeader
    signed: dossier_pb2.Signed
    stamp: dossier_pb2.Signed
    stream: RequestStream
    timeline: Timeline


class Attempt:
    """Brings one parcel to one receiver, once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._hang_up = Refused(Reason.RECEIVER_FAILED)
        self.complete = False
        """Whether the last chunk, with the half-close behind it, has or may have been sent."""

    async def bring(
        self, channel: grpc.aio.Channel, parcel: Parcel, until: float
    ) -> las.DeliverResponse:
        """Return the receiver's answer; `until` is on the loop's clock.

        Raises `Refused`: by the sender's fault as `RequestStream.chunk` does, by the
        receiver's RECEIVER_TIMEOUT, RECEIVER_FAILED, or RECEIPT_INVALID for a
        receipt before the half-close.
        """
        seconds, onward = max(until - self._loop.time(), 0.0), parcel.timeline.onward()
        deliver: DeliverMethod = channel.stream_unary(
            _DELIVER,
            request_serializer=encode_request,
            response_deserializer=las.DeliverResponse.FromString,
        )
        call = deliver(timeout=seconds, metadata=onward or None)
        call.add_done_callback(lambda _: self._hung_up(parcel.stream))
        try:
            async with asyncio.timeout_at(until):
                await self._send(call, parcel)
                return await call
        except _Answered:
            return await self._early_answer(call)
        except grpc.aio.AioRpcError as error:
            raise self._failure(error) from error
        except TimeoutError:
            raise self._late() from None
        except Refused as refused:
            if refused is self._hang_up:
                refused.forget()
                return await self._early_answer(call)
            raise
        finally:
            call.cancel()

    async def _send(self, call: DeliverCall, parcel: Parcel) -> None:
        rate, timeline = MinRate(self._limits, self._loop.time()), parcel.timeline
        opening = las.Opening(header=parcel.signed, stamp=parcel.stamp)
        timeline.receiving += await self._write(call, las.DeliverRequest(opening=opening))
        held: RawChunk | None = None
        while (piece := await parcel.stream.chunk(parcel.header)) is not None:
            if held is not None:
                waited = await self._write(call, held)
                timeline.receiving += waited
                rate.count(len(held.data), waited, self._loop.time())
            held = piece
        # The last chunk waits for the verdict on all: a cancelled stream can look like an ended
        # one, and thus no receiver ever holds all bytes of what was not completed.
        if call.done():
            raise _Answered
        self.complete = True
        if held is not None:
            timeline.receiving += await self._write(call, held)
        await call.done_writing()
        timeline.begin(Step.RECEIPT)

    async def _write(self, call: DeliverCall, request: las.DeliverRequest | RawChunk) -> float:
        """Write to the receiver; return the seconds until it was taken."""
        began = self._loop.time()
        if call.done():
            raise _Answered
        try:
            async with asyncio.timeout(self._limits.idle):
                await call.write(request)
        except TimeoutError:
            raise self._late() from None
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            raise _Answered from None
        return self._loop.time() - began

    async def _early_answer(self, call: DeliverCall) -> las.DeliverResponse:
        if call.cancelled():
            raise Refused(Reason.RECEIVER_FAILED, code=grpc.StatusCode.CANCELLED.name)
        try:
            response = await call
        except grpc.aio.AioRpcError as error:
            raise self._failure(error) from error
        if response.WhichOneof("outcome") != "refusal":
            raise Refused(Reason.RECEIPT_INVALID, problem="it came before the message was complete")
        return response

    def _hung_up(self, stream: RequestStream) -> None:
        """Stop waiting for a sender whose receiver is no longer there."""
        if not self.complete:
            stream.interrupt(self._hang_up, gently=True)

    def _late(self) -> Refused:
        return Refused(Reason.RECEIVER_TIMEOUT, state=self.state.value)

    def _failure(self, error: grpc.aio.AioRpcError) -> Refused:
        if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            return self._late()
        return Refused(Reason.RECEIVER_FAILED, code=error.code().name)

    @property
    def state(self) -> State:
        """Where the message stands if the attempt ends without an answer."""
        return State.UNCERTAIN if self.complete else State.FAILED


def refusal_result(refusal: las.Refusal) -> Result:
    """Return a receiver's final no, with only what may be shown and kept of its words."""
    name, text = refusal.reason, refusal.text
    named = _REASON.fullmatch(name) and not holds_person_number(name)
    harmless = len(text) <= _MAX_TEXT and text.isprintable() and not holds_person_number(text)
    return Result(
        state=State.REFUSED,
        reason=Reason.RECEIVER_REFUSED,
        detail=name if named else _NO_REASON,
        text=text if harmless else "",
    )
