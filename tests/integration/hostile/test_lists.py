"""Who lists with a page token of its own making learns nothing and breaks nothing."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world
from support.worlds.forwarding import World, forwarding
from support.worlds.hub import reason_of
from wissel.endpoint.v1.endpoint_service_pb2 import ListEndpointsRequest
from wissel.mandate.v1.mandate_service_pb2 import ListMandatesRequest, ListPendingMandatesRequest
from wissel.party.v1.party_service_pb2 import ListPartiesRequest
from wissel.routing.facts import Processing
from wissel.school.v1.school_service_pb2 import ListSchoolsRequest
from wissel.traffic.v1.traffic_service_pb2 import ListDeliveriesRequest

FORGED: list[tuple[Any, Any]] = [
    (2**64 - 1, ""),
    (2**63, ""),
    (2**63 - 1, "\0"),
    (True, ""),
    (1.5, ""),
    (0, "\ud800"),
    (0, "x" * 100_000),
    (0, "٩"),
    (0, "9" * 30),
    (0, "9" * 5_000),
    (0, "' OR 1=1 --"),
    (0, "0001-01-01T00:00:00+14:00 00000003990000030000 00000000-0000-0000-0000-000000000001"),
    (None, None),
]


async def reason_for(call: Any, request: Any) -> str:
    """Return why a call is refused, an empty text if it is not."""
    try:
        await call(request)
    except grpc.aio.AioRpcError as error:
        return reason_of(error)
    return ""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        for _ in range(2):
            await world.send(world.message())
        yield world


def parts_of(token: str) -> list[Any]:
    parts: list[Any] = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    return parts


def token_of(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


def lists(world: World, name: str) -> list[tuple[Any, Any]]:
    """Return methods that list, each with a request of which there is a second page."""
    caller = Stubs(world.hub, name)
    if name == "duo":
        pending = caller.mandates.ListPendingMandates
        return [(pending, ListPendingMandatesRequest(page_size=1))]
    return [
        (caller.parties.ListParties, ListPartiesRequest(page_size=1)),
        (caller.mandates.ListMandates, ListMandatesRequest(page_size=1)),
        (caller.endpoints.ListEndpoints, ListEndpointsRequest(page_size=1)),
        (caller.schools.ListSchools, ListSchoolsRequest(page_size=1)),
        (world.stub(name).ListDeliveries, ListDeliveriesRequest(page_size=1)),
    ]


async def test_a_forged_token_is_refused_or_harmless(world: World) -> None:
    """With the right filters in it: these are no secret."""
    for system_id in (small_world.LAS_NOORD, small_world.LAS_ZUID):
        waiting = Processing.AWAITING
        given = small_world.mandate(small_world.XC, system_id, small_world.RIO, processing=waiting)
        await world.hub.put(given)
    reasons = set()
    for call, request in [*lists(world, "noord"), *lists(world, "duo")]:
        _, _, filters = parts_of((await call(request)).next_page_token)
        for pinned, after in FORGED:
            request.page_token = token_of(pinned, after, filters)
            reasons.add(await reason_for(call, request))

    assert reasons == {"", "PAGE_TOKEN_INVALID", "REQUEST_TOO_LARGE"}


async def test_the_token_of_another_caller_shows_the_callers_own(world: World) -> None:
    noord, zuid = (Stubs(world.hub, name).mandates for name in ("noord", "zuid"))
    token = (await zuid.ListMandates(ListMandatesRequest(page_size=1))).next_page_token

    shown = await noord.ListMandates(ListMandatesRequest(page_token=token))

    assert {each.system_id for each in shown.mandates} <= {"las-noord"}


async def test_a_token_of_the_future_shows_nothing_that_is_not_there(world: World) -> None:
    noord = Stubs(world.hub, "noord").mandates
    first = await noord.ListMandates(ListMandatesRequest(page_size=1))
    _, after, filters = parts_of(first.next_page_token)

    rest = await noord.ListMandates(ListMandatesRequest(page_token=token_of(2**62, after, filters)))

    assert {each.system_id for each in rest.mandates} == {"las-noord"}


async def test_a_page_has_a_largest_size(world: World) -> None:
    schools = Stubs(world.hub, "noord").schools

    found = await schools.ListSchools(ListSchoolsRequest(page_size=2**31 - 1))

    assert [each.brin for each in found.schools] == [small_world.XA, small_world.XB, small_world.XC]


async def test_a_pattern_in_a_name_is_no_pattern(world: World) -> None:
    schools = Stubs(world.hub, "noord").schools

    for text in ("%", "_", "\\", "99X_", "%99"):
        assert not (await schools.ListSchools(ListSchoolsRequest(name_contains=text))).schools
