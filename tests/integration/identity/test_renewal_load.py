"""Five renewals under fifty callers: not one call fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest

from support.builders.pki import Pki
from support.builders.stubs import Stubs
from support.worlds.forwarding import World, forwarding
from wissel.clients.testing.cast import HUB
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub

RENEWALS: Final = 5
EACH: Final = 100
"""How many calls end well between two renewals."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


class Load:
    """Callers that go on until told to stop, and how often they were served."""

    def __init__(self) -> None:
        self.served = 0
        self._more = asyncio.Condition()
        self._stopped = False

    async def keep_calling(self, call: Callable[[], Awaitable[object]]) -> None:
        """Call until `stop`; whatever the call raises ends this."""
        while not self._stopped:
            await call()
            async with self._more:
                self.served += 1
                self._more.notify_all()

    async def served_more(self, calls: int) -> None:
        """Wait for so many calls from now on."""
        goal = self.served + calls
        async with self._more:
            await self._more.wait_for(lambda: self.served >= goal)

    def stop(self) -> None:
        """Let each caller end its call, and no more."""
        self._stopped = True


async def test_no_call_fails_while_everything_is_renewed(world: World, tmp_path: Path) -> None:
    load, duo = Load(), Stubs(world.hub, "duo")
    roots = world.hub.pki.roots.read_bytes()

    async def new_connection() -> None:
        async with world.hub.open(world.hub.identity("zuid")) as channel:
            stub: Any = PartyServiceStub(channel)
            await stub.WhoAmI(WhoAmIRequest(), timeout=20)

    calls = [
        *[lambda: duo.resolve(sender="99XA", receiver="99XC")] * 30,
        *[lambda: world.send(world.message(b"<dossier/>" * 100))] * 10,
        *[new_connection] * 10,
    ]
    async with asyncio.TaskGroup() as group:
        callers = [group.create_task(load.keep_calling(each)) for each in calls]
        for number in range(RENEWALS):
            await load.served_more(EACH)
            await _renew(world, roots, tmp_path / f"extra-{number}")
        await load.served_more(EACH)
        load.stop()

    assert len(callers) == 50
    assert load.served >= EACH * (RENEWALS + 1)
    (signature,) = world.las.opened[-1].opening.stamp.signatures
    assert signature.chain[0] == world.files.signer.current.chain[0]


async def _renew(world: World, roots: bytes, extra: Path) -> None:
    """Replace certificate, key and roots, looking at the files at every step of it."""
    key = world.hub.pki.folder / "hub.key"
    old = key.read_bytes()
    renewed = world.hub.issue("hub", oin=HUB.oin).key.read_bytes()
    key.write_bytes(old)
    await asyncio.to_thread(world.refresh)
    key.write_bytes(renewed)
    await asyncio.to_thread(world.refresh)
    world.hub.pki.roots.write_bytes(roots + Pki.create(extra, prefix="More").roots.read_bytes())
    await asyncio.to_thread(world.refresh)
