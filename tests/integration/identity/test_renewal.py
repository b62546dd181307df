"""Certificates, keys, roots and lists that are replaced while a hub serves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.builders.pki import Pki
from support.fakes.las import Behaviour, Context, FakeLas, Opened, Requests, accept
from support.worlds import small_world
from support.worlds.forwarding import World, forwarding
from support.worlds.hub import Hub, reason_of, running_hub
from support.worlds.stores import utc_now
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.las.v1 import las_service_pb2 as las_pb
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(tmp_path, facts=small_world.small(), crls=True) as hub:
        yield hub


def noting(callers: list[bytes]) -> Behaviour:
    """Return: accept, and note the certificate with which the hub calls."""

    async def note(
        las: FakeLas, opened: Opened, rest: Requests, context: Context
    ) -> las_pb.DeliverResponse:
        callers.extend(context.auth_context()["x509_pem_cert"])
        return await accept(las, opened, rest, context)

    return note


def signed_with(world: World) -> bytes:
    """Return the certificate that signed the last stamp, DER."""
    (signature,) = world.las.opened[-1].opening.stamp.signatures
    return signature.chain[0]


async def test_a_renewed_hub_calls_and_signs_with_its_new_certificate(world: World) -> None:
    callers: list[bytes] = []
    world.las.behave = noting(callers)
    await world.send(world.message())

    renewed = world.hub.issue("hub", oin=HUB.oin)
    world.refresh()
    await world.send(world.message())

    assert callers[0] != callers[1] == renewed.leaf_pem
    assert signed_with(world) == renewed.chain_der[0]


async def test_half_a_renewal_changes_nothing(world: World) -> None:
    callers: list[bytes] = []
    world.las.behave = noting(callers)
    own = world.hub.pki.folder / "hub.key"
    old_key = own.read_bytes()
    await world.send(world.message())

    renewed = world.hub.issue("hub", oin=HUB.oin)
    new_key = renewed.key.read_bytes()
    own.write_bytes(old_key)
    world.refresh()
    await world.send(world.message())
    own.write_bytes(new_key)
    world.refresh()
    await world.send(world.message())

    assert callers[0] == callers[1] != callers[2] == renewed.leaf_pem


async def test_a_transfer_under_way_ends_on_the_line_on_which_it_began(world: World) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def wait(
        las: FakeLas, opened: Opened, rest: Requests, context: Context
    ) -> las_pb.DeliverResponse:
        arrived.set()
        await go_on.wait()
        return await accept(las, opened, rest, context)

    world.las.behave = wait
    under_way = asyncio.create_task(world.send(world.message()))
    await arrived.wait()

    world.hub.issue("hub", oin=HUB.oin)
    world.refresh()
    world.las.behave = accept
    await world.send(world.message())
    go_on.set()

    assert (await under_way).receiver_receipt.signatures
    assert len(world.las.received) == 2


async def test_a_receiver_may_renew_again_and_again(world: World) -> None:
    for number in range(4):
        renewed = world.hub.issue(f"renewed-{number}", oin=ZUID.oin)
        port = world.las.port
        await world.las.stop()
        world.las = await FakeLas.start(renewed, port)

        await asyncio.gather(*(world.send(world.message()) for _ in range(5)))

        assert len(world.las.received) == 5
        assert world.dialer_path().leaf == renewed.leaf


async def test_a_new_root_is_trusted_beside_the_old_one(hub: Hub, tmp_path: Path) -> None:
    stranger = Pki.create(tmp_path / "new", prefix="New").issue("noord", oin=NOORD.oin)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await _who(hub.open(stranger))
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE

    _trust(hub, hub.pki.roots.read_bytes() + stranger.roots.read_bytes())

    assert await _who(hub.open(stranger)) == NOORD.oin
    assert await _who(hub.channel("zuid")) == ZUID.oin


async def test_a_root_that_has_gone_is_trusted_no_longer_on_an_open_channel(
    hub: Hub, tmp_path: Path
) -> None:
    other = Pki.create(tmp_path / "new", prefix="New")
    _trust(hub, hub.pki.roots.read_bytes() + other.roots.read_bytes())
    noord = hub.open(other.issue("noord", oin=NOORD.oin))
    zuid = hub.channel("zuid")
    assert (await _who(noord), await _who(zuid)) == (NOORD.oin, ZUID.oin)

    _trust(hub, other.roots.read_bytes())

    assert await _who(noord) == NOORD.oin
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await _who(zuid)
    assert reason_of(error.value) == "CERTIFICATE_UNTRUSTED"


@pytest.mark.parametrize("element", ["leaf", "intermediate"])
async def test_a_list_that_revokes_ends_an_open_channel(hub: Hub, element: str) -> None:
    noord, zuid = hub.channel("noord"), hub.channel("zuid")
    assert await _who(noord) == NOORD.oin
    assert await _who(zuid) == ZUID.oin

    if element == "leaf":
        hub.pki.crl("leaves", hub.identity("noord").leaf)
    else:
        hub.pki.crl("authorities", hub.pki.intermediate.certificate, authority=hub.pki.root)
    hub.files.refresh(utc_now())

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await _who(noord)
    assert reason_of(error.value) == "CERTIFICATE_REVOKED"
    if element == "leaf":
        assert await _who(zuid) == ZUID.oin
        return
    with pytest.raises(grpc.aio.AioRpcError):
        await _who(zuid)


async def _who(channel: grpc.aio.Channel) -> str:
    stub: Any = PartyServiceStub(channel)
    return str((await stub.WhoAmI(WhoAmIRequest(), timeout=20)).oin)


def _trust(hub: Hub, roots: bytes) -> None:
    """Let the hub trust these roots alone."""
    hub.pki.roots.write_bytes(roots)
    hub.files.refresh(utc_now())
