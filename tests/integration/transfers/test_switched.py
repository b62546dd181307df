"""The old system provides until its day after a switch, and receives and sends nothing (R3)."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.builders import envelopes
from support.eventually import eventually_async
from support.fakes.source import waiting
from support.fetching import FROM_XA, TO_XC, FetchWorld, fetching
from support.worlds import small_world as w
from support.worlds.forwarding import EVER
from support.worlds.hub import reason_of
from support.worlds.stores import utc_now
from wissel.routing.facts import Mandate, Switch
from wissel.routing.values.days import ONE_DAY, Period, day_of
from wissel.traffic.v1 import transfer_service_pb2 as pb

TOMORROW = day_of(utc_now()) + ONE_DAY
YESTERDAY = TOMORROW - 2 * ONE_DAY
A_ZUID = w.mandate(w.XA, w.LAS_ZUID)
NEW = w.key(w.XA, 2)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FetchWorld]:
    async with fetching(tmp_path) as world:
        await switch(world, TOMORROW)
        yield world


async def switch(world: FetchWorld, until: dt.date) -> None:
    """Let Noord have made way for Zuid at 99XA some days ago, and provide until a day."""
    last = YESTERDAY - ONE_DAY
    old = replace(
        w.A_NOORD,
        period=Period(EVER, last),
        switch=Switch(to=A_ZUID.mandate_id, former=w.ALWAYS, provides_until=until),
    )
    new: Mandate = replace(A_ZUID, period=Period(last + ONE_DAY))
    await world.world.hub.put(old, new, w.endpoint(A_ZUID, 2))


async def listed(world: FetchWorld) -> list[tuple[str, str, str]]:
    """Return each delivery point with its system and the day until which it provides."""
    request = pb.StartTransferRequest(
        source_brin="99XA",
        requester=pb.Requester(brin="99XC", routing_key=TO_XC),
        overdrachtsoort="overstapdossier",
        initiator="account-of-the-new-school",
    )
    points = (await world.stub().StartTransfer(request)).delivery_points
    return [(each.routing_key, each.system_id, each.provides_until_date) for each in points]


async def test_a_dossier_is_fetched_from_the_old_system(world: FetchWorld) -> None:
    session = await world.start()
    checked = await world.check(session)
    fetched = await world.fetch(session)
    ended = await world.sign_off(fetched)

    assert await listed(world) == [
        (FROM_XA, w.LAS_NOORD, str(TOMORROW)),
        (NEW, w.LAS_ZUID, ""),
    ]
    assert checked.initiator == "account-of-the-new-school"
    assert fetched.payload == envelopes.PAYLOAD
    assert ended.hub_receipt.payload
    assert world.entries() == [(1, "ACCEPTED"), (1, "UNCERTAIN"), (1, "DELIVERED")]


async def test_after_its_day_it_provides_nothing(world: FetchWorld) -> None:
    session = await world.start()
    await switch(world, YESTERDAY)

    assert await listed(world) == [(NEW, w.LAS_ZUID, "")]
    assert await world.refused(world.check(session)) == "DELIVERY_POINT_UNKNOWN"
    assert await world.refused(world.fetch(session)) == "DELIVERY_POINT_UNKNOWN"
    assert world.source.orders == []


async def test_what_ends_while_it_prepares_is_not_provided(world: FetchWorld) -> None:
    release = asyncio.Event()
    world.source.provide = waiting(release)
    fetch = asyncio.create_task(world.fetch(await world.start()))
    await eventually_async(lambda: world.source.orders, "the source was asked")
    await switch(world, YESTERDAY)
    release.set()

    assert await world.refused(fetch) == "DELIVERY_POINT_UNKNOWN"
    assert world.entries() == []


async def test_it_sends_nothing(world: FetchWorld) -> None:
    refused = await world.world.refusal(world.world.message())

    assert reason_of(refused) == "MANDATE_MISSING"


async def test_nothing_is_delivered_to_it(world: FetchWorld) -> None:
    """The school is reached through its new system alone, also by what is fetched for it."""
    refused = world.stub("noord").StartTransfer(
        pb.StartTransferRequest(
            source_brin="99XC",
            requester=pb.Requester(brin="99XA", routing_key=FROM_XA),
            overdrachtsoort="overstapdossier",
            initiator="account-of-the-old-school",
        )
    )

    assert await world.refused(refused) == "RECEIVER_NOT_CONNECTED"
