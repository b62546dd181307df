"""Calls that wait for the database: only so many, and the others go on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2

from support.builders.stubs import Stubs
from support.worlds import small_world
from support.worlds.hub import BOUNDS, Hub, detail, reason_of, running_hub
from wissel.clients.testing.cast import NOORD, OPERATOR, ZUID
from wissel.endpoint.v1.endpoint_service_pb2 import ListEndpointsRequest, SuspendEndpointRequest
from wissel.mandate.v1.mandate_service_pb2 import ValidateMandateRequest
from wissel.server.registry.ports import Actor

ROOM = 2
OWN = str(small_world.endpoint(small_world.A_NOORD, 1).endpoint_id)


@pytest.fixture
async def full(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub without room for any call that waits for the database."""
    bounds = replace(BOUNDS, waiting=0)
    async with running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as started:
        yield started


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    bounds = replace(BOUNDS, waiting=ROOM)
    async with running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as started:
        yield started


async def suspended(noord: Stubs) -> str:
    """Make a change, which waits for its turn; return why it was refused, if it was."""
    try:
        await noord.endpoints.SuspendEndpoint(SuspendEndpointRequest(endpoint_id=OWN))
    except grpc.aio.AioRpcError as error:
        return reason_of(error)
    return ""


async def test_for_want_of_room_a_call_is_refused_until_others_end(hub: Hub) -> None:
    noord = Stubs(hub, "noord")
    async with hub.register.transaction(Actor(caller=OPERATOR.oin, method="test")):
        transaction = {asyncio.create_task(suspended(noord)) for _ in range(ROOM + 3)}
        ended = asyncio.as_completed(transaction, timeout=60)
        refused = [await next(ended) for _ in range(3)]
        await noord.resolve()
    await asyncio.wait(transaction)

    assert refused == ["OVERLOADED"] * 3
    assert (await noord.endpoints.ListEndpoints(ListEndpointsRequest())).endpoints


async def test_an_operator_finds_room(full: Hub) -> None:
    desk, noord = Stubs(full, "desk"), Stubs(full, "noord")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await noord.endpoints.ListEndpoints(ListEndpointsRequest())

    assert reason_of(refused.value) == "OVERLOADED"
    assert detail(refused.value, error_details_pb2.RetryInfo).retry_delay.seconds > 0
    assert (await desk.endpoints.ListEndpoints(ListEndpointsRequest())).endpoints
    await noord.resolve()


async def test_a_supplier_that_validates_its_own_mandate_waits_for_the_database(full: Hub) -> None:
    question = ValidateMandateRequest(brin="99XC", supplier_oin=ZUID.oin, service="OSO_OV")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(full, "zuid").mandates.ValidateMandate(question)
    operator = await Stubs(full, "desk").mandates.ValidateMandate(question)

    assert reason_of(refused.value) == "OVERLOADED"
    assert operator.mandate.mandate_id == str(small_world.C_ZUID.mandate_id)


@pytest.mark.parametrize("name", ["noord", "duo"])
async def test_a_third_party_that_validates_a_mandate_waits_for_nothing(
    full: Hub, name: str
) -> None:
    question = ValidateMandateRequest(brin="99XC", supplier_oin=ZUID.oin, service="OSO_OV")

    answer = await Stubs(full, name).mandates.ValidateMandate(question)

    assert (answer.result, answer.HasField("mandate")) == ("OK", False)


async def test_a_supplier_without_a_mandate_waits_for_nothing(full: Hub) -> None:
    question = ValidateMandateRequest(brin="99XC", supplier_oin=NOORD.oin, service="OSO_OV")

    answer = await Stubs(full, "noord").mandates.ValidateMandate(question)

    assert (answer.result, answer.reason) == ("NOK", "MANDATE_MISSING")


async def test_a_resolve_that_waits_for_a_revision_needs_room(full: Hub) -> None:
    noord, revision = Stubs(full, "noord"), full.follower.table.revision

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await noord.resolve(at_least_revision=revision + 1)

    assert reason_of(refused.value) == "OVERLOADED"
    assert (await noord.resolve(at_least_revision=revision)).registry_revision == revision
