"""A hub of two workers pings a receiver, one worker at a time, and any of them shows it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from support.eventually import eventually_async
from support.processes import postgres
from support.processes.fleet import Fleet, running_fleet
from support.processes.hub_process import ENOUGH, Place, serving
from support.worlds.underway import connected
from wissel.clients.blocking import Hub
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.las.v1 import las_service_pb2 as las
from wissel.server.store.database import Database
from wissel.server.store.migrate import migrate
from wissel.server.store.observations import SqlObservations

QUICK = {"WISSEL_PING_SECONDS": "2"}


@pytest.fixture(params=["sqlite", "postgres"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    place = Place.make(tmp_path)
    settings = dict(QUICK)
    if request.param == "postgres":
        settings["WISSEL_DATABASE_URL"] = postgres.fresh_database()
        migrate(settings["WISSEL_DATABASE_URL"])
    with running_fleet(place, **settings) as running:
        yield (
            running,
            settings.get("WISSEL_DATABASE_URL", f"sqlite:///{tmp_path / 'data' / 'registry.db'}"),
        )


@asynccontextmanager
async def observations_at(url: str) -> AsyncIterator[SqlObservations]:
    database = Database.open(url)
    try:
        yield SqlObservations(database)
    finally:
        await database.close()


def shown(fleet: Fleet, port: int) -> set[str]:
    """How the endpoint at a port stands, as each worker shows it."""
    states = set()
    for _ in range(ENOUGH):
        with Hub(fleet.hub.address, fleet.hub.operator()) as hub:
            page = hub.call(
                lambda c: EndpointServiceStub(c).ListEndpoints, pb.ListEndpointsRequest()
            )
            found = {each.url.rpartition(":")[2]: each.reachability for each in page.endpoints}
            states.add(found[str(port)].state)
    return states


async def becomes(fleet: Fleet, port: int, state: str) -> None:
    """Wait until every worker shows an endpoint as standing so."""
    await eventually_async(
        lambda: asyncio.to_thread(shown, fleet, port),
        f"it is shown as {state}",
        until=lambda states: states == {state},
    )


async def test_what_one_worker_found_all_show_and_each_change_of_it(fleet: Any) -> None:
    running, _ = fleet
    async with connected(running.hub) as (_, receiver):
        await becomes(running, receiver.port, "ANSWERS")
        await receiver.stop()
        await becomes(running, receiver.port, "SILENT")


async def test_a_leader_that_is_killed_is_followed_by_the_other(fleet: Any) -> None:
    running, url = fleet
    released = asyncio.Event()

    async def hang(_: Any) -> las.PingResponse:
        await released.wait()
        return las.PingResponse()

    async with connected(running.hub) as (_, receiver), observations_at(url) as observations:
        receiver.ping = hang
        receiver.pings = 0
        await eventually_async(
            lambda: receiver.pings, "a ping is under way", until=lambda count: count > 0
        )
        led = await observations.last_round()
        assert led is not None

        os.kill(int(led.holder.rpartition("/")[2]), signal.SIGKILL)

        await eventually_async(
            observations.last_round,
            "another process leads",
            until=lambda last: last is not None and last.holder != led.holder,
        )
        released.set()
        await becomes(running, receiver.port, "ANSWERS")


async def test_a_hub_that_is_told_to_stop_waits_for_no_ping(tmp_path: Path) -> None:
    async def hang(_: Any) -> las.PingResponse:
        await asyncio.Event().wait()
        raise AssertionError

    with serving(Place.make(tmp_path), **QUICK) as hub:
        async with connected(hub) as (_, receiver):
            receiver.ping = hang
            receiver.pings = 0
            await eventually_async(
                lambda: receiver.pings, "a ping is under way", until=lambda count: count > 0
            )

            hub.process.signal(signal.SIGTERM)

            assert 0 == await asyncio.to_thread(hub.process.ended)
            assert "Traceback" not in hub.process.output
