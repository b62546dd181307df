"""Calls wait for each other: only if they come close together, and never for long."""

import asyncio

from wissel.server.rpc.calls.coalescing import Coalescer

TURNS = 100
"""More turns of the loop than a call waits for."""


class Calls:
    """Comes with calls at moments of a clock that stands still in between."""

    def __init__(self) -> None:
        self.now = 10.0
        self.coalescer = Coalescer(lambda: self.now)

    def come(self, *, after: float) -> asyncio.Future[None] | None:
        """Come with a call so many seconds after the last."""
        self.now += after
        return self.coalescer.turn()


async def turns(count: int) -> None:
    """Let the loop turn so many times."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_call_that_comes_alone_is_served_at_once() -> None:
    calls = Calls()

    assert [calls.come(after=0.01) for _ in range(3)] == [None] * 3


async def test_calls_that_come_close_together_are_served_in_the_same_turn() -> None:
    calls, served = Calls(), list[int]()
    calls.come(after=1)
    first = calls.come(after=0.0005)
    assert first is not None
    first.add_done_callback(lambda _: served.append(1))

    await turns(5)
    second = calls.come(after=0.0001)
    assert second is not None
    second.add_done_callback(lambda _: served.append(2))
    early = [first.done(), second.done()]
    await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)

    assert early == [False, False]
    assert served == [1, 2]


async def test_a_call_that_nobody_joins_waits_no_longer_than_some_turns() -> None:
    calls = Calls()
    calls.come(after=1)
    waiting = calls.come(after=0.0005)

    await turns(TURNS)

    assert waiting is not None
    assert waiting.done()


async def test_so_many_calls_do_not_wait_for_more() -> None:
    calls = Calls()
    calls.come(after=1)
    waiting = [calls.come(after=0) for _ in range(16)]

    await turns(2)

    assert all(each is not None and each.done() for each in waiting)


async def test_a_caller_that_goes_takes_nobody_with_it() -> None:
    calls = Calls()
    calls.come(after=1)
    gone, stays = calls.come(after=0), calls.come(after=0)
    assert gone is not None
    assert stays is not None

    gone.cancel()
    await turns(TURNS)

    assert stays.done()
    assert not stays.cancelled()


async def test_a_late_call_joins_those_that_wait() -> None:
    calls = Calls()
    calls.come(after=1)
    first = calls.come(after=0.0005)

    assert first is not None
    assert calls.come(after=0.5) is not None
