"""Who calls, over real mutual TLS (DESIGN section 3)."""

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from support import worlds
from support.hub import Hub, reason_of, running_hub
from wissel.party.v1.party_service_pb2 import GetPartyRequest, WhoAmIRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=worlds.small()) as started:
        yield started


async def test_a_vendor_learns_how_the_hub_sees_it(hub: Hub) -> None:
    answer = await hub.stub(PartyServiceStub, "noord").WhoAmI(WhoAmIRequest())

    assert answer.oin == worlds.NOORD
    assert (answer.registered, answer.role, list(answer.system_ids)) == (
        True,
        "VENDOR",
        ["las-noord"],
    )
    assert len(answer.certificate_sha256) == 64


async def test_a_stranger_learns_its_own_oin_and_nothing_else(hub: Hub) -> None:
    parties = hub.stub(PartyServiceStub, "stranger")

    answer = await parties.WhoAmI(WhoAmIRequest())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await parties.GetParty(GetPartyRequest(oin=worlds.NOORD))

    assert not answer.registered
    assert reason_of(refused.value) == "PARTY_NOT_REGISTERED"
    assert answer.oin in (refused.value.details() or "")
