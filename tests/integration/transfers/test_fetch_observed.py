"""What an operator sees of a fetch: its log line, and its part of the metrics."""

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from support.builders import envelopes
from support.eventually import eventually_async
from support.fakes.source import failing, refusing
from support.fetching import FetchWorld, fetching
from wissel.clients.testing.cast import ZUID

STEPS = ["dial", "header", "verify", "claim", "transfer", "record"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FetchWorld]:
    async with fetching(tmp_path) as world:
        yield world


def counted(world: FetchWorld, name: str, **labels: str) -> float:
    return world.world.metrics.get_sample_value(name, labels) or 0.0


async def line(world: FetchWorld) -> dict[str, object]:
    """Return the log line of the fetch."""
    found = await eventually_async(
        lambda: [each for each in world.world.hub.lines() if "/FetchDossier" in each["method"]],
        "the fetch is logged",
    )
    return dict(found[-1])


async def test_a_fetch_tells_what_it_was_and_where_the_time_went(world: FetchWorld) -> None:
    fetched = await world.fetch(await world.start())
    said = await line(world)

    assert str(fetched.stamp.message_id) == said["message_id"]
    assert ("UNCERTAIN", 1, ZUID.oin, len(envelopes.PAYLOAD)) == (
        said["state"],
        said["attempt"],
        said["receiver_oin"],
        said["bytes"],
    )
    steps, receiving = said["steps"], said["receiving"]
    assert isinstance(steps, dict)
    assert isinstance(receiving, float)
    assert STEPS == list(steps)
    assert 0 <= receiving <= steps["transfer"]


async def test_fetches_and_sessions_are_counted(world: FetchWorld) -> None:
    fetched = await world.fetch(await world.start())
    await world.sign_off(fetched)
    await world.start()

    assert counted(world, "wissel_fetch_step_seconds_total", step="transfer") > 0
    assert counted(world, "wissel_forward_step_seconds_total", step="transfer") == 0
    assert counted(world, "wissel_sessions_total", change="STARTED") == 2
    assert counted(world, "wissel_sessions_total", change="TRANSFERRED") == 1
    assert counted(world, "wissel_deliveries_total", state="DELIVERED", reason="") == 1
    assert counted(world, "wissel_delivered_bytes_total") == len(envelopes.PAYLOAD)


async def test_a_fetch_that_brings_nothing_counts_what_it_took(world: FetchWorld) -> None:
    for provide in (refusing("DOSSIER_NOT_READY"), failing(grpc.StatusCode.UNAVAILABLE)):
        world.source.provide = provide
        await world.refused(world.fetch(await world.start()))

    assert counted(world, "wissel_fetch_step_seconds_total", step="header") > 0
    assert counted(world, "wissel_fetch_step_seconds_total", step="claim") == 0
