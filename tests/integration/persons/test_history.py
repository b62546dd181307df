"""What happened is read by those whose own it is, and by nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import grpc
import pytest
from google.protobuf import json_format

from support.builders.stubs import Stubs
from support.fakes.broker import SUBJECT, bearer
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, reason_of
from support.worlds.persons.portal_world import FOREIGN, OWN, PortalWorld, portal_world
from support.worlds.persons.reading import told, told_to
from wissel.audit.v1 import audit_service_pb2 as pb
from wissel.clients.testing.cast import DUO, NOORD, PORTAL, ZUID
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.mandate.v1 import mandate_service_pb2 as mandate

WHY: Final = "we choose another system"
UNKNOWN: Final = str(uuid4())


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[PortalWorld]:
    async with portal_world(tmp_path) as opened:
        yield opened


async def move(world: PortalWorld) -> None:
    """Let the school of board 99001 move to board 99002, as an import of DUO's files does."""
    await world.hub.put(small_world.school(small_world.XA, small_world.BOARD_2))


async def end(world: PortalWorld, mandate_id: str, board: str = "99001") -> None:
    request = mandate.EndMandateRequest(mandate_id=mandate_id, immediately=True, reason=WHY)
    token = bearer(world.broker.token(boards=[board]))
    await world.portal.mandates.EndMandate(request, metadata=token)


async def test_a_board_reads_who_did_what_to_its_mandate_and_why(world: PortalWorld) -> None:
    given = await world.give()
    await end(world, given.mandate_id)

    last, first = await told_to(world, "99001", mandate_id=given.mandate_id)

    assert ("CREATED", "CreateMandate", "mandate") == (first.change, first.method, first.kind)
    assert ("CHANGED", "EndMandate", WHY) == (last.change, last.method, last.reason)
    assert (PORTAL.oin, PORTAL.title) == (last.actor_oin, last.actor_name)
    assert last.person.endswith(SUBJECT)
    assert ["period", "stopped"] == list(last.changed_fields)
    assert "end" not in json_format.MessageToDict(last.before)["period"]
    assert last.after["stopped"] is True
    assert given.mandate_id == last.key == first.after["mandate_id"]
    assert first.revision < last.revision
    assert first.recorded_time.ToDatetime() <= last.recorded_time.ToDatetime()
    assert not first.HasField("before")


@pytest.mark.parametrize(
    ("name", "whole"), [("desk", True), ("zuid", False), ("noord", None), ("duo", None)]
)
async def test_machines_read_what_is_their_own_without_persons(
    world: PortalWorld, name: str, whole: bool | None
) -> None:
    given = await world.give()
    await end(world, given.mandate_id)

    if whole is None:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await told(world, name, mandate_id=given.mandate_id)
        assert "MANDATE_NOT_FOUND" == reason_of(error.value)
        keys = {each.key for each in await told(world, name, brin=OWN)}
        assert given.mandate_id not in keys
        return
    entries = await told(world, name, mandate_id=given.mandate_id)
    assert {whole} == {bool(each.person_id and each.person) for each in entries}
    assert whole == any(each.reason for each in entries)


async def test_what_is_of_others_is_refused_as_what_is_not_there(world: PortalWorld) -> None:
    given = await world.give()
    agreements = await told(world, "desk", board_number="99001", kinds=["agreement"])

    async def refused(**asked: str) -> str:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await told(world, "noord", **asked)
        (value,) = asked.values()
        return (error.value.details() or "").replace(value.partition("/")[0], "")

    for name, missing, foreign in (
        ("mandate_id", UNKNOWN, given.mandate_id),
        ("agreement_id", UNKNOWN, agreements[0].key),
        ("system_id", "las-nowhere", "las-zuid"),
        ("qualification", "las-nowhere/OSO_OV", "las-zuid/OSO_OV"),
    ):
        assert await refused(**{name: missing}) == await refused(**{name: foreign})


async def test_the_owner_of_a_service_reads_its_mandates_and_no_endpoints(
    world: PortalWorld,
) -> None:
    given = await world.give(service="RIO")

    entries = await told(world, "duo", brin=OWN)
    service = await told(world, "duo", service="RIO")

    assert [given.mandate_id] == [each.key for each in entries]
    assert ["RIO"] == [each.key for each in service]
    assert "" == entries[0].person_id == entries[0].reason


