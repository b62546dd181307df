"""Who calls, over real mutual TLS, also while a channel stays open (design.md#identity)."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.builders.pki import SERVER_AUTH
from support.worlds import small_world
from support.worlds.hub import Hub, reason_of, running_hub
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.party.v1.party_service_pb2 import GetPartyRequest, WhoAmIRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.facts import Party, Revocation, RevocationTarget, Role, System
from wissel.routing.values.identifiers import Oin, SystemId

OWN_OIN = Oin("00000003999999011000")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


async def test_a_vendor_learns_how_the_hub_sees_it(hub: Hub) -> None:
    answer = await hub.stub(PartyServiceStub, "noord").WhoAmI(WhoAmIRequest())

    assert answer.oin == NOORD.oin
    assert (answer.registered, answer.role) == (True, "VENDOR")
    assert list(answer.system_ids) == ["las-noord"]
    assert len(answer.certificate_sha256) == 64
    assert answer.certificate_expire_time.ToDatetime(dt.UTC) > dt.datetime.now(dt.UTC)


async def test_a_stranger_learns_its_own_oin_and_nothing_else(hub: Hub) -> None:
    parties = hub.stub(PartyServiceStub, "stranger")

    answer = await parties.WhoAmI(WhoAmIRequest())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await parties.GetParty(GetPartyRequest(oin=NOORD.oin))

    assert not answer.registered
    assert reason_of(refused.value) == "PARTY_NOT_REGISTERED"
    assert answer.oin in (refused.value.details() or "")


async def test_a_portal_may_do_nothing_yet_but_ask_who_it_is(hub: Hub) -> None:
    portal = Oin("00000003999999550000")
    await hub.put(Party(oin=portal, name="Portaal", role=Role.PORTAL))
    hub.issue("portal", oin=portal)
    parties = hub.stub(PartyServiceStub, "portal")

    answer = await parties.WhoAmI(WhoAmIRequest())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await parties.GetParty(GetPartyRequest(oin=portal))

    assert answer.role == "PORTAL"
    assert reason_of(refused.value) == "METHOD_NOT_ALLOWED"


async def test_a_system_with_an_oin_of_its_own_acts_by_that_certificate_alone(hub: Hub) -> None:
    own = System(system_id=SystemId("ot-noord"), party=NOORD.oin, name="OT", oin=OWN_OIN)
    await hub.put(own)
    hub.issue("ot", oin=OWN_OIN)

    by_system = await hub.stub(PartyServiceStub, "ot").WhoAmI(WhoAmIRequest())
    by_vendor = await hub.stub(PartyServiceStub, "noord").WhoAmI(WhoAmIRequest())

    assert (by_system.role, list(by_system.system_ids)) == ("VENDOR", ["ot-noord"])
    assert list(by_vendor.system_ids) == ["las-noord"]


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ({"oins": ()}, "OIN_MISSING"),
        ({"oins": (NOORD.oin, ZUID.oin)}, "OIN_AMBIGUOUS"),
        ({"oins": ("12345",)}, "OIN_MALFORMED"),
        ({"key": "RSA-1024"}, "CERTIFICATE_UNSUITABLE"),
        ({"ca": True}, "CERTIFICATE_UNSUITABLE"),
    ],
)
async def test_what_tls_lets_in_is_still_refused(
    hub: Hub, faults: dict[str, Any], reason: str
) -> None:
    hub.issue("bad", **faults)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await hub.stub(PartyServiceStub, "bad").WhoAmI(WhoAmIRequest())

    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert reason_of(refused.value) == reason


@pytest.mark.parametrize("faults", [{"expired": True}, {"future": True}, {"ekus": (SERVER_AUTH,)}])
async def test_some_certificates_do_not_pass_the_handshake(
    hub: Hub, faults: dict[str, Any]
) -> None:
    hub.issue("bad", **faults)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await hub.stub(PartyServiceStub, "bad").WhoAmI(WhoAmIRequest())

    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_nobody_gets_in_without_a_certificate(hub: Hub) -> None:
    parties: Any = PartyServiceStub(hub.open(None))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await parties.WhoAmI(WhoAmIRequest())

    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_revocation_counts_at_once_on_an_open_channel(hub: Hub) -> None:
    parties = hub.stub(PartyServiceStub, "noord")
    digest = (await parties.WhoAmI(WhoAmIRequest())).certificate_sha256

    await hub.put(Revocation(target=RevocationTarget.CERTIFICATE_SHA256, value=digest))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await parties.WhoAmI(WhoAmIRequest())

    assert reason_of(refused.value) == "CERTIFICATE_REVOKED"


async def test_a_revocation_ends_a_stream_that_is_open(hub: Hub) -> None:
    digest = (await hub.stub(PartyServiceStub, "zuid").WhoAmI(WhoAmIRequest())).certificate_sha256
    watch: Any = hub.stub(health_pb2_grpc.HealthStub, "zuid").Watch(health_pb2.HealthCheckRequest())
    first = await watch.read()

    await hub.put(Revocation(target=RevocationTarget.CERTIFICATE_SHA256, value=digest))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await watch.read()

    assert first.status == health_pb2.HealthCheckResponse.SERVING
    assert reason_of(refused.value) == "CERTIFICATE_REVOKED"


async def test_a_certificate_that_expires_ends_its_stream_and_its_channel(tmp_path: Path) -> None:
    """The hub's clock moves on; the connection itself stays as it is."""
    ahead = dt.timedelta()

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + ahead

    async with running_hub(tmp_path, facts=small_world.small(), clock=clock) as hub:
        health: Any = hub.stub(health_pb2_grpc.HealthStub, "zuid")
        watch = health.Watch(health_pb2.HealthCheckRequest())
        await watch.read()
        ahead = dt.timedelta(days=100)
        with pytest.raises(grpc.aio.AioRpcError) as of_stream:
            await watch.read()
        with pytest.raises(grpc.aio.AioRpcError) as of_call:
            await health.Check(health_pb2.HealthCheckRequest())

    assert reason_of(of_stream.value) == "CERTIFICATE_EXPIRED"
    assert reason_of(of_call.value) == "CERTIFICATE_EXPIRED"
