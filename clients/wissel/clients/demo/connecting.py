"""Both vendors' programs, which connect the mandates that they get by themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from wissel.clients.connecting.auto_connect import Connected
from wissel.clients.connecting.plan import DeliveryPoint, KeyOf
from wissel.clients.demo.exchange import Exchange, Side
from wissel.clients.demo.stage import Stage
from wissel.clients.errors import WisselError
from wissel.clients.hub import AsyncHub
from wissel.clients.testing.cast import NOORD, ZUID, Player
from wissel.mandate.v1 import mandate_service_pb2 as mandate

_WITHIN: Final = 30.0


class Connecting:
    """What the programs of both vendors do, in the order in which they do it."""

    def __init__(self) -> None:
        self._done: asyncio.Queue[Connected | BaseException] = asyncio.Queue()

    def told(self, done: Connected) -> None:
        """Take note of what a program did."""
        self._done.put_nowait(done)

    def ended(self, program: "asyncio.Task[None]") -> None:
        """Take note of why a program ended by itself, if it did."""
        if not program.cancelled() and (error := program.exception()) is not None:
            self._done.put_nowait(error)

    async def next(self) -> Connected:
        """Return what one of them does next, or raise `WisselError` if that takes too long."""
        try:
            async with asyncio.timeout(_WITHIN):
                done = await self._done.get()
        except TimeoutError:
            raise WisselError("no vendor connected what was mandated") from None
        if isinstance(done, BaseException):
            raise done
        if done.refused is not None:
            raise done.refused
        return done


@asynccontextmanager
async def connecting(running: Stage, exchange: Exchange) -> AsyncIterator[Connecting]:
    """Let both vendors keep their side of the exchange connected while the block lasts."""
    programs = Connecting()
    tasks = [
        asyncio.create_task(_connect(running, player, side, exchange.service, programs))
        for player, side in ((NOORD, exchange.sender), (ZUID, exchange.receiver))
    ]
    for task in tasks:
        task.add_done_callback(programs.ended)
    try:
        yield programs
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _connect(
    running: Stage, player: Player, side: Side, service: str, programs: Connecting
) -> None:
    place = running.folder / player.name / "connect.json"
    async with AsyncHub(running.server, running.identity(player)) as hub:
        url = running.las_urls[player.name]
        await hub.auto_connect(service, url, _at(side), place=place, told=programs.told)


def _at(side: Side) -> KeyOf:
    """Return what gives the delivery point of a side, and none for any other organisation."""
    point = DeliveryPoint(
        routing_key=side.routing_key, vestiging=side.vestiging, aanleverpunt=side.aanleverpunt
    )

    def key_of(given: mandate.Mandate) -> DeliveryPoint | None:
        return point if (given.brin, given.swv) == (side.brin, side.swv) else None

    return key_of