async def test_the_board_of_before_reads_its_own_days(world: PortalWorld) -> None:
    given = await world.give()
    await move(world)
    await end(world, given.mandate_id, "99002")

    old = await told_to(world, "99001", mandate_id=given.mandate_id)
    new = await told_to(world, "99002", mandate_id=given.mandate_id)
    refused = await world.refused(
        world.portal.mandates.EndMandate,
        mandate.EndMandateRequest(mandate_id=given.mandate_id, immediately=True),
    )

    assert [("CreateMandate", True)] == [(each.method, bool(each.person)) for each in old]
    assert [("EndMandate", True), ("CreateMandate", False)] == [
        (each.method, bool(each.person)) for each in new
    ]
    assert "MANDATE_NOT_FOUND" == reason_of(refused)


@pytest.mark.parametrize("subject", [{"brin": OWN}, {"board_number": "99001"}])
async def test_a_school_that_moved_is_in_both_histories_until_then(
    world: PortalWorld, subject: dict[str, str]
) -> None:
    given = await world.give()
    await move(world)
    await world.give(service="OSO_SWV", token=world.broker.token(boards=["99002"]))

    entries = await told_to(world, "99001", **subject, kinds=["school", "mandate"])

    newest = [(each.kind, each.key) for each in entries[:2]]
    assert [("school", OWN), ("mandate", given.mandate_id)] == newest
    assert "99002" == entries[0].after["board"]
    assert {"99001"} == {entries[0].before["board"]}


async def test_nobody_reads_of_a_board_that_is_another(world: PortalWorld) -> None:
    await world.give()

    assert [] == await told_to(world, "99002", board_number="99001")
    assert [] == await told_to(world, "99002", brin=OWN)
    assert [] == await told(world, "noord", board_number="99001", kinds=["agreement", "board"])


@pytest.mark.parametrize(
    ("name", "asked", "seen"),
    [
        ("noord", {"system_id": "las-noord"}, True),
        ("noord", {"qualification": "las-noord/OSO_OV"}, True),
        ("noord", {"party_oin": NOORD.oin}, True),
        ("noord", {"party_oin": ZUID.oin}, False),
        ("noord", {"service": "OSO_OV"}, False),
        ("duo", {"party_oin": DUO.oin}, True),
        ("duo", {"service": "OSO_OV"}, False),
    ],
)
async def test_a_machine_reads_of_itself(
    world: PortalWorld, name: str, asked: dict[str, str], seen: bool
) -> None:
    entries = await told(world, name, **asked)

    assert seen == bool(entries)
    assert {""} >= {each.person_id + each.reason for each in entries}


async def test_a_portal_without_a_person_and_a_stranger_read_nothing(world: PortalWorld) -> None:
    request = pb.ListHistoryRequest(brin=OWN)

    for name, reason in (("portal", "TOKEN_REQUIRED"), ("stranger", "PARTY_NOT_REGISTERED")):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await Stubs(world.hub, name).audit.ListHistory(request)
        assert reason == reason_of(error.value)


async def test_a_person_of_single_schools_reads_of_these(world: PortalWorld) -> None:
    await world.give()
    token = bearer(world.broker.token(brins=[OWN], boards=None))

    async def kinds(**asked: Any) -> set[str]:
        request = pb.ListHistoryRequest(**asked)
        answer = await world.portal.audit.ListHistory(request, metadata=token)
        return {each.kind for each in answer.entries}

    assert {"school", "mandate", "endpoint"} == await kinds(brin=OWN)
    assert set() == await kinds(brin=FOREIGN)
    assert {"school", "mandate", "endpoint"} == await kinds(board_number="99001")


async def test_a_vendor_reads_its_endpoint_and_not_what_a_board_said(world: PortalWorld) -> None:
    (first,) = (
        await Stubs(world.hub, "noord").endpoints.ListEndpoints(
            endpoint.ListEndpointsRequest(brin=OWN)
        )
    ).endpoints
    await Stubs(world.hub, "desk").endpoints.SuspendEndpoint(
        endpoint.SuspendEndpointRequest(endpoint_id=first.endpoint_id, reason="a breach"),
        metadata=OPERATOR_METADATA,
    )

    last, *_ = await told(world, "noord", endpoint_id=first.endpoint_id)
    whole, *_ = await told(world, "desk", endpoint_id=first.endpoint_id)

    assert (["suspended"], "", "") == (list(last.changed_fields), last.reason, last.person_id)
    assert "a breach" == whole.reason
    assert "breach" not in json_format.MessageToJson(last)
