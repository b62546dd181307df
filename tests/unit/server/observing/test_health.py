import asyncio
from contextlib import suppress
from typing import Any, cast

from wissel.server.observing.health import NOT_SERVING_SECONDS, report_health


class Server:
    """Takes what the health checks are to answer."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[bool] = asyncio.Queue()

    async def set_serving(self, *, serving: bool) -> None:
        self.answers.put_nowait(serving)


class Facts:
    """Facts that are as stale as a test wants, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def staleness(self) -> float:
        return self.seconds


async def test_health_follows_the_staleness_of_the_facts() -> None:
    server, facts, told = Server(), Facts(), list[bool]()
    reporting = asyncio.create_task(report_health(cast(Any, server), cast(Any, facts), told.append))

    facts.seconds = NOT_SERVING_SECONDS + 0.1
    stale = await server.answers.get()
    facts.seconds = NOT_SERVING_SECONDS
    fresh = await server.answers.get()
    reporting.cancel()
    with suppress(asyncio.CancelledError):
        await reporting

    assert (False, True) == (stale, fresh)
    assert [True, False] == [told[0], told[-1]]
    assert server.answers.empty()
