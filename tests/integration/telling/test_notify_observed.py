"""What an operator sees of notifications: how many wait, what came of each, and a trace of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import grpc
import pytest

from support.fakes.collector import Collector
from support.fakes.las import Context
from support.notifying import NotifyWorld, notifying
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.fetching.notifications import TRIED
from wissel.server.observing.otel import Traces

ATTEMPTS = "wissel_notify_attempts_total"
WAITING = "wissel_notifications_waiting"
OLDEST = "wissel_notifications_oldest_seconds"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[NotifyWorld]:
    async with notifying(tmp_path) as world:
        yield world


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as running:
        for name, value in running.environ.items():
            monkeypatch.setenv(name, value)
        yield running


def shown(world: NotifyWorld, name: str, **labels: str) -> float | None:
    return world.world.metrics.get_sample_value(name, labels)


async def gone(context: Context) -> None:
    await context.abort(grpc.StatusCode.UNAVAILABLE, "away")


async def test_who_is_told_is_counted_and_nobody_waits(world: NotifyWorld) -> None:
    await world.announce()
    await world.told()
    await world.look()

    assert shown(world, ATTEMPTS, outcome="TOLD", reason="") == 1
    assert (shown(world, WAITING), shown(world, OLDEST)) == (0, 0)


async def test_what_waits_is_shown_until_it_is_given_up(world: NotifyWorld) -> None:
    world.las.notice = gone
    await world.announce()
    await world.told()
    world.world.skip(3600)
    await world.world.hub.put(replace(small_world.A_NOORD_SWV, stopped=True))
    await world.look()
    await world.look()
    waited = shown(world, WAITING), shown(world, OLDEST)
    await world.world.hub.put(*evergreen([replace(small_world.A_NOORD_SWV)]))
    world.world.skip(TRIED.total_seconds())
    await world.look()
    await world.look()

    assert waited[0] == 1
    assert 3600 <= (waited[1] or 0) < 7200
    assert shown(world, ATTEMPTS, outcome="FAILED", reason="RECEIVER_FAILED") == 1
    assert shown(world, ATTEMPTS, outcome="REFUSED", reason="SOURCE_NOT_CONNECTED") == 1
    assert shown(world, ATTEMPTS, outcome="GIVEN_UP", reason="RECEIVER_FAILED") == 1
    assert shown(world, WAITING) == 0


async def test_each_call_has_a_trace_and_no_trace_has_a_link_key(
    collector: Collector, tmp_path: Path
) -> None:
    traces = Traces(1)
    async with notifying(tmp_path, traces=traces) as world:
        world.las.notice = gone
        announced = await world.announce()
        await world.told()
        world.las.notice = None
        world.world.skip(3600)
        await world.look()
        await world.fetch_swv(announced.link_key)
        await world.refused(world.fetch_swv(announced.link_key, source_routing_key="0"))
    await asyncio.to_thread(traces.close)
    failed, told = collector.named("Notify", 2)

    about = {
        "rpc.system": "grpc",
        "wissel.notification_id": announced.notification_id,
        "wissel.source_oin": NOORD.oin,
        "wissel.requester_oin": ZUID.oin,
    }
    assert failed.attributes == about | {
        "wissel.attempt": 1,
        "wissel.reason": "RECEIVER_FAILED",
    }
    assert told.attributes == about | {"wissel.attempt": 2}
    assert ("CLIENT", b"") == (told.kind, told.parent)
    assert {"AnnounceNotification", "FetchDossier"} <= {span.name for span in collector.spans}
    key = UUID(announced.link_key)
    for marker in (str(key), key.hex, str(key).upper(), str(key.int)):
        assert marker.encode() not in collector.bytes
    assert key.bytes not in collector.bytes
