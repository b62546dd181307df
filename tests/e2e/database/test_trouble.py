"""A database that restarts, is full or is locked: no acknowledged message is lost by it."""

import asyncio
import logging
import resource
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from support.builders.numbered_vendors import register_vendor
from support.eventually import eventually_async
from support.processes import postgres
from support.processes.hub_process import Place, serving
from support.processes.postgres import run_as_owner
from support.processes.postgres_hubs import another, place_on
from support.processes.standby import rows
from support.worlds.sending_load import sending
from support.worlds.underway import connected, send
from wissel.clients.errors import Refused, Unreachable
from wissel.clients.hub import AsyncHub
from wissel.clients.transport.retry import Patience
from wissel.routing.refusals.reasons import Reason

TOLD: Final = logging.getLogger(__name__)
MANY: Final = 20
BRIEF: Final = Patience(total=2)
"""For one repeat: an answer to the header can be lost while a chunk is being written."""
DELIVERED: Final = "SELECT message_id FROM delivery WHERE state = 'DELIVERED'"


@pytest.mark.parametrize("mode", ["fast", "immediate"])
@pytest.mark.faults
async def test_nothing_is_lost_when_postgresql_restarts_under_load(
    tmp_path: Path, mode: str
) -> None:
    server = postgres.own_server()
    place = place_on(server.url, tmp_path)
    with serving(place) as hub, another(place) as second:
        async with connected(hub) as (sender, _):
            await asyncio.to_thread(hub.settled, second)
            async with sending(
                [hub.address, second] * 4, sender.identity, tmp_path / "outbox", Patience(total=120)
            ) as load:
                await load.sent(MANY)
                began = time.monotonic()
                await asyncio.to_thread(run_as_owner, *server.control, "-m", mode, "restart")
                await load.sent(MANY)
                TOLD.info("%s: sending after %.1f s", mode, time.monotonic() - began)

    assert not load.failures
    delivered = {one for (one,) in rows(server, DELIVERED)}
    assert {str(one.message_id) for one in load.receipts} <= delivered


async def test_nothing_is_forwarded_that_a_full_disk_cannot_record(tmp_path: Path) -> None:
    with serving(Place.make(tmp_path)) as hub:
        async with (
            connected(hub) as (sender, las),
            AsyncHub(
                hub.address, sender.identity, outbox=tmp_path / "outbox", patience=BRIEF
            ) as calls,
            AsyncHub(hub.address, hub.operator(), user="testing", patience=BRIEF) as desk,
        ):
            await send(calls)
            with full_disk(hub.process.pid):
                assert Reason.RECORD_UNAVAILABLE == await refusal(lambda: send(calls))
                assert Reason.DATABASE_UNAVAILABLE == await refusal(
                    lambda: register_vendor(desk, 1000)
                )
                assert 1 == len(las.opened)
            await send(calls)
            await register_vendor(desk, 1000)

            assert 2 == len(las.received)


@pytest.mark.parametrize("name", ["journal.db", "registry.db"])
async def test_a_locked_file_is_waited_for_and_then_refused(tmp_path: Path, name: str) -> None:
    with serving(Place.make(tmp_path)) as hub:
        async with (
            connected(hub) as (sender, las),
            AsyncHub(
                hub.address, sender.identity, outbox=tmp_path / "outbox", patience=BRIEF
            ) as calls,
        ):
            await send(calls)
            with locked(tmp_path / "data" / name):
                began = time.monotonic()
                if name == "journal.db":
                    assert Reason.RECORD_UNAVAILABLE == await refusal(lambda: send(calls))
                else:  # reading goes on, and so do forwards
                    await send(calls)
                TOLD.info("%s: answered after %.1f s", name, time.monotonic() - began)
            await send(calls)

            assert len(las.received) == len(las.opened)


async def refusal(attempt: Callable[[], Awaitable[object]]) -> str:
    """Try until the answer is not lost in the client; return why it is refused."""

    async def failure() -> BaseException:
        with pytest.raises((Refused, Unreachable)) as refused:
            await attempt()
        return refused.value

    found = await eventually_async(
        failure, "the refusal is read", until=lambda error: isinstance(error, Refused)
    )
    assert isinstance(found, Refused)
    return str(found.reason)


@contextmanager
def full_disk(pid: int) -> Iterator[None]:
    """Let no file of the process grow inside the block."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock of a writer, as an open shell of SQLite may."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
