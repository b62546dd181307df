"""WatchMandates: who is told what, and how a watch goes on where another one ended (R10)."""

import asyncio
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from support.watchers import bounded, kinds_in, listed, mandates_in, watching
from support.worlds import small_world as w
from support.worlds.hub import Hub, reason_of, running_hub
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.routing.facts import Mandate, Processing
from wissel.routing.values.days import ONE_DAY, Period

NEW_NOORD = w.mandate(w.XC, w.LAS_NOORD)
NEW_ZUID = w.mandate(w.XA, w.LAS_ZUID)
FOR_DUO = w.mandate(w.XC, w.LAS_ZUID, w.RIO, processing=Processing.AWAITING)


def stopped(mandate: Mandate) -> Mandate:
    return replace(mandate, stopped=True)


async def test_without_a_token_a_watch_begins_now(hub: Hub) -> None:
    async with watching(hub, "noord") as watcher:
        first = await watcher.next()
        revision = await hub.put(NEW_NOORD)
        told = await watcher.until(revision)

    assert ("START", True) == (first.resync.cause, first.resume_token != "")
    assert [("GIVEN", str(NEW_NOORD.mandate_id))] == kinds_in(told)
    assert revision == told[-1].registry_revision


async def test_after_a_list_everything_is_told_that_it_lacks(hub: Hub) -> None:
    before, token = await listed(hub, "noord")
    await hub.put(NEW_NOORD)
    await hub.put(stopped(w.A_NOORD))
    revision = await hub.put(replace(w.B_NOORD, period=Period(w.START, w.TODAY + ONE_DAY)))

    async with watching(hub, "noord", resume_token=token) as watcher:
        told = await watcher.until(revision)

    now, _ = await listed(hub, "noord")
    folded = before | {each.mandate.mandate_id: each.mandate for each in mandates_in(told)}
    assert {key: each.etag for key, each in now.items()} == {
        key: each.etag for key, each in folded.items()
    }
    assert ["GIVEN", "ENDED", "ENDED"] == [kind for kind, _ in kinds_in(told)]
    assert not any(each.HasField("resync") for each in told)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("noord", {NEW_NOORD.mandate_id}),
        ("zuid", {NEW_ZUID.mandate_id, FOR_DUO.mandate_id}),
        ("duo", {FOR_DUO.mandate_id}),
        ("desk", {NEW_NOORD.mandate_id, NEW_ZUID.mandate_id, FOR_DUO.mandate_id}),
    ],
)
async def test_each_is_told_of_its_own(hub: Hub, name: str, seen: set[object]) -> None:
    async with watching(hub, name) as watcher:
        await watcher.next()
        for each in (NEW_NOORD, NEW_ZUID):
            await hub.put(each)
        revision = await hub.put(FOR_DUO)
        told = await watcher.until(revision)
        _, token = await listed(hub, name)

    async with watching(hub, name, after_revision=1, resume_token="") as late:
        again = await late.until(revision)
    assert {str(each) for each in seen} == {key for _, key in kinds_in(told)}
    assert kinds_in(told) == kinds_in(again)
    assert token


async def test_endpoints_that_lose_their_mandate_are_named(hub: Hub) -> None:
    async with watching(hub, "noord") as vendor, watching(hub, "desk") as desk:
        await vendor.next()
        await desk.next()
        revision = await hub.put(stopped(w.A_NOORD))
        told = mandates_in(await vendor.until(revision))
        seen = mandates_in(await desk.until(revision))

    endpoint = w.endpoint(w.A_NOORD, 1)
    assert [[str(endpoint.endpoint_id)]] == [list(each.endpoint_ids) for each in told]
    assert told == seen


async def test_a_school_that_merges_is_told_with_where_it_goes_on(hub: Hub) -> None:
    closed = w.school(w.XA, w.BOARD_1, "00", "01", closed=w.TODAY)
    merged = replace(
        closed, locations=tuple(replace(each, successor=w.XB) for each in closed.locations)
    )
    async with watching(hub, "noord") as noord:
        await noord.next()
        await hub.put(closed)
        told = await noord.until(await hub.put(merged))

    changes = [(list(each.kinds), each.successor) for response in told for each in response.schools]
    assert ["MERGED"] == changes[-1][0]
    assert "99XB" == changes[-1][1]
    assert "CLOSED" in changes[0][0]


async def test_a_school_that_moves_is_told_to_those_who_act_for_it(hub: Hub) -> None:
    moved = replace(w.school(w.XA, w.BOARD_1), board=w.BOARD_2)
    async with watching(hub, "noord") as noord, watching(hub, "zuid") as zuid:
        await noord.next()
        await zuid.next()
        revision = await hub.put(moved)
        told = await noord.until(revision)
        after = await hub.put(NEW_ZUID)
        others = await zuid.until(after)

    (change,) = [each for response in told for each in response.schools]
    assert ["MOVED"] == list(change.kinds)
    assert (w.XA, w.BOARD_2, w.BOARD_1) == (
        change.brin,
        change.board_number,
        change.former_board_number,
    )
    assert [] == [each for response in others for each in response.schools]


async def test_a_heartbeat_says_how_far_the_watch_is(tmp_path: Path) -> None:
    bounds = bounded(heartbeat=0.05)
    async with running_hub(tmp_path, facts=w.small(), bounds=bounds) as hub:
        async with watching(hub, "noord") as watcher:
            await watcher.next()
            revision = await hub.put(NEW_ZUID)
            told = await watcher.until(revision)
            again = await watcher.next()

        async with watching(hub, "noord", resume_token=watcher.token) as resumed:
            first = await resumed.next()

    assert [] == mandates_in(told)
    assert (revision, revision) == (again.registry_revision, first.registry_revision)
    assert not first.HasField("resync")


async def test_the_fifth_watch_of_an_oin_is_refused_until_one_ends(hub: Hub) -> None:
    stub = hub.stub(MandateServiceStub, "noord")
    watches = [stub.WatchMandates(pb.WatchMandatesRequest()) for _ in range(4)]
    for each in watches:
        await each.read()

    async with watching(hub, "noord") as fifth:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await fifth.call.read()
    async with watching(hub, "zuid") as other:
        assert "START" == (await other.next()).resync.cause
    watches[0].cancel()
    await hub.finished("CANCELLED")
    async with watching(hub, "noord") as again:
        first = await again.next()

    assert "WATCH_LIMIT" == reason_of(refused.value)
    assert "START" == first.resync.cause
    for each in watches:
        each.cancel()


@pytest.mark.parametrize("token", ["x", "bm9uZQ", "W10", "WzEsMiwzXQ", "é", "A" * 5_000])
async def test_what_is_no_token_is_refused(hub: Hub, token: str) -> None:
    async with watching(hub, "noord", resume_token=token) as watcher:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await watcher.call.read()

    assert "RESUME_TOKEN_INVALID" == reason_of(refused.value)


async def test_a_watch_ends_when_the_hub_begins_to_stop(tmp_path: Path) -> None:
    async with running_hub(tmp_path, facts=w.small()) as hub, watching(hub, "noord") as watcher:
        await watcher.next()
        stopping = asyncio.create_task(hub.server.stop(30))
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await watcher.until(10**6)
        await stopping

    assert grpc.StatusCode.UNAVAILABLE is ended.value.code()


@pytest.mark.parametrize("name", ["stranger", "portal"])
async def test_others_do_not_watch(hub: Hub, name: str) -> None:
    async with watching(hub, name) as watcher:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await watcher.call.read()

    assert reason_of(refused.value) in ("PARTY_NOT_REGISTERED", "METHOD_NOT_ALLOWED")
