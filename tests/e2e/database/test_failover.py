"""PostgreSQL fails over to its standby under load: what was acknowledged is there."""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from support.builders.numbered_vendors import register_vendor
from support.builders.register_builders import actor
from support.builders.register_builders import party as vendor
from support.eventually import eventually_async
from support.processes import postgres
from support.processes.hub_process import HubProcess, serving
from support.processes.postgres_hubs import another, place_on
from support.processes.standby import with_standby
from support.worlds.sending_load import sending
from support.worlds.stores import register_at
from support.worlds.underway import connected
from wissel.clients.errors import WisselError
from wissel.clients.hub import AsyncHub
from wissel.clients.testing.cast import NOORD
from wissel.clients.transport.retry import Patience
from wissel.routing.table import Table
from wissel.server.store.migrate import migrate
from wissel.server.store.register.follower import Follower
from wissel.server.store.register.register import SqlRegister

TOLD: Final = logging.getLogger(__name__)
MANY: Final = 20
DELIVERED: Final = "SELECT message_id FROM delivery WHERE state = 'DELIVERED'"
DEADLINE: Final = dt.timedelta(seconds=5)
"""Of one attempt: an attempt whose record the database took with it is taken up after that."""


@dataclass(kw_only=True)
class Desk:
    """A service desk that registers one party after the other, and notes what was acknowledged."""

    calls: AsyncHub
    acknowledged: dict[int, str] = field(default_factory=dict)
    enough: bool = False

    async def run(self) -> None:
        number = 1000
        while not self.enough:
            number += 1
            with suppress(WisselError):
                self.acknowledged |= [await register_vendor(self.calls, number)]


@asynccontextmanager
async def registering(hub: HubProcess) -> AsyncIterator[Desk]:
    """Register parties without an end."""
    async with AsyncHub(hub.address, hub.operator(), user="testing") as calls:
        desk = Desk(calls=calls)
        task = asyncio.create_task(desk.run())
        try:
            yield desk
        finally:
            desk.enough = True
            await task


async def test_hubs_go_on_at_the_promoted_standby_with_all_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    with with_standby(postgres.own_server()) as pair:
        place = place_on(pair.url, tmp_path)
        with serving(place) as hub, another(place) as second:
            async with connected(hub) as (sender, _), registering(hub) as desk:
                await asyncio.to_thread(hub.settled, second)
                addresses = [hub.address, second] * 4
                patience = Patience(total=120)
                async with sending(
                    addresses, sender.identity, tmp_path / "outbox", patience, DEADLINE
                ) as load:
                    await load.sent(MANY)
                    pair.kill_primary()
                    began = time.monotonic()
                    await asyncio.to_thread(hub.process.line_with, "not serving")
                    await asyncio.to_thread(pair.promote)
                    promoted = time.monotonic() - began
                    await load.sent(len(addresses))
                    TOLD.info(
                        "promoted after %.1f s, sending after %.1f s",
                        *(promoted, time.monotonic() - began),
                    )
                    await load.sent(MANY)
            await asyncio.to_thread(hub.settled, second)

        delivered = {one for (one,) in pair.rows(DELIVERED)}
        events = pair.rows("SELECT revision, entity_id FROM registry_event ORDER BY revision")
        revisions = sorted({revision for revision, _ in events})
        assert {str(one.message_id) for one in load.receipts} <= delivered
        assert desk.acknowledged
        assert desk.acknowledged.items() <= dict(map(tuple, events)).items()
        assert list(range(1, len(revisions) + 1)) == revisions
        TOLD.info("%s; %d parties", load.failures or "no failures", len(desk.acknowledged))


@pytest.mark.faults
async def test_a_standby_without_the_last_changes_is_followed_from_there() -> None:
    with with_standby(postgres.own_server()) as pair, capture_logs() as lines:
        await asyncio.to_thread(migrate, pair.url)
        async with register_at(pair.url) as register:
            follower = Follower(register, Table.load, clock=time.monotonic)
            await follower.start()
            await named(register, follower, "kept")
            await asyncio.to_thread(pair.detach)
            lost = [await named(register, follower, name) for name in ("lost", "lost too")]
            assert "lost too" == name_in(follower.table)
            pair.kill_primary()
            await asyncio.to_thread(pair.attach)
            await asyncio.to_thread(pair.promote)
            made = [await named(register, follower, name) for name in ("made", "made too")]

            assert lost == made
            await eventually_async(
                lambda: name_in(follower.table),
                "what the new primary made is followed",
                until=lambda name: name == "made too",
            )
            assert any(line["event"].startswith("another past") for line in lines)
            await follower.stop()


async def named(register: SqlRegister, follower: Follower[Table], name: str) -> int:
    """Let Noord have this name; return the revision, once it is followed."""
    async with register.transaction(actor()) as transaction:
        await transaction.put(vendor(NOORD.oin, name))
    await follower.reached(transaction.revision, timeout=20)
    return transaction.revision


def name_in(table: Table) -> str:
    found = table.party(NOORD.oin)
    return found.name if found else ""
