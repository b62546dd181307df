"""That a receiver does not answer is shown to those whose endpoint it is, and to nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from support.builders.stubs import Stubs
from support.fakes.broker import bearer
from support.worlds import small_world as w
from support.worlds.beside.pinging import silent_for
from support.worlds.hub import Hub, running_hub
from support.worlds.persons.portal_world import portal_world
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.routing.values.identifiers import Oin
from wissel.school.v1 import school_service_pb2 as schools
from wissel.server.courier.reachability.receivers import receiver_at
from wissel.traffic.v1 import route_service_pb2 as routes

THERE = w.endpoint(w.C_ZUID, 1, vestiging="01", aanleverpunt="1")
OF_NOORD = w.endpoint(w.A_NOORD, 1)
RECEIVER = receiver_at(THERE.url, Oin(ZUID.oin))
OTHER = receiver_at(OF_NOORD.url, Oin(NOORD.oin))


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        await silent_for(started, 8, RECEIVER)
        yield started


async def listed(hub: Hub, name: str, **more: Any) -> dict[str, str]:
    page = await Stubs(hub, name).endpoints.ListEndpoints(pb.ListEndpointsRequest(), **more)
    return {each.endpoint_id: each.reachability.state for each in page.endpoints}


async def test_its_vendor_and_operators_see_since_when_and_why(hub: Hub) -> None:
    for name in ("zuid", "desk"):
        request = pb.GetEndpointRequest(endpoint_id=str(THERE.endpoint_id))
        found = (await Stubs(hub, name).endpoints.GetEndpoint(request)).endpoint.reachability

        assert ("UNREACHABLE", 8, "TCP") == (found.state, found.silent_days, found.cause)
        assert "it takes no connections" == found.detail
        assert found.checked_time.seconds - found.silent_since_time.seconds == 8 * 24 * 3600
        assert "UNREACHABLE" == (await listed(hub, name))[str(THERE.endpoint_id)]


async def test_another_vendors_endpoints_say_nothing_of_it(hub: Hub) -> None:
    found = await listed(hub, "noord")

    assert found
    assert str(THERE.endpoint_id) not in found
    assert {""} == set(found.values())


async def test_what_is_not_in_force_says_nothing(hub: Hub) -> None:
    ended = w.endpoint(w.C_ZUID, 77, stopped=True)
    await hub.put(ended)

    request = pb.GetEndpointRequest(endpoint_id=str(ended.endpoint_id))
    answer = await Stubs(hub, "zuid").endpoints.GetEndpoint(request)

    assert not answer.endpoint.HasField("reachability")


async def test_a_school_is_connected_all_the_same_and_reads_where_nobody_answers(hub: Hub) -> None:
    request = schools.CheckConnectionRequest(brin="99XC", service="OSO_OV")
    for name in ("zuid", "desk"):
        (found,) = (await Stubs(hub, name).schools.CheckConnection(request)).connections

        assert found.connected
        assert str(THERE.endpoint_id) in [each.endpoint_id for each in found.silent_endpoints]
        assert {"TCP"} == {each.reachability.cause for each in found.silent_endpoints}


def question() -> routes.ExplainRouteRequest:
    query = routes.ResolveRouteRequest(
        sender_brin="99XA", receiver_brin="99XC", service="OSO_OV", receiver_vestiging="01"
    )
    return routes.ExplainRouteRequest(query=query)


async def test_an_explanation_tells_its_own_side_and_operators_and_the_route_is_the_same(
    hub: Hub,
) -> None:
    own = await Stubs(hub, "desk").routes.ExplainRoute(question())
    other = await Stubs(hub, "noord").routes.ExplainRoute(question())

    assert own.route.endpoint_id == other.route.endpoint_id != ""
    assert "UNREACHABLE" == own.reachability.state
    assert not other.HasField("reachability")


async def test_a_board_sees_it_of_its_own_schools(tmp_path: Path) -> None:
    async with portal_world(tmp_path) as world:
        await silent_for(world.hub, 2, OTHER)

        own = await listed(world.hub, "portal", metadata=bearer(world.broker.token()))

    assert {str(OF_NOORD.endpoint_id): "SILENT"} == own


async def test_metrics_count_how_many_stand_how(hub: Hub) -> None:
    await silent_for(hub, 0, OTHER)

    shown = generate_latest(hub.metrics).decode()

    assert 'wissel_receivers{reach="UNREACHABLE"} 1.0' in shown
    assert 'wissel_receivers{reach="SILENT"} 1.0' in shown
    assert 'wissel_receivers{reach="ANSWERS"} 0.0' in shown
