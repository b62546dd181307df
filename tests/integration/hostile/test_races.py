"""The same thing many times at once, and by whom it is not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders.stubs import WHY, Stubs
from support.worlds import small_world
from support.worlds.hub import OPERATOR_METADATA, Hub, reason_of, running_hub
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.mandate.v1 import mandate_service_pb2 as mandate

TIMES = 20
OWN_ENDPOINT = str(small_world.endpoint(small_world.C_ZUID, 1).endpoint_id)
OWN_MANDATE = str(small_world.C_ZUID.mandate_id)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


async def outcomes(calls: Iterable[Awaitable[Any]]) -> tuple[list[Any], list[str]]:
    """Return the answers, and the reasons of the refusals, of calls made at once."""
    ended = await asyncio.gather(*calls, return_exceptions=True)
    refused = [each for each in ended if isinstance(each, grpc.aio.AioRpcError)]
    answers = [each for each in ended if not isinstance(each, BaseException)]
    assert len(refused) + len(answers) == len(ended)
    return answers, [reason_of(each) for each in refused]


async def test_one_request_fired_many_times_at_once_has_one_effect(hub: Hub) -> None:
    desk = Stubs(hub, "desk")
    before = await hub.register.head_revision()
    request_id = str(uuid4())

    answers, refused = await outcomes(
        desk.mandate("99XC", "las-noord", request_id=request_id) for _ in range(TIMES)
    )

    assert refused == []
    assert len({answer.SerializeToString() for answer in answers}) == 1
    assert await hub.register.head_revision() == before + 1


async def test_of_overlapping_mandates_given_at_once_one_is_given(hub: Hub) -> None:
    desk = Stubs(hub, "desk")

    answers, refused = await outcomes(desk.mandate("99XC", "las-noord") for _ in range(TIMES))
    listed = await desk.mandates.ListMandates(
        mandate.ListMandatesRequest(brin="99XC", system_id="las-noord")
    )

    assert len(answers) == 1
    assert refused == ["MANDATE_OVERLAPS"] * (TIMES - 1)
    assert [each.mandate_id for each in listed.mandates] == [answers[0].mandate.mandate_id]


async def test_of_endpoints_for_one_routing_key_at_once_one_is_registered(hub: Hub) -> None:
    zuid = Stubs(hub, "zuid")

    answers, refused = await outcomes(
        zuid.endpoint(OWN_MANDATE, small_world.key(small_world.XC, 7)) for _ in range(TIMES)
    )

    assert len(answers) == 1
    assert refused == ["ROUTING_KEY_IN_USE"] * (TIMES - 1)


async def test_of_changes_on_one_etag_at_once_one_wins(hub: Hub) -> None:
    desk = Stubs(hub, "desk").mandates
    seen = await desk.GetMandate(mandate.GetMandateRequest(mandate_id=OWN_MANDATE))

    def change(day: int) -> Awaitable[Any]:
        request = mandate.UpdateMandateRequest(
            mandate_id=OWN_MANDATE,
            end_date=f"2099-01-{day:02d}",
            etag=seen.mandate.etag,
            reason=WHY,
        )
        answer: Awaitable[Any] = desk.UpdateMandate(request, metadata=OPERATOR_METADATA)
        return answer

    answers, refused = await outcomes(change(day) for day in range(1, TIMES + 1))

    assert len(answers) == 1
    assert refused == ["ETAG_MISMATCH"] * (TIMES - 1)


async def test_an_answer_is_repeated_to_nobody_but_its_caller(hub: Hub) -> None:
    request = endpoint.SuspendEndpointRequest(endpoint_id=OWN_ENDPOINT, request_id=str(uuid4()))
    await Stubs(hub, "zuid").endpoints.SuspendEndpoint(request)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").endpoints.SuspendEndpoint(request)

    assert reason_of(refused.value) == "ENDPOINT_NOT_FOUND"


async def test_a_request_id_of_another_method_is_another_request(hub: Hub) -> None:
    zuid = Stubs(hub, "zuid").endpoints
    named: Any = {"endpoint_id": OWN_ENDPOINT, "request_id": str(uuid4())}
    await zuid.SuspendEndpoint(endpoint.SuspendEndpointRequest(**named))

    resumed = await zuid.ResumeEndpoint(endpoint.ResumeEndpointRequest(**named))

    assert resumed.endpoint.status != "SUSPENDED"


async def test_a_refused_request_may_be_repeated_once_it_is_right(hub: Hub) -> None:
    """Only what happened is remembered: a refusal is judged again."""
    desk, request_id = Stubs(hub, "desk"), str(uuid4())
    _, refused = await outcomes([desk.mandate("99XC", "las-zuid", request_id=request_id)])
    await desk.end_mandate(OWN_MANDATE)

    again = await desk.mandate("99XC", "las-zuid", request_id=request_id)

    assert refused == ["MANDATE_OVERLAPS"]
    assert again.mandate.mandate_id != OWN_MANDATE


async def test_the_letters_of_a_request_id_do_not_make_it_another(hub: Hub) -> None:
    desk, request_id = Stubs(hub, "desk"), "abcdefab-cdef-4abc-8def-abcdefabcdef"
    first = await desk.mandate("99XC", "las-noord", request_id=request_id)

    again = await desk.mandate("99XC", "las-noord", request_id=request_id.upper())

    assert first.revision == await hub.register.head_revision()
    assert again == first
