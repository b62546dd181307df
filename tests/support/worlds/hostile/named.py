"""A receiver behind a name, whose name servers do as a test wants."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from support.fakes.las import FakeLas
from support.fakes.name_server import Answering, NameServer, name_server
from support.worlds.forwarding import QUICK, World, facts_for, forwarding
from wissel.clients.testing.cast import ZUID

NAME: Final = "las-zuid.example"


@asynccontextmanager
async def named(
    folder: Path, answering: Answering, *, private: bool = True
) -> AsyncIterator[tuple[World, NameServer]]:
    """Start the world of forwarding with Zuid at `NAME`; the hub asks only this name server.

    With `private`, it may be at loopback.
    """
    async with name_server(answering) as server:
        limits = replace(QUICK, lookup=2.0)
        async with forwarding(
            folder, limits, private=private, name_servers=(server.address,)
        ) as world:
            await world.las.stop()
            world.las = await FakeLas.start(world.hub.issue("named", oin=ZUID.oin, dns=[NAME]))
            await world.hub.put(*facts_for(f"https://{NAME}:{world.las.port}"))
            yield world, server
