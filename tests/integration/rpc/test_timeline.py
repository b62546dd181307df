"""From an empty register to a route and back, over the API alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from support.builders.stubs import Stubs
from support.worlds import small_world
from support.worlds.hub import Hub, reason_of, running_hub
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.endpoint.v1.endpoint_service_pb2 import LookupEndpointsRequest
from wissel.mandate.v1.mandate_service_pb2 import ValidateMandateRequest

KINDS = ("KENNISNET_OSR", "OSO")
KEY = "00000007000" + "99XC" + "00001"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.services()) as started:
        yield started


async def test_a_school_is_connected_and_cut_off_again(hub: Hub) -> None:
    desk, noord, zuid = (Stubs(hub, name) for name in ("desk", "noord", "zuid"))
    await desk.school("99XA", "99001", "00")
    await desk.school("99XC", "99002", "00")
    await desk.agree(*KINDS, board_number="99001")
    await desk.agree(*KINDS, board_number="99002")
    await desk.vendor(NOORD.oin, "las-noord", "OSO_OV")
    await desk.vendor(ZUID.oin, "las-zuid", "OSO_OV")
    await desk.mandate("99XA", "las-noord")
    given = (await desk.mandate("99XC", "las-zuid")).mandate

    registered = (await zuid.endpoint(given.mandate_id, KEY)).endpoint
    route = await noord.resolve()

    assert (route.endpoint_id, route.routing_key) == (registered.endpoint_id, KEY)
    assert route.receiver_oin == ZUID.oin
    question = ValidateMandateRequest(brin="99XC", supplier_oin=ZUID.oin, service="OSO_OV")
    verdict = await zuid.mandates.ValidateMandate(question)
    assert (verdict.result, verdict.mandate.mandate_id) == ("OK", given.mandate_id)
    book = await noord.endpoints.LookupEndpoints(
        LookupEndpointsRequest(brin="99XC", service="OSO_OV")
    )
    assert [entry.routing_key for entry in book.endpoints] == [KEY]

    ended = await desk.end_mandate(given.mandate_id)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await noord.resolve()

    assert ended.mandate.status == "ENDED"
    assert reason_of(refused.value) == "RECEIVER_NOT_CONNECTED"
    verdict = await zuid.mandates.ValidateMandate(question)
    assert (verdict.result, verdict.reason) == ("NOK", "MANDATE_MISSING")
