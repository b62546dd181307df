"""Rounds of pings beside a hub of `support.worlds.forwarding`, each when a test wants it."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import grpc

from support.fakes.las import Context
from support.worlds.forwarding import World
from support.worlds.hub import Hub
from wissel.clients.testing.cast import ZUID
from wissel.las.v1 import las_service_pb2 as las
from wissel.server.courier.factory import make_pinger
from wissel.server.courier.reachability.observation import (
    Observation,
    Pinged,
    Receiver,
    Silence,
    first_of,
)
from wissel.server.courier.reachability.rounds import PingSchedule, Rounds
from wissel.server.courier.receivers.causes import Cause
from wissel.server.store.observations import SqlObservations

HOUR: Final = 3600.0
AT_ONCE: Final = PingSchedule(every=HOUR, look=0.01, at_once=4, spread=0.0)
DEAD: Final = Silence(cause=Cause.TCP, detail="it takes no connections")


class Counted:
    """Counts pings by cause, and warnings by day."""

    def __init__(self) -> None:
        self.pings: Counter[str] = Counter()
        self.warnings: list[int] = []

    def pinged(self, silent: Silence | None) -> None:
        """Count a ping."""
        self.pings[silent.cause if silent else ""] += 1

    def warned(self, day: int) -> None:
        """Note a warning."""
        self.warnings.append(day)


def rounds_of(
    world: World, counted: Counted, owner: str = "test", schedule: PingSchedule = AT_ONCE
) -> Rounds:
    """Return the rounds as a process of the hub leads them."""
    observations = SqlObservations(world.hub.register.database)
    pinger = make_pinger(world.deps, world.dialer)
    return Rounds(schedule, observations, pinger, replace(world.deps, owner=owner), counted)


async def known(hub: Hub) -> list[Observation]:
    """Return what all hubs know, in order of receiver, once this one shows it."""
    await hub.reachability.read()
    return list(await SqlObservations(hub.register.database).all())


async def silent_for(hub: Hub, days: int, receiver: Receiver) -> None:
    """Let it be known that a receiver has been silent for so many days; the hub shows it."""
    now = dt.datetime.now(dt.UTC)
    observations = SqlObservations(hub.register.database)
    led = await observations.lead("test", now, dt.timedelta(), dt.timedelta())
    assert led is not None
    seen = dt.timedelta(days=days)
    found = replace(first_of(receiver, Pinged(DEAD), now - seen), checked=now, counted=seen)
    assert await observations.record(led, [found], lease=now, ended=True)
    await hub.reachability.read()


async def of_zuid(world: World) -> Observation:
    """Return what is known of Zuid's LAS."""
    return next(each for each in await known(world.hub) if each.receiver.oin == ZUID.oin)


async def never(_: Context) -> las.PingResponse:
    """Never answer a ping."""
    await asyncio.Event().wait()
    raise AssertionError


def aborting(code: grpc.StatusCode) -> Callable[[Context], Any]:
    """Return: end a ping with a status."""

    async def abort(context: Context) -> las.PingResponse:
        await context.abort(code, "as the test wants")
        raise AssertionError

    return abort
