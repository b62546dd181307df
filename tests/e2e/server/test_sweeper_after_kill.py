"""A hub process dies by kill -9 with a message under way; what it left is settled by another."""

import asyncio
import datetime as dt
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from support.eventually import eventually_async
from support.fakes.las import silent
from support.processes.hub_process import Place, serving
from support.worlds.stores import register_at, utc_now
from support.worlds.underway import DOSSIER, connected, send
from wissel.clients import Patience, WisselError
from wissel.clients.hub import AsyncHub
from wissel.routing.exchange.delivery import State, Wanted
from wissel.routing.table import Table
from wissel.server.courier.bounds import Limits
from wissel.server.courier.factory import CourierDependencies, make_dialer, make_sweeper
from wissel.server.courier.settle.sweep import SweepSchedule
from wissel.server.identity.own_certificates import reloaded_signer, reloaded_tls
from wissel.server.identity.trust import HubTrust
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.register.follower import Follower
from wissel.server.store.register.head import head_reader

PROMPT = SweepSchedule(every=0.05, first=0.05, most=0.2, chance=random.random)
LEASES = dt.timedelta(minutes=10)
"""Longer than any lease: so far ahead is the clock of the process that sweeps."""


def later() -> dt.datetime:
    return utc_now() + LEASES


@asynccontextmanager
async def sweeping(place: Place) -> AsyncIterator[SqlJournal]:
    """Sweep on the files of a hub that is gone, as another process of it would."""
    url, keys = f"sqlite:///{place.folder / 'data' / 'registry.db'}", place.folder / "pki"
    trust = HubTrust.read(keys / "root.pem")
    certificate, key = keys / "hub.pem", keys / "hub.key"
    async with AsyncExitStack() as stack:
        register = await stack.enter_async_context(register_at(url))
        follower = Follower(register, Table.load, clock=time.monotonic)
        await follower.start()
        stack.push_async_callback(follower.stop)
        journal = SqlJournal.open(url, head_reader(url), later)
        stack.push_async_callback(journal.close)
        deps = CourierDependencies(
            tls=reloaded_tls(certificate, key, keys / "root.pem"),
            signer=reloaded_signer(certificate, key, trust, utc_now),
            trust=trust,
            tables=follower,
            journal=journal,
            notifications=journal.notifications,
            clock=later,
            owner="another process",
            limits=Limits(),
            private=True,
        )
        dialer = make_dialer(deps)
        stack.push_async_callback(dialer.close)
        task = asyncio.create_task(make_sweeper(deps, dialer, PROMPT).run())
        yield journal
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_what_a_killed_hub_left_is_settled_and_its_sender_gets_the_receipt(
    tmp_path: Path,
) -> None:
    place = Place.make(tmp_path)
    outbox = tmp_path / "outbox"
    with serving(place) as hub:
        async with connected(hub) as (sender, las):
            las.behave = silent
            impatient = Patience(total=0.0)
            async with AsyncHub(
                hub.address, sender.identity, outbox=outbox, patience=impatient
            ) as ours:
                sending = asyncio.create_task(send(ours))
                await las.arrived.wait()

                hub.process.signal(signal.SIGKILL)
                with suppress(WisselError):
                    await sending
            async with sweeping(place) as journal:
                await eventually_async(
                    lambda: journal.page(Wanted(), after=None, limit=1),
                    "the message is delivered",
                    until=lambda page: [State.DELIVERED] == [each.state for each in page],
                )

            with serving(place) as again:
                # The sweeper signed by a clock that is ahead: the sender judges by it too.
                async with AsyncHub(
                    again.address, sender.identity, outbox=outbox, now=later
                ) as ours:
                    [resumed] = await ours.resume()

            assert resumed.receipt
            assert resumed.receipt.replayed
            assert [DOSSIER.read_bytes()] == las.received
