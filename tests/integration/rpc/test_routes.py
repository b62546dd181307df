"""RouteService: resolving one by one and in batches, and explaining."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from support.builders.stubs import Stubs
from support.worlds import small_world
from support.worlds.hub import BOUNDS, Hub, detail, reason_of, running_hub, status_of
from wissel.clients.testing.cast import DUO, NOORD, ZUID
from wissel.traffic.v1.route_service_pb2 import (
    BatchResolveRoutesRequest,
    ExplainRouteRequest,
    ResolveRouteRequest,
)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small()) as started:
        yield started


def request(**changes: Any) -> ResolveRouteRequest:
    fields = {"sender_brin": "99XA", "receiver_brin": "99XC", "service": "OSO_OV"}
    return ResolveRouteRequest(**(fields | changes))


async def test_a_vestiging_may_be_written_short_or_whole(hub: Hub) -> None:
    noord = Stubs(hub, "noord")

    short = await noord.resolve(receiver="99XB", receiver_vestiging="02")
    whole = await noord.resolve(receiver="99XB", receiver_vestiging="99XB02")

    assert short == whole
    assert (short.vestiging, short.receiver_oin) == ("99XB02", ZUID.oin)


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"sender_brin": "99xa"}, "IDENTIFIER_MALFORMED", "sender_brin"),
        ({"sender_brin": ""}, "FIELD_REQUIRED", "sender_brin"),
        ({"receiver_brin": "99XC00"}, "IDENTIFIER_MALFORMED", "receiver_brin"),
        ({"service": ""}, "FIELD_REQUIRED", "service"),
        ({"service": "oso"}, "IDENTIFIER_MALFORMED", "service"),
        ({"on_date": "01-09-2026"}, "DATE_MALFORMED", "on_date"),
        ({"on_date": "2026-02-30"}, "DATE_MALFORMED", "on_date"),
        ({"receiver_vestiging": "99XB02"}, "IDENTIFIER_MALFORMED", "receiver_vestiging"),
        ({"receiver_aanleverpunt": "-1"}, "IDENTIFIER_MALFORMED", "receiver_aanleverpunt"),
        ({"receiver_routing_key": "x"}, "IDENTIFIER_MALFORMED", "receiver_routing_key"),
    ],
)
async def test_a_malformed_field_is_named(
    hub: Hub, changes: dict[str, str], reason: str, field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").routes.ResolveRoute(request(**changes))

    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason_of(refused.value) == reason
    violations = detail(refused.value, error_details_pb2.BadRequest).field_violations
    assert [violation.field for violation in violations] == [field]


async def test_a_samenwerkingsverband_has_no_vestiging(hub: Hub) -> None:
    asked = ResolveRouteRequest(
        sender_brin="99XA", receiver_swv="PO9901", receiver_vestiging="02", service="OSO_SWV"
    )

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").routes.ResolveRoute(asked)

    assert reason_of(refused.value) == "FIELD_INVALID"


async def test_a_suspended_exact_endpoint_is_refused_and_never_rerouted(hub: Hub) -> None:
    """And the other side is not told that it was suspended."""
    exact = small_world.endpoint(
        small_world.B_ZUID, 2, vestiging="02", aanleverpunt="2", suspended=True
    )
    await hub.put(exact, small_world.endpoint(small_world.B_NOORD, 9))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").resolve(receiver="99XB", receiver_vestiging="02")

    assert reason_of(refused.value) == "ENDPOINT_UNAVAILABLE"
    told = str(status_of(refused.value))
    assert "las-zuid" not in told
    assert str(exact.endpoint_id) not in told


async def test_a_batch_answers_each_query_at_one_revision(hub: Hub) -> None:
    queries = [request(), request(receiver_brin="nix"), request(receiver_brin="98ZZ")] * 40

    answer = await Stubs(hub, "noord").routes.BatchResolveRoutes(
        BatchResolveRoutesRequest(queries=queries)
    )

    outcomes = [result.refusal.reason or "route" for result in answer.results]
    assert outcomes == ["route", "IDENTIFIER_MALFORMED", "RECEIVER_UNKNOWN"] * 40
    assert answer.registry_revision == answer.results[0].route.registry_revision
    assert answer.results[1].refusal.metadata["field"] == "receiver_brin"


@pytest.mark.parametrize(("count", "reason"), [(0, "FIELD_REQUIRED"), (1001, "BATCH_TOO_LARGE")])
async def test_a_batch_has_bounds(hub: Hub, count: int, reason: str) -> None:
    batch = BatchResolveRoutesRequest(queries=[request()] * count)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").routes.BatchResolveRoutes(batch)

    assert reason_of(refused.value) == reason


async def test_resolving_counts_item_by_item_against_a_quota(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, resolve_per_minute=60)
    async with running_hub(tmp_path, facts=small_world.small(), bounds=bounds) as small:
        noord, zuid = Stubs(small, "noord"), Stubs(small, "zuid")
        await noord.routes.BatchResolveRoutes(BatchResolveRoutesRequest(queries=[request()] * 60))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await noord.routes.BatchResolveRoutes(
                BatchResolveRoutesRequest(queries=[request()] * 30)
            )
        other = await zuid.resolve("99XC", "99XA")

    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    delay = detail(refused.value, error_details_pb2.RetryInfo).retry_delay
    assert 0 < delay.ToTimedelta().total_seconds() <= 30
    assert other.receiver_oin == NOORD.oin


async def test_an_operator_sees_every_step_and_the_nearest_fix(hub: Hub) -> None:
    await hub.put(small_world.mandate(small_world.XC, small_world.LAS_ZUID, stopped=True))
    asked = ExplainRouteRequest(query=request(), vendor_oin=NOORD.oin)

    full = await Stubs(hub, "desk").routes.ExplainRoute(asked)
    told = await Stubs(hub, "noord").routes.ExplainRoute(ExplainRouteRequest(query=request()))

    assert full.reason == "MANDATE_MISSING"
    failed = [step.rule for step in full.steps if step.outcome == "FAILED"]
    assert failed == ["RECEIVER_MANDATE"]
    assert all(step.text for step in full.steps)
    assert full.nearest_fix.text
    assert "receiver's board" in full.nearest_fix.owner
    assert told.reason == "RECEIVER_NOT_CONNECTED"
    assert [step.rule for step in told.steps][-1] == "RECEIVER_CONNECTED"


async def test_a_vendor_explains_for_nobody_else(hub: Hub) -> None:
    asked = ExplainRouteRequest(query=request(), vendor_oin=ZUID.oin)

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").routes.ExplainRoute(asked)

    assert reason_of(refused.value) == "FIELD_INVALID"


async def test_dutch_is_spoken_to_who_prefers_it(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").routes.ResolveRoute(
            request(receiver_brin="98ZZ"), metadata=(("accept-language", "nl-NL,en;q=0.5"),)
        )

    assert (refused.value.details() or "").startswith("RECEIVER_UNKNOWN: ")
    assert detail(refused.value, error_details_pb2.LocalizedMessage).locale == "nl-NL"


async def test_a_revision_that_does_not_exist_is_refused_at_once(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await Stubs(hub, "noord").routes.ResolveRoute(request(at_least_revision=9_999))

    assert reason_of(refused.value) == "REVISION_UNKNOWN"


async def test_a_chain_partner_resolves_for_anyone(hub: Hub) -> None:
    duo = Stubs(hub, "duo")

    by_oin = await duo.routes.ResolveRoute(
        ResolveRouteRequest(sender_oin=DUO.oin, receiver_brin="99XC", service="OSO_OV")
    )

    assert by_oin.route.receiver_oin == ZUID.oin
