"""TransferService: a session is started, checked and signed off, by whom it concerns alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.worlds import small_world
from support.worlds.forwarding import World, forwarding
from support.worlds.hub import reason_of
from wissel.clients.testing.cast import ZUID
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

FROM_XA = small_world.key(small_world.XA, 1)
TO_XC = small_world.key(small_world.XC, 1)
OTHER_OF_XC = small_world.key(small_world.XC, 2)
TO_XB = small_world.key(small_world.XB, 2)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


def stub(world: World, name: str) -> Any:
    return world.hub.stub(TransferServiceStub, name)


def asking(**changes: Any) -> pb.StartTransferRequest:
    """Return what 99XC asks 99XA for, but for `changes`."""
    fields: dict[str, Any] = {
        "source_brin": "99XA",
        "requester": pb.Requester(brin="99XC", routing_key=TO_XC),
        "overdrachtsoort": "overstapdossier",
        "initiator": "account-of-the-new-school",
    }
    return pb.StartTransferRequest(**(fields | changes))


def checking(session: str, **changes: Any) -> pb.CheckTransferRequest:
    """Return what the source of `asking` asks about, but for `changes`."""
    fields: dict[str, Any] = {
        "session_id": session,
        "source_brin": "99XA",
        "source_routing_key": FROM_XA,
        "requester": pb.Requester(brin="99XC", routing_key=TO_XC),
        "overdrachtsoort": "overstapdossier",
    }
    return pb.CheckTransferRequest(**(fields | changes))


async def started(world: World) -> str:
    return str((await stub(world, "zuid").StartTransfer(asking())).session_id)


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return reason_of(caught.value)


async def test_a_session_is_started_checked_and_signed_off(world: World) -> None:
    zuid, noord = stub(world, "zuid"), stub(world, "noord")

    begun = await zuid.StartTransfer(asking())
    checked = await noord.CheckTransfer(checking(begun.session_id))
    ended = await zuid.SignOffTransfer(
        pb.SignOffTransferRequest(session_id=begun.session_id, result="NOT_FOUND")
    )

    assert [point.routing_key for point in begun.delivery_points] == [FROM_XA]
    assert begun.delivery_points[0].attribute == "LAS"
    assert checked.requester_oin == ZUID.oin
    assert checked.initiator == "account-of-the-new-school"
    assert checked.expire_time == begun.expire_time
    assert ended.result == "NOT_FOUND"
    assert await refused(noord.CheckTransfer(checking(begun.session_id))) == "SESSION_SIGNED_OFF"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source_brin": "98ZZ"}, "SENDER_UNKNOWN"),
        ({"source_brin": ""}, "FIELD_REQUIRED"),
        ({"source_brin": "99x"}, "IDENTIFIER_MALFORMED"),
        ({"source_routing_key": small_world.key(small_world.XA, 9)}, "DELIVERY_POINT_UNKNOWN"),
        ({"requester": pb.Requester(routing_key=TO_XC)}, "FIELD_REQUIRED"),
        ({"requester": pb.Requester(brin="99XC", routing_key="1")}, "IDENTIFIER_MALFORMED"),
        ({"requester": pb.Requester(brin="99XA", routing_key=FROM_XA)}, "DELIVERY_POINT_UNKNOWN"),
        ({"overdrachtsoort": "swv-dossier"}, "RELATION_INVALID"),
        ({"overdrachtsoort": "overdrachtbinnenbrin"}, "RELATION_INVALID"),
        ({"overdrachtsoort": "DOD"}, "FIELD_INVALID"),
        ({"initiator": ""}, "FIELD_REQUIRED"),
        ({"initiator": "123456789"}, "FIELD_INVALID"),
    ],
)
async def test_what_is_asked_wrongly_begins_no_session(
    world: World, changes: dict[str, Any], reason: str
) -> None:
    assert await refused(stub(world, "zuid").StartTransfer(asking(**changes))) == reason


async def test_nobody_asks_in_the_name_of_another(world: World) -> None:
    assert await refused(stub(world, "noord").StartTransfer(asking())) == "DELIVERY_POINT_UNKNOWN"
    assert await refused(stub(world, "duo").StartTransfer(asking())) == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source_brin": "99XB", "source_routing_key": ""}, "FIELD_REQUIRED"),
        ({"source_routing_key": small_world.key(small_world.XA, 9)}, "DELIVERY_POINT_UNKNOWN"),
        (
            {"source_brin": "99XB", "source_routing_key": small_world.key(small_world.XB, 1)},
            "SESSION_DEVIATES",
        ),
        ({"overdrachtsoort": "overdrachtbinnenbrin"}, "SESSION_DEVIATES"),
        (
            {
                "requester": pb.Requester(
                    brin="99XB", routing_key=small_world.key(small_world.XB, 2)
                )
            },
            "SESSION_DEVIATES",
        ),
        (
            {
                "requester": pb.Requester(
                    brin="99XC", routing_key=small_world.key(small_world.XC, 2)
                )
            },
            "DELIVERY_POINT_UNKNOWN",
        ),
        ({"session_id": str(uuid4())}, "SESSION_UNKNOWN"),
        ({"session_id": "no id"}, "FIELD_INVALID"),
    ],
)
async def test_any_difference_is_told_to_the_source(
    world: World, changes: dict[str, Any], reason: str
) -> None:
    session = await started(world)

    assert await refused(stub(world, "noord").CheckTransfer(checking(session, **changes))) == reason


async def test_only_the_system_of_the_source_checks(world: World) -> None:
    session = await started(world)

    assert await refused(stub(world, "zuid").CheckTransfer(checking(session))) == (
        "DELIVERY_POINT_UNKNOWN"
    )


async def test_only_the_requester_signs_off_and_its_first_word_stands(world: World) -> None:
    session = await started(world)
    done = pb.SignOffTransferRequest(session_id=session, result="NOT_READY")
    zuid = stub(world, "zuid")
    other = pb.SignOffTransferRequest(session_id=session, result="TRANSFERRED")

    assert await refused(zuid.SignOffTransfer(other)) == "FIELD_REQUIRED"
    assert await refused(stub(world, "noord").SignOffTransfer(other)) == "SESSION_UNKNOWN"
    assert await refused(stub(world, "noord").SignOffTransfer(done)) == "SESSION_UNKNOWN"
    assert (await zuid.SignOffTransfer(done)).result == "NOT_READY"
    assert (await zuid.SignOffTransfer(done)).result == "NOT_READY"
    assert await refused(zuid.SignOffTransfer(other)) == "SESSION_SIGNED_OFF"
    nothing = pb.SignOffTransferRequest(session_id=session, result="DONE")
    assert await refused(zuid.SignOffTransfer(nothing)) == "FIELD_INVALID"


async def test_both_sides_may_be_one_vendor(world: World) -> None:
    noord = stub(world, "noord")
    within = {
        "source_brin": "99XB",
        "requester": pb.Requester(brin="99XA", routing_key=FROM_XA),
    }

    begun = await noord.StartTransfer(asking(**within))
    key = next(p.routing_key for p in begun.delivery_points if p.vestiging == "99XB00")
    checked = await noord.CheckTransfer(
        checking(begun.session_id, source_routing_key=key, **within)
    )

    assert {point.vestiging for point in begun.delivery_points} == {"99XB00", "99XB02"}
    assert checked.initiator


async def test_a_source_without_an_active_delivery_point_is_told_as_that(world: World) -> None:
    endpoint = small_world.endpoint(small_world.A_NOORD, 1, suspended=True)
    await world.hub.put(endpoint)

    assert await refused(stub(world, "zuid").StartTransfer(asking())) == "SOURCE_NOT_CONNECTED"
