"""Requests that never end, that are too large or that are none: what the hub takes of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from bench import http2
from grpc_health.v1 import health_pb2

from support.builders.stubs import Stubs
from support.eventually import eventually_async
from support.worlds import small_world
from support.worlds.hub import BOUNDS, Hub, reason_of, running_hub
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.server.rpc.calls.policy import MAX_REQUEST_BYTES, POLICY
from wissel.server.rpc.calls.sharing.receiving import MAX_RECEIVE_BYTES, MessageBounds
from wissel.server.rpc.server import LOOKAHEAD_BYTES
from wissel.traffic.v1.route_service_pb2 import BatchResolveRoutesRequest, ResolveRouteRequest

WHO: Final = "/wissel.party.v1.PartyService/WhoAmI"
RESOLVE: Final = "/wissel.traffic.v1.RouteService/ResolveRoute"
WATCH: Final = "/grpc.health.v1.Health/Watch"
REFLECT: Final = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
STREAMS: Final = 100
ENDLESS: Final = http2.message(bytes(MAX_RECEIVE_BYTES - 1), MAX_RECEIVE_BYTES)
"""All but the last byte of the largest message."""
QUICK: Final = MessageBounds(seconds=0.2)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub that waits for no message for long."""
    bounds = replace(BOUNDS, messages=QUICK)
    async with running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as started:
        yield started


async def connect(hub: Hub, name: str) -> http2.Connection:
    identity = hub.identity(name)
    tls = http2.tls(identity.roots, identity.certificate, identity.key)
    return await http2.Connection.open(f"localhost:{hub.port}", tls)


async def ended(connection: http2.Connection, count: int) -> None:
    await eventually_async(
        lambda: len(connection.ended), "the calls have ended", until=lambda found: found == count
    )


async def test_a_stranger_is_refused_before_its_message_is_read(hub: Hub) -> None:
    stranger, calls = await connect(hub, "stranger"), BOUNDS.connections.stranger_calls

    for _ in range(calls):
        stranger.call(RESOLVE, ENDLESS)
    await ended(stranger, calls)

    assert stranger.sent <= calls * LOOKAHEAD_BYTES
    assert await hub.refusals(calls) == ["PARTY_NOT_REGISTERED"] * calls
    stranger.abort()


@pytest.mark.parametrize(
    ("name", "method"),
    [("stranger", WHO), ("stranger", WATCH), ("noord", RESOLVE), ("noord", REFLECT)],
)
async def test_a_message_that_never_ends_is_cut(quick: Hub, name: str, method: str) -> None:
    hostile = await connect(quick, name)

    for _ in range(10):
        hostile.call(method, ENDLESS)
    await Stubs(quick, "zuid").parties.WhoAmI(WhoAmIRequest())
    await ended(hostile, 10)

    assert await quick.refusals(10) == ["REQUEST_UNFINISHED"] * 10
    hostile.abort()


async def test_only_so_many_messages_of_one_party_are_coming_at_once(hub: Hub) -> None:
    """The others stay where they are, but for the window of their stream."""
    stranger = await connect(hub, "stranger")

    for _ in range(STREAMS):
        stranger.call(WHO, ENDLESS)
    coming = BOUNDS.messages.of_stranger
    at_least = coming * len(ENDLESS)
    await eventually_async(
        lambda: stranger.sent, "they are read", until=lambda sent: sent >= at_least
    )
    await Stubs(hub, "noord").resolve()

    assert stranger.sent <= STREAMS * LOOKAHEAD_BYTES + at_least
    stranger.abort()


async def test_a_call_without_a_message_is_told_so(hub: Hub) -> None:
    call: Any = hub.channel("noord").stream_unary(WHO)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(iter([]))

    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert reason_of(refused.value) == "REQUEST_MISSING"


@pytest.mark.parametrize("method", [WHO, WATCH, RESOLVE])
async def test_a_request_has_a_bound_of_its_own_that_a_refusal_names(hub: Hub, method: str) -> None:
    call: Any = hub.channel("noord").unary_unary(method)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(bytes(MAX_REQUEST_BYTES + 1))

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason_of(refused.value) == "REQUEST_TOO_LARGE"
    assert str(MAX_REQUEST_BYTES) in (refused.value.details() or "")


async def test_the_largest_batch_fits(hub: Hub) -> None:
    longest = ResolveRouteRequest(
        sender_oin="0" * 20,
        receiver_brin="99XB",
        receiver_vestiging="99XB02",
        receiver_aanleverpunt="12345",
        receiver_routing_key="0" * 20,
        service="S" * 32,
        service_version="n" * 200,
        on_date="2026-08-01",
        at_least_revision=1,
    )
    request = BatchResolveRoutesRequest(queries=[longest] * 1_000)
    bound = POLICY["/wissel.traffic.v1.RouteService/BatchResolveRoutes"].max_bytes

    answer = await Stubs(hub, "duo").routes.BatchResolveRoutes(request)

    assert MAX_REQUEST_BYTES < request.ByteSize() <= bound
    assert len(answer.results) == 1_000


async def test_who_breaks_off_while_its_message_comes_leaves_nothing_behind(hub: Hub) -> None:
    stranger = await connect(hub, "stranger")
    streams = [stranger.call(WHO, ENDLESS) for _ in range(STREAMS)]
    for stream in streams:
        stranger.reset(stream)

    async def served() -> bool:
        """Call once more; return whether a call was served, which had to find room."""
        again = stranger.call(WHO, http2.message(b""), end=True)
        await eventually_async(
            lambda: stranger.ended, "it is answered", until=lambda found: again in found
        )
        return any(line["outcome"] == "OK" for line in hub.lines())

    await eventually_async(served, "a call is served")
    stranger.abort()


async def test_a_watch_begins_with_its_message(hub: Hub) -> None:
    watch: Any = hub.channel("stranger").unary_stream(
        WATCH, response_deserializer=health_pb2.HealthCheckResponse.FromString
    )

    assert (await watch(b"").read()).status == health_pb2.HealthCheckResponse.SERVING
