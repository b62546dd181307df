"""Messages that are received: within time, and only so many of one OIN at once."""

import asyncio
from typing import Any, Final, cast

import grpc
import pytest

from support.cast import STRANGER
from support.eventually import LONGEST_WAIT
from support.worlds import small_world
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.facts import Role
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Oin
from wissel.server.rpc.calls.call import Call, Caller
from wissel.server.rpc.calls.policy import MethodPolicy
from wissel.server.rpc.calls.sharing.receiving import MessageBounds, Receiving

TABLE: Final = Table.load(1, small_world.small())
POLICY: Final = MethodPolicy(who=frozenset())


class Context:
    """A call whose messages come when the test puts them; it tells that it is read."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[object] = asyncio.Queue()
        self.asked = asyncio.Event()

    async def read(self) -> object:
        self.asked.set()
        return await self.messages.get()


def call_of(oin: Oin, role: Role | None = Role.VENDOR) -> tuple[Call, Context]:
    context = Context()
    call = Call("/a.B/C", POLICY, cast(Any, context), TABLE, 0.0)
    call.caller = Caller(oin=oin, party=oin, role=role, name="", peer=cast(Any, None))
    return call, context


async def turns() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_message_is_returned_as_it_came() -> None:
    call, context = call_of(NOORD.oin)
    context.messages.put_nowait(b"asked")

    assert await Receiving(MessageBounds()).one(call) == b"asked"


async def test_a_call_without_a_message_is_refused() -> None:
    call, context = call_of(NOORD.oin)
    context.messages.put_nowait(grpc.aio.EOF)

    with pytest.raises(Refused) as refused:
        await Receiving(MessageBounds()).one(call)

    assert refused.value.reason is Reason.REQUEST_MISSING


async def test_a_message_that_does_not_come_ends_its_call() -> None:
    call, _ = call_of(NOORD.oin)
    receiving = asyncio.create_task(Receiving(MessageBounds(seconds=0)).one(call))

    async with asyncio.timeout(LONGEST_WAIT):
        await asyncio.wait([receiving])

    assert receiving.cancelled()
    assert call.ended is not None
    assert call.ended.reason is Reason.REQUEST_UNFINISHED


@pytest.mark.parametrize(
    ("oin", "role"), [(NOORD.oin, Role.VENDOR), (STRANGER.oin, None)], ids=["party", "stranger"]
)
async def test_one_too_many_waits_until_another_has_come(oin: Oin, role: Role | None) -> None:
    receiving = Receiving(MessageBounds(of_party=2, of_stranger=2))
    calls = [call_of(oin, role) for _ in range(4)]
    tasks = [asyncio.create_task(receiving.one(call)) for call, _ in calls]
    await turns()
    before = [context.asked.is_set() for _, context in calls]

    calls[1][1].messages.put_nowait(b"")
    await turns()
    after = [context.asked.is_set() for _, context in calls]
    other, of_other = call_of(ZUID.oin)
    of_other.messages.put_nowait(b"of another")

    assert before == [True, True, False, False]
    assert after == [True, True, True, False]
    assert await receiving.one(other) == b"of another"
    for task in tasks:
        task.cancel()


async def test_a_call_that_goes_while_it_waits_takes_no_place_with_it() -> None:
    receiving = Receiving(MessageBounds(of_party=1))
    (first, of_first), (second, _), (third, of_third) = (call_of(NOORD.oin) for _ in range(3))
    reading = asyncio.create_task(receiving.one(first))
    await turns()
    going = asyncio.create_task(receiving.one(second))
    waiting = asyncio.create_task(receiving.one(third))
    await turns()

    of_first.messages.put_nowait(b"1")
    of_third.messages.put_nowait(b"3")
    await reading
    going.cancel()  # it has just been given the place

    async with asyncio.timeout(LONGEST_WAIT):
        assert await waiting == b"3"


async def test_the_messages_of_a_stream_come_one_by_one_until_its_end() -> None:
    call, context = call_of(NOORD.oin)
    for each in (b"1", b"2", grpc.aio.EOF):
        context.messages.put_nowait(each)

    received = [message async for message in Receiving(MessageBounds()).each(call)]

    assert received == [b"1", b"2"]
