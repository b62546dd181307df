"""Reading on when the answer is known: how much of a stream, and for how long."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import pytest

from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import MIN_CHUNK_BYTES
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.bounds import Limits
from wissel.server.courier.streams.request_stream import Requests, RequestStream
from wissel.traffic.v1 import traffic_service_pb2 as pb

EVER: Final = 600.0
MOST: Final = 16 * MIN_CHUNK_BYTES
LIMITS: Final = Limits(max_payload=MOST, discard=EVER, quiet=EVER)


class Sender:
    """Sends chunks of a size, `count` of them or without end, and counts what was read."""

    def __init__(self, size: int, count: int | None = None) -> None:
        self.read = 0
        self._size = size
        self._count = count

    async def requests(self) -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        """Yield the chunks."""
        while self.read != self._count:
            self.read += 1
            yield chunk(self._size)
            await asyncio.sleep(0)


def chunk(size: int) -> pb.ForwardEnvelopeRequest:
    return pb.ForwardEnvelopeRequest(chunk=dossier_pb2.Chunk(data=bytes(size)))


def soon(seconds: float = EVER) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_all_is_read_up_to_the_half_close() -> None:
    sender = Sender(MIN_CHUNK_BYTES, count=9)

    await RequestStream(sender.requests(), LIMITS).discard_rest(soon())

    assert sender.read == 9


@pytest.mark.parametrize("size", [0, 1, MIN_CHUNK_BYTES - 100])
async def test_of_a_stream_without_end_no_more_is_read_than_of_the_largest_message(
    size: int,
) -> None:
    sender = Sender(size)

    await RequestStream(sender.requests(), LIMITS).discard_rest(soon())

    assert sender.read == MOST // MIN_CHUNK_BYTES


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [(replace(LIMITS, discard=0.05), EVER), (LIMITS, 0.05), (LIMITS, 0), (LIMITS, -1)],
    ids=["its own time", "the deadline", "no time left", "too late"],
)
async def test_a_stream_is_read_for_so_long(limits: Limits, seconds: float) -> None:
    sender = Sender(0)

    await RequestStream(sender.requests(), replace(limits, max_payload=2**60)).discard_rest(
        soon(seconds)
    )

    assert seconds > 0 or sender.read == 0


async def silence(
    asked: asyncio.Event | None = None,
) -> AsyncIterator[pb.ForwardEnvelopeRequest]:
    if asked:
        asked.set()
    await asyncio.Event().wait()
    yield chunk(1)


async def nonsense() -> AsyncIterator[pb.ForwardEnvelopeRequest]:
    yield chunk(1)
    raise Refused(Reason.FIELD_INVALID)


async def gone() -> AsyncIterator[pb.ForwardEnvelopeRequest]:
    yield chunk(1)
    raise asyncio.InvalidStateError


@pytest.mark.parametrize(
    ("requests", "limits"),
    [(silence, replace(LIMITS, quiet=0.01)), (nonsense, LIMITS), (gone, LIMITS)],
)
async def test_who_is_quiet_or_gone_or_talks_nonsense_is_answered(
    requests: Callable[[], Requests], limits: Limits
) -> None:
    async with asyncio.timeout(EVER / 2):
        await RequestStream(requests(), limits).discard_rest(soon())


async def test_an_interruption_ends_it() -> None:
    asked = asyncio.Event()
    stream = RequestStream(silence(asked), LIMITS)
    reading = asyncio.create_task(stream.discard_rest(soon()))
    await asked.wait()

    stream.interrupt(Refused(Reason.SENDER_GONE))
    await asyncio.wait([reading], timeout=EVER / 2)

    assert reading.done()


async def test_what_was_read_to_its_end_is_not_read_again() -> None:
    asked = 0

    class Nothing:
        def __aiter__(self) -> "Nothing":
            return self

        async def __anext__(self) -> pb.ForwardEnvelopeRequest:
            nonlocal asked
            asked += 1
            raise StopAsyncIteration

    stream = RequestStream(Nothing(), LIMITS)
    with suppress(Refused):
        await stream.header()

    await stream.discard_rest(soon())

    assert asked == 1


async def test_a_gentle_interruption_lets_a_chunk_come_that_is_on_its_way() -> None:
    asked, arriving = asyncio.Event(), asyncio.Event()

    async def requests() -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        asked.set()
        await arriving.wait()
        yield pb.ForwardEnvelopeRequest(header=dossier_pb2.Signed(payload=b"x"))
        yield chunk(1)

    stream = RequestStream(requests(), LIMITS)
    reading = asyncio.create_task(stream.header())
    await asked.wait()

    stream.interrupt(Refused(Reason.RECEIVER_FAILED), gently=True)
    arriving.set()
    header = await reading
    with pytest.raises(Refused) as interrupted:
        stream.raise_if_interrupted()

    assert header.payload == b"x"
    assert interrupted.value.reason is Reason.RECEIVER_FAILED
