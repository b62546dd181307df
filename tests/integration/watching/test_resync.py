"""Who cannot be told only what changed is told so, and lists everything anew (R10)."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from support.watchers import Watcher, bounded, kinds_in, listed, watching
from support.worlds import small_world as w
from support.worlds.hub import Hub, reason_of, running_hub
from wissel.clients.testing.cast import NOORD
from wissel.routing.facts import Mandate, System
from wissel.routing.values.days import ONE_DAY, Period

NEW_NOORD = w.mandate(w.XC, w.LAS_NOORD)
NEW_ZUID = w.mandate(w.XA, w.LAS_ZUID)


def stopped(mandate: Mandate) -> Mandate:
    return replace(mandate, stopped=True)


async def test_a_token_of_another_past_begins_anew(hub: Hub, tmp_path: Path) -> None:
    await hub.put(NEW_NOORD)
    _, token = await listed(hub, "noord")
    (tmp_path / "other").mkdir()
    async with running_hub(tmp_path / "other", facts=w.small(), bounds=bounded()) as other:
        async with watching(other, "noord", resume_token=token) as ahead:
            too_high = await ahead.next()
        revision = await other.put(replace(NEW_NOORD, period=Period(w.START + ONE_DAY)))
        async with watching(other, "noord", resume_token=token) as elsewhere:
            another = await elsewhere.next()
            then = await elsewhere.until(await other.put(stopped(w.A_NOORD)))

    assert ["ANOTHER_PAST", "ANOTHER_PAST"] == [too_high.resync.cause, another.resync.cause]
    assert revision == another.registry_revision
    assert ["ENDED"] == [kind for kind, _ in kinds_in(then)]


async def test_a_register_that_is_put_back_under_a_watch_is_told(hub: Hub, tmp_path: Path) -> None:
    """Its last revision is another one than was told, as after a backup was put back."""
    async with watching(hub, "noord") as watcher, watching(hub, "zuid") as other:
        await other.next()
        await watcher.next()
        await watcher.until(await hub.put(NEW_NOORD))
        before = watcher.token
        with closing(sqlite3.connect(tmp_path / "registry.db")) as database, database:
            database.execute(
                "UPDATE registry_event SET recorded_time = '2020-01-01 00:00:00.000000' "
                "WHERE revision = (SELECT revision FROM head)"
            )
        causes = [await resynced(each) for each in (watcher, other)]
        told = await watcher.until(await hub.put(stopped(w.A_NOORD)))

    assert ["ANOTHER_PAST"] * 2 == causes
    assert before != watcher.token
    assert ["ENDED"] == [kind for kind, _ in kinds_in(told)]


async def resynced(watcher: Watcher) -> str:
    """Wait until somebody is told to list everything anew, and return why."""
    while not (response := await watcher.next()).HasField("resync"):
        pass
    return response.resync.cause


async def test_a_revision_that_never_was_begins_anew(hub: Hub) -> None:
    async with watching(hub, "noord", after_revision=10**6) as watcher:
        first = await watcher.next()

    assert "ANOTHER_PAST" == first.resync.cause


async def test_a_list_is_of_the_revision_of_a_resync(hub: Hub) -> None:
    async with watching(hub, "noord") as watcher:
        first = await watcher.next()
        await hub.put(NEW_NOORD)
        await hub.put(stopped(w.A_NOORD))
        then, token = await listed(hub, "noord", at_revision=first.registry_revision)

    assert token == first.resume_token
    assert str(NEW_NOORD.mandate_id) not in then
    assert not then[str(w.A_NOORD.mandate_id)].ended_immediately


async def test_a_list_of_a_revision_to_come_is_refused(hub: Hub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await listed(hub, "noord", at_revision=10**6)

    assert "REVISION_UNKNOWN" == reason_of(refused.value)


async def test_who_gets_another_system_lists_anew(hub: Hub) -> None:
    taken = System(system_id=w.LAS_ZUID, party=NOORD.oin, name="taken over")
    async with watching(hub, "noord") as watcher:
        await watcher.next()
        _, token = await listed(hub, "noord")
        await hub.put(taken)
        told = await watcher.next()
        later = await watcher.until(await hub.put(NEW_ZUID))
    async with watching(hub, "noord", resume_token=token) as resumed:
        again = await resumed.next()

    assert ["SCOPE", "SCOPE"] == [told.resync.cause, again.resync.cause]
    assert [("GIVEN", str(NEW_ZUID.mandate_id))] == kinds_in(later)


async def test_who_is_too_far_behind_lists_anew(tmp_path: Path) -> None:
    """Of its own events, however many there are of others."""
    async with running_hub(tmp_path, facts=w.small(), bounds=bounded(too_far=2)) as hub:
        _, token = await listed(hub, "noord")
        for _ in range(2):
            await hub.put(stopped(NEW_ZUID))
            await hub.put(NEW_ZUID)
        await hub.put(NEW_NOORD)
        await hub.put(stopped(NEW_NOORD))
        async with watching(hub, "noord", resume_token=token) as near:
            told = await near.until(await hub.register.head_revision())
        await hub.put(NEW_NOORD)
        async with watching(hub, "noord", resume_token=token) as far:
            await far.next()
            then = await far.next()

    assert ["GIVEN", "ENDED"] == [kind for kind, _ in kinds_in(told)]
    assert "TOO_FAR" == then.resync.cause
