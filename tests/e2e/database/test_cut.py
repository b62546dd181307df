"""A hub that is cut off from its database: it says so in time, hangs nowhere, and comes back."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from grpc_health.v1 import health_pb2
from sqlalchemy import make_url

from support.eventually import eventually_async
from support.fakes.las import FakeLas
from support.fakes.tcp_proxy import TcpProxy, proxied
from support.processes import postgres
from support.processes.hub_process import serving
from support.processes.postgres_hubs import place_on
from support.worlds.underway import connected, send
from wissel.clients.errors import Refused, Unreachable
from wissel.clients.hub import AsyncHub
from wissel.clients.transport.retry import IMPATIENT
from wissel.routing.refusals.reasons import Reason

TOLD: Final = logging.getLogger(__name__)
SERVING: Final = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING: Final = health_pb2.HealthCheckResponse.NOT_SERVING
MANY: Final = 10
UNREAD: Final = "UNREAD"
BOUND: Final = 60.0
"""Seconds in which a call ends, whatever the database does: four times what it may take."""


@dataclass(kw_only=True)
class Cut:
    """A hub behind a proxy to its PostgreSQL, and a vendor that calls it."""

    proxy: TcpProxy
    calls: AsyncHub
    las: FakeLas

    async def health(self) -> int:
        """Return what the health check says."""
        check: Any = self.calls.link.channel().unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        return int((await check(health_pb2.HealthCheckRequest())).status)

    async def until(self, health: int) -> float:
        """Wait until health is so; return the seconds that it took."""
        began = time.monotonic()
        await eventually_async(self.health, f"health is {health}", until=lambda now: now == health)
        return time.monotonic() - began

    async def until_stale(self) -> float:
        """Wait until routes are not resolved any more; return the seconds that it took."""
        began = time.monotonic()
        await eventually_async(self.resolving, "routes are not resolved any more")
        return time.monotonic() - began

    async def resolving(self) -> str | None:
        """Return why no route is resolved, None if one is."""
        try:
            await self.calls.resolve(sender="99XA", receiver="99XB", service="OSO_OV")
        except Refused as refused:
            return str(refused.reason)
        return None

    async def sending(self) -> str | None:
        """Return why a message is not forwarded, None if it is; fail if that takes too long."""
        try:
            async with asyncio.timeout(BOUND):
                await send(self.calls)
        except Refused as refused:
            return str(refused.reason)
        except Unreachable:  # the answer came while a chunk was being written
            return UNREAD
        return None


@asynccontextmanager
async def cuttable(folder: Path) -> AsyncIterator[Cut]:
    url = make_url(postgres.fresh_database(migrated=False))
    with (
        proxied(Path(str(url.query["host"]))) as proxy,
        serving(place_on(proxy.url(str(url.database)), folder)) as hub,
    ):
        async with (
            connected(hub) as (sender, las),
            AsyncHub(
                hub.address, sender.identity, outbox=folder / "outbox", patience=IMPATIENT
            ) as calls,
        ):
            yield Cut(proxy=proxy, calls=calls, las=las)


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(TcpProxy.cut, id="refused", marks=pytest.mark.faults),
        pytest.param(TcpProxy.hold, id="black hole"),
    ],
)
async def test_a_hub_without_its_database_stops_in_time_and_comes_back(
    tmp_path: Path, way: Callable[[TcpProxy], None]
) -> None:
    async with cuttable(tmp_path) as hub:
        assert await hub.sending() is None
        way(hub.proxy)

        began = time.monotonic()
        *failed, dark, stale = await asyncio.gather(
            *(hub.sending() for _ in range(MANY)), hub.until(NOT_SERVING), hub.until_stale()
        )
        ended = time.monotonic() - began
        assert {Reason.RECORD_UNAVAILABLE, Reason.REGISTRY_STALE, UNREAD} >= set(failed)
        assert Reason.REGISTRY_STALE == await hub.resolving()
        assert await hub.sending() in {Reason.REGISTRY_STALE, UNREAD}
        assert 1 == len(hub.las.opened)

        hub.proxy.restore()
        back = await hub.until(SERVING)
        assert await hub.resolving() is None
        assert await hub.sending() is None
        assert 2 == len(hub.las.opened)
        TOLD.info(
            "NOT_SERVING after %.1f s, stale after %.1f s, all answered in %.1f s, back in %.1f s",
            *(dark, stale, ended, back),
        )


@pytest.mark.faults
async def test_a_slow_database_is_waited_for(tmp_path: Path) -> None:
    async with cuttable(tmp_path) as hub:
        hub.proxy.slow(0.05)

        began = time.monotonic()
        assert await hub.sending() is None
        TOLD.info("forwarded in %.1f s with 50 ms more in each direction", time.monotonic() - began)
        assert SERVING == await hub.health()
