"""The test school: systems that nobody has qualified exchange with it, and all of it says so."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world as w
from support.worlds.forwarding import World, evergreen, forwarding
from support.worlds.hub import reason_of
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import Address
from wissel.routing.facts import TEST_SCHOOL, Endpoint, Mandate
from wissel.traffic.v1 import route_service_pb2 as route
from wissel.traffic.v1 import traffic_service_pb2 as pb

SYSTEMS = (w.LAS_NOORD, w.LAS_ZUID)
GIVEN = w.mandate(TEST_SCHOOL, w.LAS_ZUID)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Nobody is qualified for OSO_OV; the test school has given Zuid a mandate."""
    async with forwarding(tmp_path) as world:
        facts = evergreen([GIVEN, w.endpoint(GIVEN, 1)])
        await world.hub.put(
            w.school(TEST_SCHOOL, w.BOARD_2),
            *(
                dataclasses.replace(each, url=world.las.url) if isinstance(each, Endpoint) else each
                for each in facts
                if isinstance(each, Mandate | Endpoint)
            ),
            *(
                w.qualification(each, w.OSO_OV, qualified=False)
                for each in (w.LAS_NOORD, w.LAS_ZUID)
            ),
        )
        yield world


async def test_an_exchange_with_the_test_school_is_delivered_and_marked(world: World) -> None:
    message = world.message(receiver=Address(organisation=TEST_SCHOOL))

    sent = await world.send(message)

    receipt = dossier_pb2.HubReceipt.FromString(sent.hub_receipt.payload)
    listed = await world.stub("zuid").ListDeliveries(pb.ListDeliveriesRequest())
    got = await world.stub().GetDelivery(pb.GetDeliveryRequest(message_id=sent.message_id))
    assert receipt.test
    assert [each.test for each in listed.deliveries] == [True]
    assert (got.delivery.state, got.delivery.test) == ("DELIVERED", True)


async def test_no_system_that_is_not_qualified_reaches_a_real_school(world: World) -> None:
    error = await world.refusal(world.message())

    assert reason_of(error) == "SYSTEM_NOT_QUALIFIED"
    assert world.las.received == []


async def test_a_receipt_of_a_real_exchange_has_no_mark(world: World) -> None:
    await world.hub.put(*(w.qualification(each, w.OSO_OV) for each in (w.LAS_NOORD, w.LAS_ZUID)))

    sent = await world.send(world.message())

    receipt = dossier_pb2.HubReceipt.FromString(sent.hub_receipt.payload)
    assert not receipt.test
    got = await world.stub().GetDelivery(pb.GetDeliveryRequest(message_id=sent.message_id))
    assert not got.delivery.test


async def test_a_decision_says_that_it_is_a_test(world: World) -> None:
    noord = Stubs(world.hub, "noord")
    asked = route.ResolveRouteRequest(
        sender_brin="99XA", receiver_brin=TEST_SCHOOL, service="OSO_OV"
    )

    found = (await noord.routes.ResolveRoute(asked)).route
    explained = await noord.routes.ExplainRoute(route.ExplainRouteRequest(query=asked))
    real = await noord.routes.ExplainRoute(
        route.ExplainRouteRequest(
            query=route.ResolveRouteRequest(
                sender_brin="99XA", receiver_brin="99XC", service="OSO_OV"
            )
        )
    )

    assert (found.test, explained.test, explained.route.test) == (True, True, True)
    assert (real.test, real.reason) == (False, "SYSTEM_NOT_QUALIFIED")
