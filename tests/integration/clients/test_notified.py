"""A LAS of the SDK is told by its hub alone, and answers once its `notified` has returned."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest

from support.notifying import NotifyWorld, notifying
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from wissel.clients.identity import Identity
from wissel.clients.las import IncomingMessage, Las, LasServer, LasSettings, Notification
from wissel.clients.testing.cast import HUB, NOORD, SWV
from wissel.clients.transport.connection import credentials
from wissel.las.v1 import las_service_pb2 as las
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.values.identifiers import Oin


@dataclass
class Told(Las):
    """Keeps what it is told, once it no longer fails."""

    failing: int = 0
    notifications: list[Notification] = field(default_factory=list)

    def accept(self, message: IncomingMessage) -> None:
        raise NotImplementedError

    def notified(self, notification: Notification) -> None:
        if self.failing:
            self.failing -= 1
            raise OSError("no room")
        self.notifications.append(notification)


class Default(Las):
    """Leaves it to the SDK."""

    def accept(self, message: IncomingMessage) -> None:
        raise NotImplementedError


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[NotifyWorld]:
    async with notifying(tmp_path / "hub") as world:
        yield world


def settings(folder: Path) -> LasSettings:
    return LasSettings(listen="localhost:0", hub_oin=Oin(HUB.oin), storage=folder / "inbox")


def identity(world: NotifyWorld, name: str) -> Identity:
    hub = world.world.hub
    own = hub.pki.issue("again", oin=HUB.oin) if name == HUB.name else hub.identity(name)
    return Identity.load(own.certificate, own.key, own.roots)


async def connect(world: NotifyWorld, address: str) -> None:
    """Let the samenwerkingsverband be told at an address."""
    point = small_world.endpoint(
        small_world.SWV_ZUID, 1, version=small_world.SWV_2026, url=f"https://{address}"
    )
    await world.world.hub.put(*evergreen([point]))


async def test_it_is_told_again_until_it_has_kept_it(world: NotifyWorld, tmp_path: Path) -> None:
    told = Told(failing=1)
    async with LasServer(told, identity(world, "zuid"), settings(tmp_path)) as server:
        await connect(world, server.address)
        announced = await world.announce()
        await world.told()
        first = list(told.notifications)
        world.world.skip(3600)
        await world.look()

    (notification,) = told.notifications
    assert first == []
    assert notification.link_key == UUID(announced.link_key)
    assert (notification.source_oin, notification.source.place) == (NOORD.oin, "99XA")
    assert (notification.requester.place, notification.kind) == (SWV, "swv-dossier")
    assert announced.link_key not in repr(notification)


async def test_by_default_a_line_says_so_without_the_key(
    world: NotifyWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with LasServer(Default(), identity(world, "zuid"), settings(tmp_path)) as server:
        await connect(world, server.address)
        announced = await world.announce()
        await world.told()

    assert f"notified {announced.notification_id}: swv-dossier of 99XA for {SWV}" in caplog.text
    assert announced.link_key not in caplog.text


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("noord", {}, grpc.StatusCode.PERMISSION_DENIED),
        ("hub", {"link_key": ""}, grpc.StatusCode.INVALID_ARGUMENT),
        ("hub", {"link_key": "123456782"}, grpc.StatusCode.INVALID_ARGUMENT),
        ("hub", {"overdrachtsoort": "terugkoppeling"}, grpc.StatusCode.INVALID_ARGUMENT),
        ("hub", {"notification_id": ""}, grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_nobody_else_tells_it_and_nothing_else(
    world: NotifyWorld, tmp_path: Path, name: str, changes: dict[str, Any], code: grpc.StatusCode
) -> None:
    told = Told()
    await world.announce()
    await world.told()
    right = world.las.notified[0]
    fields = {each.name: value for each, value in right.ListFields()} | changes
    async with LasServer(told, identity(world, "zuid"), settings(tmp_path)) as server:
        secured = credentials(identity(world, name).current())
        async with grpc.aio.secure_channel(server.address, secured) as channel:
            stub: Any = LasServiceStub(channel)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.Notify(las.NotifyRequest(**fields), timeout=20)

    assert caught.value.code() is code
    assert told.notifications == []
