"""What happens around every call: log line, metrics, stray exceptions, health, stopping."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Never

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_channelz.v1 import channelz_pb2, channelz_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from support.builders.stubs import Stubs
from support.eventually import LONGEST_WAIT, eventually_async
from support.worlds import small_world
from support.worlds.hub import Hub, detail, reason_of, running_hub
from wissel.clients.testing.cast import NOORD
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.server.rpc.servicers import Traffic
from wissel.traffic.v1.traffic_service_pb2 import GetDeliveryRequest
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small(), traffic=_broken) as started:
        yield started


class _Broken(Traffic):
    async def ForwardEnvelope(self, request_iterator: object, context: object) -> Never:
        raise NotImplementedError

    async def ListDeliveries(self, request: object, context: object) -> Never:
        raise NotImplementedError

    async def ReportOutcome(self, request: object, context: object) -> Never:
        raise NotImplementedError

    async def GetDelivery(self, request: object, context: object) -> Never:
        message = "a secret of the inside"
        raise RuntimeError(message)


def _broken(*_: object) -> Traffic:
    return _Broken()


async def lines(hub: Hub, count: int) -> list[dict[str, Any]]:
    """Wait until so many calls are logged: the line of a refusal comes after its answer."""
    return await eventually_async(
        hub.lines, f"{count} calls are logged", until=lambda found: len(found) >= count
    )


async def test_each_call_has_one_line(hub: Hub) -> None:
    noord = Stubs(hub, "noord")
    await noord.resolve()
    with pytest.raises(grpc.aio.AioRpcError):
        await noord.resolve(receiver="98ZZ")

    first, second = await lines(hub, 2)

    assert first["method"] == "/wissel.traffic.v1.RouteService/ResolveRoute"
    assert {first["event"], second["event"]} == {"call"}
    assert (first["peer"], first["outcome"], first["items"]) == (NOORD.oin, "OK", 1)
    assert (second["outcome"], second["reason"]) == ("NOT_FOUND", "RECEIVER_UNKNOWN")
    assert first["revision"] == hub.follower.table.revision


async def test_calls_are_counted_by_method_code_and_reason(hub: Hub) -> None:
    await Stubs(hub, "noord").resolve()

    labels = {"method": "/wissel.traffic.v1.RouteService/ResolveRoute", "code": "OK", "reason": ""}
    assert hub.metrics.get_sample_value("wissel_calls_total", labels) == 1


async def test_a_stray_exception_leaves_as_an_id_only(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await hub.stub(TrafficServiceStub, "noord").GetDelivery(GetDeliveryRequest())

    incident = detail(refused.value, error_details_pb2.ErrorInfo).metadata["incident"]
    assert refused.value.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in str(refused.value)
    assert [line["incident"] for line in await lines(hub, 1)] == [incident]


@pytest.mark.parametrize("method", ["/wissel.party.v1.PartyService/Nothing", "/x.Y/Z"])
async def test_an_unknown_method_is_unimplemented(hub: Hub, method: str) -> None:
    call: Any = hub.channel("noord").unary_unary(method)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(b"\0\0")

    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert reason_of(refused.value) == "METHOD_UNKNOWN"


async def test_health_is_told_to_any_trusted_certificate(hub: Hub) -> None:
    health: Any = hub.stub(health_pb2_grpc.HealthStub, "stranger")

    before = await health.Check(health_pb2.HealthCheckRequest())
    await hub.server.set_serving(serving=False)
    after = await health.Check(health_pb2.HealthCheckRequest())

    assert before.status == health_pb2.HealthCheckResponse.SERVING
    assert after.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_reflection_is_for_any_party_and_channelz_for_operators(hub: Hub) -> None:
    def reflect(name: str) -> Any:
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        stub: Any = hub.stub(reflection_pb2_grpc.ServerReflectionStub, name)
        return stub.ServerReflectionInfo(iter([request]))

    def servers(name: str) -> Any:
        stub: Any = hub.stub(channelz_pb2_grpc.ChannelzStub, name)
        return stub.GetServers(channelz_pb2.GetServersRequest())

    listed = (await reflect("zuid").read()).list_services_response.service
    with pytest.raises(grpc.aio.AioRpcError) as of_stranger:
        await reflect("stranger").read()
    with pytest.raises(grpc.aio.AioRpcError) as of_vendor:
        await servers("zuid")

    assert "wissel.traffic.v1.RouteService" in {each.name for each in listed}
    assert reason_of(of_stranger.value) == "PARTY_NOT_REGISTERED"
    assert reason_of(of_vendor.value) == "METHOD_NOT_ALLOWED"
    assert (await servers("desk")).server


async def test_stopping_ends_watches_and_refuses_new_calls(hub: Hub) -> None:
    watch: Any = hub.stub(health_pb2_grpc.HealthStub, "zuid").Watch(health_pb2.HealthCheckRequest())
    await watch.read()

    stopping = asyncio.create_task(hub.server.stop(10 * LONGEST_WAIT))
    told = await watch.read()
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await watch.read()
    async with asyncio.timeout(LONGEST_WAIT):
        await stopping

    assert told.status == health_pb2.HealthCheckResponse.NOT_SERVING
    assert reason_of(ended.value) == "SHUTTING_DOWN"


async def test_a_caller_that_goes_away_is_logged_as_such(hub: Hub) -> None:
    watch: Any = hub.stub(health_pb2_grpc.HealthStub, "zuid").Watch(health_pb2.HealthCheckRequest())
    await watch.read()
    watch.cancel()
    await Stubs(hub, "noord").parties.WhoAmI(WhoAmIRequest())

    async with asyncio.timeout(LONGEST_WAIT):
        await hub.finished("CANCELLED")


async def test_facts_that_are_too_old_decide_nothing(tmp_path: Path) -> None:
    async with running_hub(tmp_path, facts=small_world.small()) as old:
        noord = Stubs(old, "noord")
        await noord.resolve()
        await old.follower.stop()
        old.age(seconds=6)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await noord.resolve()
        who = await noord.parties.WhoAmI(WhoAmIRequest())

    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert reason_of(refused.value) == "REGISTRY_STALE"
    assert who.registered
