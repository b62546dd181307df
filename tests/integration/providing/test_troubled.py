"""A source that is restarted, has no storage, or has more asked of it than it can do at once."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.dossiers.editing import dossier
from support.eventually import eventually_async
from support.prepared.orders import signed
from support.prepared.world import PUPIL, ProvidingWorld, identity, providing
from support.worlds.las_world import Recording
from wissel.clients import LasServer, LasSettings, Prepared, Providing, Refused
from wissel.clients.providing.source import AT_ONCE, Source
from wissel.clients.testing.cast import HUB
from wissel.routing.refusals.errors import Refused as RuleRefused


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[ProvidingWorld]:
    async with providing(tmp_path) as world:
        yield world


async def test_what_is_prepared_outlives_the_server(world: ProvidingWorld) -> None:
    """Another process at the same folder gives the same header in the same session."""
    kept = world.prepare()
    session = await world.fetching.start()
    first = await world.ask(PUPIL, session)
    port = world.server.port
    await world.server.stop()
    again = Prepared(world.folder / "prepared", keys=world.folder / "keys")
    settings = LasSettings(
        listen=f"localhost:{port}",
        hub_oin=HUB.oin,
        storage=world.folder / "another-inbox",
        providing=Providing(prepared=again, hub=world.hub),
    )
    async with LasServer(Recording(), identity(world.world, "noord"), settings):
        second = await eventually_async(lambda: _asked(world, session), "it serves again")

    assert second.opening.header == first.opening.header
    assert second.payload == dossier("POVO")
    assert again.listed() == [kept]


async def _asked(world: ProvidingWorld, session: str) -> Any:
    """Return what is fetched; None as long as the hub has not found the new server."""
    try:
        return await world.ask(PUPIL, session)
    except Exception:  # noqa: BLE001 - what a hub says of a line that has just gone differs
        return None


async def test_on_the_day_after_its_last_it_is_not_there(world: ProvidingWorld) -> None:
    """Also before anybody has looked after the folder."""
    world.prepare()
    found = world.prepared.store.listed()

    with world.prepared.store.database.write() as connection:
        connection.execute("UPDATE dossier SET until = '2026-01-01'")

    assert len(found) == 1
    assert await world.refusal(PUPIL) == "DOSSIER_NOT_FOUND"


async def test_a_storage_that_is_gone_is_told_as_a_passing_fault(world: ProvidingWorld) -> None:
    world.prepare()
    damaged = world.folder / "prepared" / "prepared.db"
    for name in ("prepared.db-wal", "prepared.db-shm"):
        (damaged.parent / name).unlink(missing_ok=True)
    damaged.write_bytes(b"no database" * 1000)

    assert await world.refusal(PUPIL) == "SOURCE_FAILED"


async def test_a_hub_that_does_not_answer_is_a_passing_fault(world: ProvidingWorld) -> None:
    """Nothing is given on the word of an order alone."""

    class Silent:
        async def call(self, method: object, request: object) -> Any:
            raise Refused("OVERLOADED", "", code=grpc.StatusCode.RESOURCE_EXHAUSTED)

    source = Source(
        Providing(prepared=world.prepared, hub=Silent()),
        identity(world.world, "noord"),
        HUB.oin,
        lambda: dt.datetime.now(dt.UTC),
    )
    world.prepare()
    with pytest.raises(RuleRefused) as refused:
        async for _ in source.provide(await signed(world)):
            pass
    source.close()

    assert refused.value.reason == "SOURCE_FAILED"
    assert world.prepared.requests() == []


async def test_only_so_many_orders_are_worked_on_at_once(world: ProvidingWorld) -> None:
    waiting = asyncio.Event()

    class Waiting:
        async def call(self, method: object, request: object) -> Any:
            await waiting.wait()
            raise Refused("SESSION_UNKNOWN", "", code=grpc.StatusCode.NOT_FOUND)

    source = Source(
        Providing(prepared=world.prepared, hub=Waiting()),
        identity(world.world, "noord"),
        HUB.oin,
        lambda: dt.datetime.now(dt.UTC),
    )
    said = await signed(world)

    async def asked() -> str:
        async for part in source.provide(said):
            return part.refusal.reason
        return ""

    working = [asyncio.create_task(asked()) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    with pytest.raises(RuleRefused) as refused:
        await asked()
    waiting.set()

    assert refused.value.reason == "OVERLOADED"
    assert await asyncio.gather(*working) == ["SESSION_UNKNOWN"] * AT_ONCE
    assert await asked() == "SESSION_UNKNOWN"
    source.close()
