"""ListDeliveryPoints: where an organisation can be reached now, for whom, and page by page."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.fetching import FROM_XA
from support.notifying import TO_SWV, NotifyWorld, notifying
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from support.worlds.hub import BOUNDS
from wissel.clients.testing.cast import SWV
from wissel.routing.facts import Attribute
from wissel.traffic.v1 import transfer_service_pb2 as pb


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[NotifyWorld]:
    async with notifying(tmp_path) as world:
        yield world


async def listed(world: NotifyWorld, name: str = "noord", **asked: Any) -> list[tuple[str, ...]]:
    """Return what all pages list: organisation, service and routing key."""
    request = pb.ListDeliveryPointsRequest(**asked)
    found: list[tuple[str, ...]] = []
    while True:
        page = await world.stub(name).ListDeliveryPoints(request)
        found += [
            (each.organisation, each.service, each.delivery_point.routing_key)
            for each in page.delivery_points
        ]
        request.page_token = page.next_page_token
        if not request.page_token:
            return found


async def test_what_an_organisation_has_is_listed_to_any_vendor(world: NotifyWorld) -> None:
    of_swv = [(SWV, "OSO_SWV", TO_SWV)]
    of_xa = [("99XA", "OSO_OV", FROM_XA), ("99XA", "OSO_SWV", FROM_XA)]

    assert await listed(world, swv=SWV) == of_swv
    assert await listed(world, "zuid", brin="99XA") == of_xa
    assert await listed(world, brin="99XA", service="OSO_SWV") == of_xa[1:]
    assert await listed(world, swv=SWV, attribute="LAS") == []
    assert await listed(world, swv=SWV, attribute="SWV") == of_swv
    assert await listed(world, brin="98ZZ") == []


async def test_whose_system_it_is_is_not_told(world: NotifyWorld) -> None:
    (each,) = (
        await world.stub("noord").ListDeliveryPoints(pb.ListDeliveryPointsRequest(swv=SWV))
    ).delivery_points

    point = each.delivery_point
    assert (point.system_id, point.system_oin) == ("", "")
    assert (point.attribute, point.service_version) == ("SWV", small_world.SWV_2026)


async def test_an_operator_may_leave_the_organisation_out(world: NotifyWorld) -> None:
    everything = await listed(world, "desk", page_size=2)

    assert await world.refused(listed(world, "noord")) == "FIELD_REQUIRED"
    assert everything == sorted(everything)
    assert len(everything) == len(set(everything))
    assert {each[0] for each in everything} == {"99XA", "99XB", "99XC", SWV}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"brin": "99XA", "service": "NONE"}, "SERVICE_NOT_FOUND"),
        ({"brin": "99XA", "service": "RIO"}, "SERVICE_NOT_FORWARDABLE"),
        ({"brin": "99XA", "attribute": "XYZ"}, "FIELD_INVALID"),
        ({"brin": "99XA", "page_size": -1}, "FIELD_INVALID"),
        ({"brin": "99XA", "page_token": "none"}, "PAGE_TOKEN_INVALID"),
        ({"brin": "nowhere"}, "IDENTIFIER_MALFORMED"),
    ],
)
async def test_a_list_that_makes_no_sense(
    world: NotifyWorld, asked: dict[str, Any], reason: str
) -> None:
    assert await world.refused(listed(world, **asked)) == reason


@pytest.mark.parametrize(
    "facts",
    [
        [replace(small_world.SWV_ZUID, stopped=True)],
        [
            replace(
                small_world.endpoint(small_world.SWV_ZUID, 1, version=small_world.SWV_2026),
                suspended=True,
            )
        ],
    ],
    ids=["no mandate", "suspended"],
)
async def test_what_cannot_receive_is_not_listed(world: NotifyWorld, facts: list[Any]) -> None:
    await world.world.hub.put(*evergreen(facts))

    assert await listed(world, swv=SWV) == []


async def test_each_call_counts_as_a_look_up(tmp_path: Path) -> None:
    async with notifying(tmp_path, bounds=replace(BOUNDS, lookup_per_minute=2)) as world:
        assert len(await listed(world, swv=SWV)) == 1
        await listed(world, brin="99XA", attribute=Attribute.LAS)

        assert await world.refused(listed(world, swv=SWV)) == "QUOTA_EXCEEDED"
        assert await world.refused(world.announce()) == "QUOTA_EXCEEDED"
        assert len(await listed(world, "zuid", swv=SWV)) == 1
