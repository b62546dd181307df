"""What a qualification cites is compared with what was delivered (R7)."""

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import Stubs
from support.fakes.las import refusing
from support.worlds import small_world as w
from support.worlds.forwarding import Envelope, World, evergreen, forwarding
from support.worlds.hub import OPERATOR_METADATA, reason_of
from wissel.party.v1 import party_service_pb2 as party
from wissel.routing.exchange.envelope import Address
from wissel.routing.facts import TEST_SCHOOL, Endpoint, Party, Role, System
from wissel.routing.values.identifiers import Oin, SystemId
from wissel.server.courier.settle.reduction import DeliveryReduction

GIVEN = w.mandate(TEST_SCHOOL, w.LAS_ZUID)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Noord is not qualified; the test school has given Zuid a mandate."""
    async with forwarding(tmp_path) as world:
        received = [
            dataclasses.replace(each, url=world.las.url) if isinstance(each, Endpoint) else each
            for each in evergreen([GIVEN, w.endpoint(GIVEN, 1)])
        ]
        await world.hub.put(
            w.school(TEST_SCHOOL, w.BOARD_2),
            *received,
            w.qualification(w.LAS_NOORD, w.OSO_OV, qualified=False),
        )
        yield world


async def sent(world: World) -> Envelope:
    message = world.message(receiver=Address(organisation=TEST_SCHOOL))
    await world.send(message)
    return message


async def qualify(world: World, *ids: Any, system: str = w.LAS_NOORD) -> party.System:
    evidence = party.Evidence(kind="TEST_EXCHANGE", message_ids=map(str, ids))
    request = party.QualifySystemRequest(
        system_id=system, service="OSO_OV", evidence=[evidence], reason="as it was exchanged"
    )
    desk = Stubs(world.hub, "desk").parties
    answer = await desk.QualifySystem(request, metadata=OPERATOR_METADATA)
    return answer.system  # type: ignore[no-any-return]  # the stubs are untyped


async def refused(world: World, *ids: Any, system: str = w.LAS_NOORD) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await qualify(world, *ids, system=system)
    assert "EVIDENCE_MISSING" == reason_of(error.value)
    return error.value.details() or ""


async def test_a_message_that_was_delivered_qualifies(world: World) -> None:
    message = await sent(world)

    system = await qualify(world, message.message_id)

    (qualification,) = [each for each in system.qualifications if each.service == "OSO_OV"]
    assert qualification.qualified


async def test_one_that_nobody_knows_is_named(world: World) -> None:
    known, unknown = await sent(world), uuid4()

    assert f"{unknown}" in await refused(world, known.message_id, unknown)


async def test_one_that_was_refused_is_none(world: World) -> None:
    world.las.behave = refusing("FULL")
    message = world.message(receiver=Address(organisation=TEST_SCHOOL))
    await world.refusal(message)

    assert "REFUSED" in await refused(world, message.message_id)


async def test_one_of_another_system_is_none(world: World) -> None:
    west = Oin("00000003990000110000")
    await world.hub.put(
        Party(oin=west, name="West", role=Role.VENDOR),
        System(system_id=SystemId("las-west"), party=west, name="LAS West"),
    )
    message = await sent(world)

    assert str(message.message_id) in await refused(world, message.message_id, system="las-west")


async def test_one_with_a_real_school_is_none(world: World) -> None:
    await world.hub.put(w.qualification(w.LAS_NOORD, w.OSO_OV))
    message = world.message()
    await world.send(message)

    assert str(message.message_id) in await refused(world, message.message_id)


async def test_one_that_was_reduced_counts_still(world: World) -> None:
    message = await sent(world)
    world.skip(dt.timedelta(days=800).total_seconds())
    reduction = DeliveryReduction(world.journal, world.deps.clock, dt.timedelta(days=730))
    assert 1 == (await reduction.step()).done

    system = await qualify(world, message.message_id)

    assert [each.qualified for each in system.qualifications if each.service == "OSO_OV"] == [True]
