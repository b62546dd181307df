"""A receiver's certificate that ends is foretold, as the hubs last saw it there."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.builders.stubs import Stubs
from support.fakes.las import FakeLas
from support.worlds.beside.pinging import Counted, known, of_zuid, rounds_of
from support.worlds.forwarding import QUICK, World, facts_for, forwarding
from wissel.clients.testing.cast import ZUID
from wissel.routing.values.days import ONE_DAY, day_of
from wissel.traffic.v1 import route_service_pb2 as pb

ENDS = dt.datetime.now(dt.UTC).replace(microsecond=0) + 20 * ONE_DAY


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which Zuid's LAS shows a certificate that ends, and was pinged."""
    async with forwarding(tmp_path, replace(QUICK, handshake=1.0, dial=5.0)) as world:
        las = await FakeLas.start(world.hub.issue("short", oin=ZUID.oin, not_after=ENDS))
        await world.las.stop()
        world.las = las
        await world.hub.put(*facts_for(las.url))
        await rounds_of(world, Counted()).lead()
        await known(world.hub)
        yield world


async def forecast(world: World, name: str, **asked: Any) -> pb.ForecastRoutesResponse:
    request = pb.ForecastRoutesRequest(**({"days": 30} | asked))
    answer: pb.ForecastRoutesResponse = await Stubs(world.hub, name).routes.ForecastRoutes(request)
    return answer


async def test_the_end_of_what_a_receiver_showed_is_kept(world: World) -> None:
    found = await of_zuid(world)
    await world.las.stop()
    world.skip(7200)
    await rounds_of(world, Counted()).lead()
    silent = await of_zuid(world)

    assert (ENDS, None) == (found.certificate_ends, found.silent)
    assert ENDS == silent.certificate_ends
    assert silent.silent is not None


async def test_whose_it_is_and_operators_hear_of_it(world: World) -> None:
    for name in ("zuid", "desk"):
        (found,) = (await forecast(world, name)).certificates

        assert str(day_of(ENDS)) == found.date
        assert (world.las.url, ZUID.oin) == (found.url, found.receiver_oin)
        assert [ZUID.system_id] == list(found.system_ids)
        assert found.route_count
        assert ("RENEW_CERTIFICATE", "VENDOR") == (found.fix.action, found.fix.owner)


async def test_another_vendor_does_not_nor_is_it_told_too_early(world: World) -> None:
    assert not (await forecast(world, "noord")).certificates
    assert not (await forecast(world, "desk", days=10)).certificates


async def test_no_route_is_changed_by_it(world: World) -> None:
    answer = await forecast(world, "desk")

    assert not answer.events
    assert not answer.total.routes.lost
