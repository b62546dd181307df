"""Passing a dossier on to the requester (step 6 of a fetch): the final chunk waits (ADR 7)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.exchange.delivery import Result, State
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits
from wissel.server.courier.fetch.faults import source_blamed
from wissel.server.courier.message import Message
from wissel.server.courier.streams.chunk_framing import RawChunk
from wissel.server.courier.streams.min_rate import MinRate
from wissel.server.courier.timeline import Step
from wissel.traffic.v1 import transfer_service_pb2 as transfer

FetchedPart: TypeAlias = transfer.FetchDossierResponse | RawChunk
"""A part that a requester gets: the opening, or a chunk as it came."""

Write: TypeAlias = Callable[[FetchedPart], Awaitable[None]]
"""Writes a part to the requester, and returns once it can take another one."""


class Relay:
    """Gives one message to its requester, once."""

    def __init__(self, limits: Limits, write: Write) -> None:
        self._limits = limits
        self._to_requester = write
        self._clock = asyncio.get_running_loop().time
        self._awaits_requester = False
        self.complete = False
        """Whether the final chunk has or may have been sent."""

    async def pipe(self, message: Message, stamp: dossier_pb2.Signed) -> None:
        """Send header, stamp and payload, the final chunk only if size and digest are right.

        Raises `Refused`: SOURCE_TOO_SLOW, SOURCE_FAILED or SOURCE_INVALID for the
        source, REQUESTER_TOO_SLOW or REQUESTER_GONE for the requester.
        """
        message.timeline.begin(Step.TRANSFER)
        try:
            async with message.slot.until(message.deadline):
                await self._pipe(message, stamp)
        except TimeoutError:
            raise self._late() from None

    def ended_by(self, error: Exception) -> Result:
        """Return how the attempt ended if `error` ended it, at whichever step."""
        reason = error.reason if isinstance(error, Refused) else Reason.INTERNAL_ERROR
        return Result(state=State.UNCERTAIN if self.complete else State.FAILED, reason=reason)

    async def _pipe(self, message: Message, stamp: dossier_pb2.Signed) -> None:
        rate, stream = MinRate(self._limits, self._clock()), message.stream
        opening = las.Opening(header=message.signed, stamp=stamp)
        await self._write(message, transfer.FetchDossierResponse(opening=opening))
        while not self.complete:
            chunk = await self._next(message)
            stream.raise_if_interrupted()
            self.complete = stream.complete
            waited = await self._write(message, chunk)
            if not self.complete:
                self._count(rate, len(chunk.data), waited)

    async def _next(self, message: Message) -> RawChunk:
        slot = message.slot
        slot.begin_wait(self._clock())
        with source_blamed(message.stream):
            chunk = await message.stream.chunk(message.header)
        slot.end_wait(self._clock(), len(chunk.data))
        return chunk

    async def _write(self, message: Message, part: FetchedPart) -> float:
        """Write a part; return the seconds until the requester took it."""
        began, self._awaits_requester = self._clock(), True
        try:
            async with asyncio.timeout(self._limits.idle):
                await self._to_requester(part)
        except TimeoutError:
            raise self._late() from None
        except Exception as error:
            # gRPC raises one of several errors once the call is over.
            raise message.stream.interruption or Refused(Reason.REQUESTER_GONE) from error
        self._awaits_requester = False
        waited = self._clock() - began
        message.timeline.receiving += waited
        return waited

    def _count(self, rate: MinRate, size: int, waited: float) -> None:
        try:
            rate.count(size, waited, self._clock())
        except Refused as refused:
            self._awaits_requester = refused.reason is Reason.RECEIVER_TIMEOUT
            raise self._late() from refused

    def _late(self) -> Refused:
        """Return who did not come in time: the one that was being waited for."""
        late = Reason.REQUESTER_TOO_SLOW if self._awaits_requester else Reason.SOURCE_TOO_SLOW
        return Refused(late)
