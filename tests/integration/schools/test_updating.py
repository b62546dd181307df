"""UpdateSchool over the wire: what it stops is told before, and closed schools name a successor."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from google.rpc import error_details_pb2

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, Hub, detail, reason_of, refusal, running_hub
from wissel.routing.facts import OPERATOR_SOURCE
from wissel.school.v1 import school_service_pb2 as pb
from wissel.traffic.v1 import route_service_pb2

_XC = small_world.school(small_world.XC, small_world.BOARD_2, "01")
OURS = replace(
    _XC,
    source=OPERATOR_SOURCE,
    locations=tuple(replace(each, source=OPERATOR_SOURCE) for each in _XC.locations),
)
LAST = str(small_world.START)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=[*small_world.small(), OURS]) as started:
        yield started


def request(**fields: Any) -> pb.UpdateSchoolRequest:
    return pb.UpdateSchoolRequest(**({"brin": "99XC", "reason": WHY} | fields))


def closing(**fields: Any) -> pb.UpdateSchoolRequest:
    update = pb.LocationUpdate(vestiging="01", closed_date=LAST, successor="99XB02")
    return request(**({"locations": [update]} | fields))


async def update(hub: Hub, asked: pb.UpdateSchoolRequest) -> Any:
    return await Stubs(hub, "desk").schools.UpdateSchool(asked, metadata=OPERATOR_METADATA)


async def test_who_sends_to_a_closed_school_hears_where_it_goes_on(hub: Hub) -> None:
    told = await update(hub, closing(validate_only=True))
    done = await update(hub, closing())
    query = route_service_pb2.ResolveRouteRequest(
        sender_brin="99XA", receiver_brin="99XC", service="OSO_OV"
    )
    refused = await refusal(lambda: Stubs(hub, "noord").routes.ResolveRoute(query))

    info = detail(refused, error_details_pb2.ErrorInfo)
    assert (told.revision + 1, "99XC") == (done.revision, told.school.brin)
    assert told.impact.routes.lost > 0
    assert not done.HasField("impact")
    assert (LAST, "99XB02") == (done.school.closed_date, done.school.successor)
    assert ("RECEIVER_CLOSED", "99XB02") == (info.reason, info.metadata["successor"])
    assert "it may be 99XB02" in (refused.details() or "")


async def test_a_repeat_gets_the_same_answer(hub: Hub) -> None:
    same = str(uuid4())
    first = await update(hub, closing(request_id=same))

    assert first == await update(hub, closing(request_id=same))
    reused = await refusal(lambda: update(hub, request(request_id=same)))
    assert "REQUEST_ID_REUSED" == reason_of(reused)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (closing(reason=""), "REASON_REQUIRED"),
        (closing(brin="99X"), "IDENTIFIER_MALFORMED"),
        (closing(brin="99XA"), "VESTIGING_NOT_FOUND"),
        (
            request(brin="99XA", locations=[pb.LocationUpdate(vestiging="00", name="A")]),
            "KEPT_BY_RIO",
        ),
        (closing(etag="0123456789abcdef"), "ETAG_MISMATCH"),
        (request(board_number="9"), "IDENTIFIER_MALFORMED"),
        (request(locations=[pb.LocationUpdate()]), "FIELD_REQUIRED"),
        (request(locations=[pb.LocationUpdate(vestiging="99XA00")]), "IDENTIFIER_MALFORMED"),
        (
            request(locations=[pb.LocationUpdate(vestiging="01", closed_date="31-7-2026")]),
            "DATE_MALFORMED",
        ),
        (
            request(locations=[pb.LocationUpdate(vestiging="01", successor="De Brug")]),
            "IDENTIFIER_MALFORMED",
        ),
        (request(locations=[pb.LocationUpdate(vestiging="01")] * 101), "BATCH_TOO_LARGE"),
    ],
)
async def test_what_is_malformed_or_not_ours_changes_nothing(
    hub: Hub, asked: pb.UpdateSchoolRequest, reason: str
) -> None:
    before = await hub.register.head_revision()

    refused = await refusal(lambda: update(hub, asked))

    assert reason == reason_of(refused)
    assert before == await hub.register.head_revision()


@pytest.mark.parametrize("caller", ["noord", "duo"])
async def test_nobody_else_corrects_schools(hub: Hub, caller: str) -> None:
    refused = await refusal(lambda: Stubs(hub, caller).schools.UpdateSchool(closing()))

    assert "METHOD_NOT_ALLOWED" == reason_of(refused)
