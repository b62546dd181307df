"""Those who watch badly: they stop reading, come back in a loop, or ask for more than there is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from support.watchers import kinds_in, listed, mandates_in, watching
from support.worlds import small_world as w
from support.worlds.hub import BOUNDS, Hub, reason_of, running_hub
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.routing.facts import Mandate, Revocation, RevocationTarget
from wissel.server.rpc.requests.watches import WatchBounds

OFTEN = WatchBounds(per_minute=10_000, heartbeat=0.1)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    bounds = replace(BOUNDS, watches=OFTEN)
    async with running_hub(tmp_path, facts=w.small(), bounds=bounds) as started:
        yield started


def many(count: int, system: Any = w.LAS_NOORD) -> list[Mandate]:
    return [w.mandate(w.XA, system, name=f"{system}/{number}") for number in range(count)]


async def begun(hub: Hub, name: str) -> Any:
    """A watch that was let in, and of which nothing more is read."""
    call = hub.stub(MandateServiceStub, name).WatchMandates(pb.WatchMandatesRequest())
    await call.read()
    return call


async def test_who_stops_reading_holds_up_nobody_and_misses_nothing(hub: Hub) -> None:
    """More than a connection takes, many times over: the rest waits in the log."""
    _, token = await listed(hub, "noord")
    stalled = [await begun(hub, "noord") for _ in range(4)]
    given = many(6_000)
    async with watching(hub, "desk") as other:
        await other.next()
        for start in range(0, len(given), 1_500):
            await hub.put(*given[start : start + 1_500])
        told = mandates_in(await other.until(await hub.register.head_revision()))
    late: list[pb.MandateChange] = []
    while len(late) < len(given):
        response = await stalled[0].read()
        late += response.mandates
    for each in stalled:
        each.cancel()

    wanted = [str(each.mandate_id) for each in given]
    assert wanted == [each.mandate.mandate_id for each in told]
    assert wanted == [each.mandate.mandate_id for each in late]
    assert token


async def test_who_comes_back_in_a_loop_is_refused_and_others_are_served(tmp_path: Path) -> None:
    bounds = replace(BOUNDS, watches=WatchBounds(per_minute=20, heartbeat=0.1))
    reasons: list[str] = []
    async with running_hub(tmp_path, facts=w.small(), bounds=bounds) as hub:
        _, token = await listed(hub, "noord")
        stub = hub.stub(MandateServiceStub, "noord")
        for _ in range(40):
            call = stub.WatchMandates(pb.WatchMandatesRequest(resume_token=token))
            try:
                await call.read()
            except grpc.aio.AioRpcError as refused:
                reasons.append(reason_of(refused))
            call.cancel()
        mandates, _ = await listed(hub, "noord")
        async with watching(hub, "zuid") as other:
            first = await other.next()

    assert {"QUOTA_EXCEEDED"} >= set(reasons) - {"WATCH_LIMIT"}
    assert 15 <= len(reasons)
    assert mandates
    assert "START" == first.resync.cause


async def test_a_watch_that_is_gone_gives_its_place_back(hub: Hub) -> None:
    """Also one that was blocked in the middle of a response."""
    for _ in range(3):
        stalled = [await begun(hub, "noord") for _ in range(4)]
        await hub.put(*many(2_000), *(replace(each, stopped=True) for each in many(2_000)))
        for each in stalled:
            each.cancel()
        await asyncio.gather(*(each.code() for each in stalled))
        await _free(hub)
    async with watching(hub, "noord") as watcher:
        revision = await hub.put(w.mandate(w.XC, w.LAS_NOORD))
        told = await watcher.until(revision)

    assert ["GIVEN"] == [kind for kind, _ in kinds_in(told)]


async def _free(hub: Hub) -> None:
    """Wait until all four places are free again."""
    while True:
        try:
            calls = [await begun(hub, "noord") for _ in range(4)]
        except grpc.aio.AioRpcError as refused:
            assert "WATCH_LIMIT" == reason_of(refused)  # noqa: PT017 - what is waited for
            await asyncio.sleep(0)
            continue
        for each in calls:
            each.cancel()
        return


@pytest.mark.parametrize("revision", [0, 1, 2**31, 2**63 - 1, 2**63, 2**64 - 1])
async def test_any_revision_is_answered(hub: Hub, revision: int) -> None:
    async with watching(hub, "noord", after_revision=revision) as watcher:
        first = await watcher.next()

    assert first.resync.cause == ("" if revision < 2 else "ANOTHER_PAST")


async def test_the_token_of_another_vendor_tells_nothing_of_it(hub: Hub) -> None:
    _, token = await listed(hub, "zuid")
    await hub.put(*many(3, w.LAS_ZUID))
    async with watching(hub, "noord", resume_token=token) as watcher:
        first = await watcher.next()
        told = await watcher.until(await hub.put(w.mandate(w.XC, w.LAS_NOORD)))

    assert "SCOPE" == first.resync.cause
    assert {w.LAS_NOORD} == {each.mandate.system_id for each in mandates_in(told)}
    assert 1 == len(mandates_in(told))


async def test_a_vendor_that_is_no_party_any_more_is_told_nothing_more(hub: Hub) -> None:
    """Its certificate was revoked: the stream ends within the time of a check."""
    async with watching(hub, "noord") as watcher:
        await watcher.next()
        leaf = x509.load_pem_x509_certificate(hub.identity("noord").certificate.read_bytes())
        digest = leaf.fingerprint(hashes.SHA256()).hex()
        await hub.put(Revocation(target=RevocationTarget.CERTIFICATE_SHA256, value=digest))
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await watcher.until(10**6)

    assert "CERTIFICATE_REVOKED" == reason_of(ended.value)
