"""Telling a requester: by whoever is there, for as long as it takes; no key is left in clear."""

import asyncio
import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import grpc
import pytest
import structlog

from support.eventually import eventually_async
from support.fakes.las import Context, FakeLas
from support.fetching import TO_XC
from support.notifying import NotifyWorld, notifying
from support.worlds import small_world
from support.worlds.forwarding import TELLING, evergreen
from support.worlds.whole_state import rows
from wissel.clients.testing.cast import NOORD
from wissel.routing.exchange.fetching.notifications import LEASE, Notification, NotificationState
from wissel.routing.values.identifiers import Oin
from wissel.server.courier.factory import make_dialer, make_notifier
from wissel.server.courier.notify.forgetting import NotificationForgetting
from wissel.server.courier.notify.notifier import Notifier

QUICK = replace(TELLING, call=0.3)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[NotifyWorld]:
    async with notifying(tmp_path, telling=QUICK) as world:
        yield world


@asynccontextmanager
async def another(world: NotifyWorld) -> AsyncIterator[Notifier]:
    """Another process on the same database."""
    deps = replace(world.world.deps, owner="another")
    dialer = make_dialer(deps)
    notifier = make_notifier(deps, dialer, QUICK)
    try:
        yield notifier
    finally:
        await notifier.close()
        await dialer.close()


async def found(world: NotifyWorld, notification_id: str) -> Notification:
    notifications = world.world.journal.notifications
    kept = await notifications.find(Oin(NOORD.oin), UUID(notification_id))
    assert kept is not None
    return kept


def failing(code: grpc.StatusCode) -> Callable[[Context], object]:
    async def fail(context: Context) -> None:
        await context.abort(code, "as the test wants")

    return fail


async def silent(_: Context) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    "notice",
    [
        silent,
        failing(grpc.StatusCode.UNIMPLEMENTED),
        failing(grpc.StatusCode.PERMISSION_DENIED),
        failing(grpc.StatusCode.OK),
    ],
    ids=["silent", "older", "refused", "no answer"],
)
async def test_whatever_is_no_answer_is_told_again(world: NotifyWorld, notice: object) -> None:
    world.las.notice = notice  # type: ignore[assignment]
    announced = await world.announce()
    await world.told()
    after_one = await found(world, announced.notification_id)
    world.las.notice = None
    world.world.skip(3600)
    await world.look()
    after_two = await found(world, announced.notification_id)

    assert (after_one.state, after_one.attempt) == (NotificationState.PENDING, 1)
    assert (after_two.state, after_two.attempt) == (NotificationState.NOTIFIED, 2)
    assert [told.link_key for told in world.las.notified] == [announced.link_key]


async def test_one_that_is_not_the_requester_is_told_nothing(world: NotifyWorld) -> None:
    """Somebody with Noord's certificate answers at the address of the samenwerkingsverband."""
    stranger = await FakeLas.start(world.world.hub.identity("noord"))
    point = small_world.endpoint(small_world.SWV_ZUID, 1, version=small_world.SWV_2026)
    await world.world.hub.put(*evergreen([replace(point, url=stranger.url)]))

    announced = await world.announce()
    await world.told()
    await stranger.stop()

    assert stranger.notified == world.las.notified == []
    assert (await found(world, announced.notification_id)).state is NotificationState.PENDING


async def test_what_a_process_left_is_told_by_another(world: NotifyWorld) -> None:
    """It dies after it was announced, and once more after it was claimed."""
    notifications = world.world.journal.notifications
    announced = await world.announce()
    await world.told()
    like = await found(world, announced.notification_id)
    said = replace(like.announcement, notification_id=uuid4())
    key = uuid4()
    left = replace(
        like,
        announcement=said,
        state=NotificationState.PENDING,
        attempt=0,
        link_key=key,
        link_sha256=hashlib.sha256(key.bytes).digest(),
    )
    await notifications.announce(left)
    await notifications.claim(left, "a process that died")
    async with another(world) as notifier:
        await notifier.look()
        await notifier.settled()
        too_early = len(world.las.notified)
        world.world.skip(LEASE.total_seconds())
        await asyncio.gather(notifier.look(), world.look())
        await notifier.settled()

    assert too_early == 1
    assert [told.link_key for told in world.las.notified] == [announced.link_key, str(key)]


async def test_a_mandate_that_ends_before_it_was_told(world: NotifyWorld) -> None:
    world.las.notice = silent
    announced = await world.announce()
    await world.told()
    world.las.notice = None
    await world.world.hub.put(replace(small_world.A_NOORD_SWV, stopped=True))
    world.world.skip(3600)
    await world.look()
    assert world.las.notified == []

    await world.world.hub.put(*evergreen([replace(small_world.A_NOORD_SWV)]))
    world.world.skip(2 * 3600)
    await world.look()
    assert [told.link_key for told in world.las.notified] == [announced.link_key]


async def test_one_host_is_called_by_two_at_once(tmp_path: Path) -> None:
    calls, release = 0, asyncio.Event()

    async def wait(_: Context) -> None:
        nonlocal calls
        calls += 1
        await release.wait()

    async with notifying(tmp_path, telling=replace(TELLING, call=20.0)) as world:
        world.las.notice = wait
        for _ in range(4):
            await world.announce()
        await eventually_async(lambda: calls, "two are told", until=lambda count: count == 2)
        await world.world.notifier.look()
        at_once = calls
        release.set()
        await world.told()
        await world.look()

        assert at_once == 2
        assert len(world.las.notified) == 4


async def test_all_that_waits_for_a_requester_is_told_once_it_is_back(world: NotifyWorld) -> None:
    world.las.notice = failing(grpc.StatusCode.UNAVAILABLE)  # type: ignore[assignment]
    for _ in range(20):
        await world.announce()
        await world.told()
    world.las.notice = None
    world.world.skip(3600)
    await world.look()

    assert len({told.notification_id for told in world.las.notified}) == 20


async def test_a_link_key_is_nowhere_once_it_was_told(
    world: NotifyWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    with structlog.testing.capture_logs() as events:
        world.las.notice = failing(grpc.StatusCode.UNAVAILABLE)  # type: ignore[assignment]
        announced = await world.announce()
        await world.told()
        world.las.notice = None
        world.world.skip(3600)
        await world.look()
        key = announced.link_key
        await world.fetch_swv(key)
        await world.refused(world.fetch_swv(key, source_routing_key=TO_XC))
        await world.refused(
            world.announce(notification_id=announced.notification_id, initiator="x" * 9)
        )
    chore = NotificationForgetting(
        world.world.journal.notifications, world.world.deps.clock, dt.timedelta(days=730)
    )
    await chore.step()
    kept = rows(f"sqlite:///{world.world.folder / 'registry.db'}")
    lines = world.world.hub.lines()
    said = f"{events}{lines}{capsys.readouterr()}"

    assert len(world.las.notified) == 1
    assert hashlib.sha256(UUID(key).bytes).digest() in [row[0] for row in kept["transfer_link"]]
    for marker in (key, key.replace("-", ""), key.upper(), str(UUID(key).int)):
        assert marker not in said
        assert marker not in str(kept)
    assert UUID(key).bytes not in [
        value for table in kept.values() for row in table for value in row
    ]
