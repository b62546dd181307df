"""BatchRegisterEndpoints over the API: each item's result, repeats, dry runs, and who may."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world as w
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from wissel.endpoint.v1 import endpoint_service_pb2 as pb
from wissel.server.rpc.calls.sharing.turns import WAITING

ZUID_AT_C = {"brin": "99XC", "service": "OSO_OV", "system_id": "las-zuid"}
URL = "https://new.zuid.example"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=w.small()) as started:
        yield started


def item(number: int = 5, **changes: Any) -> pb.NewEndpoint:
    fields = ZUID_AT_C | {"routing_key": str(w.key(w.XC, number)), "url": URL}
    return pb.NewEndpoint(**(fields | changes))


def batch(*items: pb.NewEndpoint, **more: Any) -> pb.BatchRegisterEndpointsRequest:
    return pb.BatchRegisterEndpointsRequest(endpoints=items, **more)


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


async def test_each_item_gets_its_result_in_the_language_of_the_caller(hub: Hub) -> None:
    zuid = Stubs(hub, "zuid").endpoints
    before = await hub.register.head_revision()

    answer = await zuid.BatchRegisterEndpoints(
        batch(
            item(),
            item(6, url="https://x.example/path"),
            item(7, start_date="tomorrow"),
            item(8, brin="", service=""),
            item(9, mandate_id=str(w.A_NOORD.mandate_id)),
            item(5),
        ),
        metadata=(("accept-language", "nl"),),
    )

    assert ["REGISTERED", "REFUSED", "REFUSED", "REFUSED", "REFUSED", "UNCHANGED"] == [
        each.status for each in answer.results
    ]
    refusals = [each.refusal for each in answer.results[1:5]]
    assert [
        ("URL_INVALID", "url"),
        ("DATE_MALFORMED", "start_date"),
        ("FIELD_REQUIRED", "mandate_id"),
        ("MANDATE_NOT_FOUND", "mandate_id"),
    ] == [(each.reason, each.field) for each in refusals]
    assert "heeft een vorm waar de hub niet kan afleveren" in refusals[0].text
    assert before + 1 == answer.revision
    assert "ACTIVE" == answer.results[0].endpoint.status


async def test_a_dry_run_has_the_same_results_and_tells_what_they_would_do(hub: Hub) -> None:
    zuid = Stubs(hub, "zuid").endpoints
    asked = batch(item(1, url=URL, vestiging="01"), item(6, url="x"), update_existing=True)
    before = await hub.register.head_revision()

    asked.validate_only = True
    dry = await zuid.BatchRegisterEndpoints(asked)
    unchanged = await hub.register.head_revision()
    asked.validate_only = False
    done = await zuid.BatchRegisterEndpoints(asked)

    assert before == unchanged == dry.revision
    assert ["UPDATED", "REFUSED"] == [each.status for each in dry.results]
    assert [(each.status, each.refusal) for each in dry.results] == [
        (each.status, each.refusal) for each in done.results
    ]
    assert 0 < dry.impact.routes.moved
    assert not done.HasField("impact")
    assert URL == (await Stubs(hub, "noord").resolve()).url


async def test_a_dry_run_names_no_endpoint_that_nobody_will_have(hub: Hub) -> None:
    dry = await Stubs(hub, "zuid").endpoints.BatchRegisterEndpoints(
        batch(item(), validate_only=True)
    )

    (result,) = dry.results
    assert ("REGISTERED", "", "") == (
        result.status,
        result.endpoint.endpoint_id,
        result.endpoint.etag,
    )


async def test_a_repeat_gets_the_earlier_answer_and_another_body_is_refused(hub: Hub) -> None:
    zuid, noord = Stubs(hub, "zuid").endpoints, Stubs(hub, "noord").endpoints
    request_id = str(uuid4())

    first = await zuid.BatchRegisterEndpoints(batch(item(), request_id=request_id))
    again = await zuid.BatchRegisterEndpoints(batch(item(), request_id=request_id))
    other = await refused(zuid.BatchRegisterEndpoints(batch(item(6), request_id=request_id)))
    of_noord = await noord.BatchRegisterEndpoints(batch(item(), request_id=request_id))

    assert first == again
    assert "REQUEST_ID_REUSED" == other
    assert ["MANDATE_NOT_FOUND"] == [each.refusal.reason for each in of_noord.results]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (batch(), "FIELD_REQUIRED"),
        (batch(*([item()] * 1001)), "BATCH_TOO_LARGE"),
        (batch(*([item(url="x" * 600)] * 900)), "REQUEST_TOO_LARGE"),
        (batch(item(), request_id="one"), "FIELD_INVALID"),
    ],
)
async def test_a_batch_has_bounds(
    hub: Hub, request_: pb.BatchRegisterEndpointsRequest, reason: str
) -> None:
    before = await hub.register.head_revision()

    assert reason == await refused(Stubs(hub, "zuid").endpoints.BatchRegisterEndpoints(request_))
    assert before == await hub.register.head_revision()


async def test_a_vendor_has_a_few_batches_under_way_and_others_are_served(hub: Hub) -> None:
    zuid, noord = Stubs(hub, "zuid").endpoints, Stubs(hub, "noord").endpoints
    some = batch(*(item(number) for number in range(10, 210)))
    of_noord: dict[str, Any] = {
        "brin": "99XA",
        "system_id": "las-noord",
        "routing_key": str(w.key(w.XA, 9)),
    }

    flood = [zuid.BatchRegisterEndpoints(some) for _ in range(3 * WAITING)]
    answer = await noord.BatchRegisterEndpoints(batch(item(**of_noord)))
    outcomes = await asyncio.gather(*flood, return_exceptions=True)

    assert ["REGISTERED"] == [each.status for each in answer.results]
    refusals = [each for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    assert {"IMPACT_LIMIT"} == {reason_of(each) for each in refusals}
    answered = [each for each in outcomes if not isinstance(each, BaseException)]
    recorded = [result.status for each in answered for result in each.results]
    assert WAITING <= len(answered)
    assert 200 == recorded.count("REGISTERED")


async def test_an_operator_says_why(hub: Hub) -> None:
    desk = Stubs(hub, "desk").endpoints

    assert "REASON_REQUIRED" == await refused(
        desk.BatchRegisterEndpoints(batch(item()), metadata=OPERATOR_METADATA)
    )
    done = await desk.BatchRegisterEndpoints(
        batch(item(start_date="2026-08-01"), reason=WHY), metadata=OPERATOR_METADATA
    )
    assert "2026-08-01" == done.results[0].endpoint.start_date


@pytest.mark.parametrize("name", ["duo", "stranger"])
async def test_it_is_for_vendors_and_operators(hub: Hub, name: str) -> None:
    assert await refused(Stubs(hub, name).endpoints.BatchRegisterEndpoints(batch(item()))) in {
        "METHOD_NOT_ALLOWED",
        "PARTY_NOT_REGISTERED",
    }
