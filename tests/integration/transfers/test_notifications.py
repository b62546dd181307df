"""AnnounceNotification: the requester is told once it can be, and nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import grpc
import pytest

from support.fakes.las import Context
from support.fetching import FROM_XA
from support.notifying import FOR_SWV, TO_SWV, NotifyWorld, notifying
from wissel.clients.testing.cast import NOORD


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[NotifyWorld]:
    async with notifying(tmp_path) as world:
        yield world


async def test_a_samenwerkingsverband_is_told_the_link_key_of_a_dossier(
    world: NotifyWorld,
) -> None:
    announced = await world.announce()
    await world.told()

    (told,) = world.las.notified
    assert told.link_key == announced.link_key == str(UUID(announced.link_key))
    assert (told.source_oin, told.source.brin, told.source.routing_key) == (
        NOORD.oin,
        "99XA",
        FROM_XA,
    )
    assert (told.requester.swv, told.requester.routing_key) == (FOR_SWV.swv, TO_SWV)
    assert told.overdrachtsoort == "swv-dossier"
    assert announced.state == "PENDING"
    assert (await world.fetch_swv(announced.link_key)).payload


async def test_a_repeat_is_answered_as_it_stands(world: NotifyWorld) -> None:
    number = str(uuid4())
    first = await world.announce(notification_id=number)
    await world.told()
    again = await world.announce(notification_id=number)

    assert (again.state, again.link_key) == ("NOTIFIED", first.link_key)
    assert len(world.las.notified) == 1
    other = world.announce(notification_id=number, initiator="another-account")
    assert await world.refused(other) == "NOTIFICATION_ID_REUSED"


async def test_a_requester_is_told_that_what_it_asked_for_is_there(world: NotifyWorld) -> None:
    session = await world.start()
    announced = await world.available(session)
    await world.told()

    assert [told.session_id for told in world.las.notified] == [session]
    assert announced.link_key == world.las.notified[0].link_key == ""


async def test_who_refuses_is_told_again_later(world: NotifyWorld) -> None:
    async def refuse(context: Context) -> None:
        await context.abort(grpc.StatusCode.UNAVAILABLE, "not now")

    world.las.notice = refuse
    number = str(uuid4())
    first = await world.announce(notification_id=number)
    await world.told()
    await world.look()  # it is not due yet
    world.las.notice = None
    waiting = await world.announce(notification_id=number)
    world.world.skip(20)
    await world.look()

    assert (waiting.state, waiting.link_key) == ("PENDING", first.link_key)
    assert [told.link_key for told in world.las.notified] == [first.link_key]
    assert (await world.announce(notification_id=number)).state == "NOTIFIED"
