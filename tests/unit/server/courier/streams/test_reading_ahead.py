"""The next chunk is read while the one before is on its way to the receiver."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

import pytest

from support.builders.envelopes import header
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import MIN_CHUNK_BYTES
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits
from wissel.server.courier.streams.request_stream import RequestStream
from wissel.traffic.v1 import traffic_service_pb2 as pb

PARTS: Final = tuple(bytes([n]) * MIN_CHUNK_BYTES for n in range(3))
WHOLE: Final = b"".join(PARTS)
HEADER: Final = header(WHOLE)


class Sender:
    """Sends parts; then it is silent, ends or fails. It tells when it is asked for each."""

    def __init__(self, parts: Sequence[bytes], last: BaseException | None = None) -> None:
        self.asked = [asyncio.Event() for _ in range(len(parts) + 1)]
        self.let_go = asyncio.Event()
        self._parts = parts
        self._last = last

    async def requests(self) -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        """Yield the parts as chunks."""
        for asked, part in zip(self.asked, self._parts, strict=False):
            asked.set()
            yield pb.ForwardEnvelopeRequest(chunk=dossier_pb2.Chunk(data=part))
        self.asked[-1].set()
        if self._last is not None:
            raise self._last
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.let_go.set()
            raise


async def test_the_next_chunk_is_asked_for_before_anybody_waits_for_it() -> None:
    sender = Sender(PARTS)
    stream = RequestStream(sender.requests(), Limits())

    await stream.chunk(HEADER)
    async with asyncio.timeout(10):
        await sender.asked[1].wait()

    assert [each.is_set() for each in sender.asked] == [True, True, False, False]


async def test_all_chunks_come_in_their_order() -> None:
    stream = RequestStream(Sender(PARTS).requests(), Limits())

    chunks = [(await stream.chunk(HEADER)).data for _ in PARTS]

    assert tuple(chunks) == PARTS
    assert stream.complete


async def test_nothing_is_read_after_the_last_byte() -> None:
    sender = Sender(PARTS)
    stream = RequestStream(sender.requests(), Limits())

    for _ in PARTS:
        await stream.chunk(HEADER)
    await asyncio.sleep(0)

    assert not sender.asked[-1].is_set()


async def test_an_error_is_told_to_who_reads_on() -> None:
    stream = RequestStream(Sender(PARTS[:1], asyncio.InvalidStateError()).requests(), Limits())

    await stream.chunk(HEADER)
    with pytest.raises(Refused) as caught:
        await stream.chunk(HEADER)

    assert caught.value.reason is Reason.SENDER_GONE


async def test_a_sender_that_falls_silent_is_too_slow() -> None:
    stream = RequestStream(Sender(PARTS[:1]).requests(), Limits(idle=0.01))

    await stream.chunk(HEADER)
    with pytest.raises(Refused) as caught:
        await stream.chunk(HEADER)

    assert caught.value.reason is Reason.SENDER_TOO_SLOW


async def test_what_is_read_ahead_is_let_go_when_the_call_is_answered() -> None:
    sender = Sender(PARTS[:1])
    stream = RequestStream(sender.requests(), Limits())

    await stream.chunk(HEADER)
    await sender.asked[1].wait()
    await stream.discard_rest(asyncio.get_running_loop().time() - 1)

    async with asyncio.timeout(10):
        await sender.let_go.wait()
