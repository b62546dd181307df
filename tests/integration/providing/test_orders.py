"""Orders that a LAS is given: it gives nothing but for one of its hub, for it, in time."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.fakes.las import signer_of
from support.fetching import TO_XC
from support.prepared.orders import order
from support.prepared.world import PUPIL, ProvidingWorld, of_pupil, providing
from support.worlds import small_world
from support.worlds.hub import reason_of, refusal
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.las.v1 import las_service_pb2 as las
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.exchange.envelope import Address, Kind
from wissel.routing.exchange.fetching.orders import ProvideOrder
from wissel.routing.values.identifiers import RoutingKey
from wissel.server.courier.wire import signed_order


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[ProvidingWorld]:
    async with providing(tmp_path) as world:
        world.prepare()
        yield world


async def ask(
    world: ProvidingWorld, said: ProvideOrder, caller: str = "hub", signer: str = "hub"
) -> list[las.ProvideResponse]:
    """Return what the LAS answers to an order."""
    own = world.world.hub.pki
    parties = {"hub": own.issue("again", oin=HUB.oin)} | {
        name: world.world.hub.identity(name) for name in ("noord", "zuid")
    }
    by = parties[signer]
    request = las.ProvideRequest(order=signed_order(said, signer_of(by)))
    calling = parties[caller]
    credentials = grpc.ssl_channel_credentials(
        own.roots.read_bytes(), calling.key.read_bytes(), calling.certificate.read_bytes()
    )
    async with grpc.aio.secure_channel(world.server.address, credentials) as channel:
        stub: Any = LasServiceStub(channel)
        return [part async for part in stub.Provide(request, timeout=60)]


async def test_an_order_of_the_hub_is_answered(world: ProvidingWorld) -> None:
    said = await order(world)

    first, again = await ask(world, said), await ask(world, said)

    assert first[0].header == again[0].header
    assert b"".join(part.chunk.data for part in first[1:]).startswith(b"<?xml")


@pytest.mark.parametrize(
    ("changes", "by", "reason"),
    [
        ({}, {"caller": "zuid"}, "HUB_NOT_TRUSTED"),
        ({}, {"signer": "zuid"}, "ORDER_INVALID"),
        ({"hub_oin": ZUID.oin}, {}, "ORDER_INVALID"),
        ({"source_oin": ZUID.oin}, {}, "ORDER_INVALID"),
        ({"expires": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, {}, "ORDER_INVALID"),
        ({"issued": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, {}, "ORDER_INVALID"),
    ],
    ids=["caller", "signer", "hub", "source", "expired", "future"],
)
async def test_nothing_is_given_for_a_bad_order(
    world: ProvidingWorld, changes: dict[str, Any], by: dict[str, str], reason: str
) -> None:
    said = await order(world, **changes)

    assert reason_of(await refusal(lambda: ask(world, said, **by))) == reason
    assert world.prepared.requests() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"requester": Address(organisation=small_world.XB, routing_key=RoutingKey(TO_XC))},
            "SESSION_DEVIATES",
        ),
        ({"kind": Kind.WITHIN_BRIN}, "SESSION_DEVIATES"),
        ({"requester_oin": NOORD.oin}, "SYSTEM_KEY_INVALID"),
    ],
    ids=["requester", "kind", "owner"],
)
async def test_what_the_hub_does_not_know_is_refused(
    world: ProvidingWorld, changes: dict[str, Any], reason: str
) -> None:
    """A hub that lies in an order: the requester's own words, or the session, do not fit."""
    (answer,) = await ask(world, await order(world, **changes))

    assert answer.refusal.reason == reason
    assert world.prepared.requests() == []


async def test_an_order_is_worth_nothing_after_its_session(world: ProvidingWorld) -> None:
    said = await order(world)
    session = str(said.session_id)
    await world.fetching.sign_off(await world.ask(PUPIL, session))

    (answer,) = await ask(world, said)

    assert answer.refusal.reason == "SESSION_SIGNED_OFF"


async def test_a_dossier_that_is_replaced_while_it_streams_stays_whole(
    world: ProvidingWorld,
) -> None:
    def large(letter: str) -> bytes:
        text = f"{letter} " * 3_000_000
        return of_pupil(PUPIL, f"overstapadvies/argumentatie={text}")

    first, second = large("a"), large("b")
    world.prepare(first, unchecked=True)
    session = await world.fetching.start()
    request = world.fetching.request(session, **world.key(session, PUPIL))
    call = world.fetching.stub().FetchDossier(request, timeout=60)
    begun = asyncio.Event()
    got = bytearray()

    async def take() -> None:
        async for part in call:
            got.extend(part.chunk.data)
            begun.set()

    taking = asyncio.create_task(take())
    await begun.wait()
    await asyncio.to_thread(world.prepare, second, unchecked=True)
    await taking

    assert bytes(got) == first
    assert (await world.ask(PUPIL, session)).payload == second
