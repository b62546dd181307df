"""Memory goes back when nothing is under way, and not before."""

import asyncio
import ctypes
import gc
import weakref
from collections.abc import Iterator

import pytest

from support.eventually import LONGEST_WAIT
from wissel.server.memory import WORTH_BYTES, give_back

LOOK = 0.01

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc keeps what was freed"
)


class Cycle:
    """Holds much, and itself."""

    def __init__(self) -> None:
        self.payload = b"x" * (2 * WORTH_BYTES)
        self.own = self


@pytest.fixture
def no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
async def test_what_ended_transfers_left_goes_once_none_is_under_way() -> None:
    under_way, looked, gone = [object()], asyncio.Semaphore(0), asyncio.Event()

    def counted() -> int:
        looked.release()
        return len(under_way)

    giving = asyncio.create_task(give_back(counted, LOOK))
    async with asyncio.timeout(LONGEST_WAIT):
        await looked.acquire()
    weakref.finalize(Cycle(), gone.set)
    async with asyncio.timeout(LONGEST_WAIT):
        for _ in range(3):
            await looked.acquire()
        kept = not gone.is_set()
        under_way.clear()
        await gone.wait()
    giving.cancel()

    assert kept


@pytest.mark.usefixtures("no_collection")
async def test_a_process_that_is_never_at_rest_gives_back_too() -> None:
    gone, looked = asyncio.Event(), asyncio.Event()

    def never_at_rest() -> int:
        looked.set()
        return 1

    giving = asyncio.create_task(give_back(never_at_rest, LOOK))
    async with asyncio.timeout(LONGEST_WAIT):
        await looked.wait()
        weakref.finalize(Cycle(), gone.set)
        await gone.wait()
    giving.cancel()
