"""LocateSchools: where locations are, by an operator, in one revision."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from wissel.school.v1 import school_service_pb2 as pb

HERE = {"vestiging": "99XA00", "latitude": 52.07, "longitude": 4.33}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


def request(*points: dict[str, Any], **fields: Any) -> pb.LocateSchoolsRequest:
    return pb.LocateSchoolsRequest(
        points=[pb.LocationPoint(**each) for each in points], **({"reason": WHY} | fields)
    )


async def locate(hub: Hub, asked: pb.LocateSchoolsRequest) -> Any:
    return await Stubs(hub, "desk").schools.LocateSchools(asked, metadata=OPERATOR_METADATA)


async def test_what_is_located_is_shown_to_all_readers(hub: Hub) -> None:
    before = await hub.register.head_revision()
    unknown = HERE | {"vestiging": "99ZZ00"}

    done = await locate(hub, request(HERE, HERE, unknown))
    again = await locate(hub, request(HERE))
    shown = await Stubs(hub, "noord").schools.GetSchool(pb.GetSchoolRequest(brin="99XA"))

    first, *others = shown.school.locations
    assert (1, before + 1) == (done.located_count, done.revision)
    assert (["99ZZ00"], ["99XA00"]) == (done.unknown_vestigingen, done.doubled_vestigingen)
    assert (0, before + 1) == (again.located_count, again.revision)
    assert "99XA00" not in again.unlocated_vestigingen
    assert (52.07, 4.33) == (first.latitude, first.longitude)
    assert not any(each.HasField("latitude") for each in others)


async def test_a_repeat_gets_the_same_answer_and_another_body_is_refused(hub: Hub) -> None:
    same = str(uuid4())
    first = await locate(hub, request(HERE, request_id=same))

    again = await locate(hub, request(HERE, request_id=same))
    with pytest.raises(grpc.aio.AioRpcError) as other:
        await locate(hub, request(HERE | {"latitude": 52.08}, request_id=same))

    assert first == again
    assert "REQUEST_ID_REUSED" == reason_of(other.value)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (request(HERE, reason=""), "REASON_REQUIRED"),
        (request(HERE, HERE | {"vestiging": "99XA"}), "IDENTIFIER_MALFORMED"),
        (request(HERE, {"vestiging": "99XA01"}), "FIELD_INVALID"),
        (request(HERE, HERE | {"latitude": 4.33, "longitude": 52.07}), "FIELD_INVALID"),
        (request(*[HERE] * 15_001), "BATCH_TOO_LARGE"),
        (request(*[HERE] * 20_000), "REQUEST_TOO_LARGE"),
    ],
)
async def test_points_that_are_malformed_change_nothing(
    hub: Hub, asked: pb.LocateSchoolsRequest, reason: str
) -> None:
    before = await hub.register.head_revision()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await locate(hub, asked)

    assert reason == reason_of(refused.value)
    assert before == await hub.register.head_revision()


@pytest.mark.parametrize("caller", ["noord", "duo"])
async def test_nobody_else_locates_schools(hub: Hub, caller: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, caller).schools.LocateSchools(request(HERE))

    assert "METHOD_NOT_ALLOWED" == reason_of(refused.value)
