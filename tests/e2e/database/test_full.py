"""The disk of PostgreSQL is full: what cannot be recorded is not begun, and nothing is lost."""

import asyncio
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from support.builders.numbered_vendors import register_vendor
from support.fakes.las import FakeLas
from support.processes.hub_process import serving
from support.processes.postgres_hubs import place_on
from support.processes.small_disk import OfLog, OfTables, SmallDisk
from support.processes.standby import rows
from support.worlds.underway import connected, send
from wissel.clients.errors import Refused, Unreachable
from wissel.clients.hub import AsyncHub
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.transport.retry import IMPATIENT, Patience
from wissel.routing.refusals.reasons import Reason

STANDING: Final = "SELECT message_id, state FROM delivery"
PARTIES: Final = "SELECT revision, entity_id FROM registry_event WHERE entity = 'party'"
LIMITS: Final = {"WISSEL_MAX_TRANSFERS_PER_OIN": "64"}
"""More than fit in the pages of tables that cannot grow."""


@pytest.mark.parametrize("kind", [OfTables, OfLog])
async def test_what_a_full_disk_cannot_record_is_not_begun(
    tmp_path: Path, kind: type[SmallDisk]
) -> None:
    disk = await asyncio.to_thread(kind)
    with serving(place_on(disk.server.url, tmp_path), **LIMITS) as hub:
        outbox = tmp_path / "outbox"
        async with (
            connected(hub) as (sender, las),
            AsyncHub(hub.address, sender.identity, outbox=outbox, patience=IMPATIENT) as calls,
            AsyncHub(hub.address, sender.identity, outbox=outbox, patience=Patience()) as later,
            AsyncHub(hub.address, hub.operator(), user="testing", patience=IMPATIENT) as desk,
        ):
            await send(calls)
            registered = dict([await register_vendor(desk, 1000)])

            await asyncio.to_thread(disk.fill)
            begun, no_record = await send_until_refused(calls, las)
            more, no_revision = await register_until_refused(desk)
            if disk.reads:
                await calls.resolve(sender="99XA", receiver="99XB", service="OSO_OV")
            await asyncio.to_thread(disk.make_room)

            await asyncio.gather(*begun)
            assert all(one.receipt for one in await later.resume())
            await send(later)
            registered |= more
            registered |= [await Patience().insist(lambda: register_vendor(desk, 2000))]

        assert Reason.RECORD_UNAVAILABLE == no_record
        assert Reason.DATABASE_UNAVAILABLE == no_revision
        sent = {file.stem for file in (outbox / "sent").iterdir()}
        assert [] == list((outbox / "pending").iterdir())
        assert dict.fromkeys(sent, "DELIVERED") == dict(map(tuple, rows(disk.server, STANDING)))
        assert dict.fromkeys(sent, 1) == Counter(called(las))
        assert registered.items() <= dict(map(tuple, rows(disk.server, PARTIES))).items()


async def send_until_refused(
    calls: AsyncHub, las: FakeLas
) -> "tuple[list[asyncio.Task[DeliveryReceipt]], str]":
    """Send until there is no room for one more; return the sending of the others, and the reason.

    Where the last page has room for the beginning of a message but not for its
    receipts, the receiver has it, and its sender waits.
    """
    begun: list[asyncio.Task[DeliveryReceipt]] = []
    while True:
        las.calls.clear()
        opened = asyncio.create_task(las.calls.wait())
        sending = asyncio.create_task(send(calls))
        await asyncio.wait([opened, sending], return_when=asyncio.FIRST_COMPLETED)
        if opened.cancel():
            try:
                await sending
            except Refused as refused:
                return begun, str(refused.reason)
            except Unreachable:  # the answer came while a chunk was being written
                continue
        begun.append(sending)


async def register_until_refused(desk: AsyncHub) -> tuple[dict[int, str], str]:
    """Register parties until there is no room for one more; return the others, and the reason."""
    registered: dict[int, str] = {}
    for number in count(1001):
        try:
            registered |= [await register_vendor(desk, number)]
        except Refused as refused:
            return registered, str(refused.reason)
    raise AssertionError


def called(las: FakeLas) -> list[str]:
    """Return the id of the message of each call to the receiver."""
    return [str(opened.header.context.message_id) for opened in las.opened]
