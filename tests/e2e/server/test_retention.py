"""A hub reduces by itself what it has kept for as long as is set (design.md#retention)."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from support.processes.hub_process import Place, serving
from support.worlds.underway import connected, send
from wissel.clients.hub import AsyncHub
from wissel.clients.transport.retry import IMPATIENT

DAY = 24 * 3600 * 1_000_000


async def test_a_hub_reduces_what_is_older_than_is_set(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    with serving(place) as hub:
        async with (
            connected(hub) as (sender, _),
            AsyncHub(
                hub.address, sender.identity, outbox=tmp_path / "outbox", patience=IMPATIENT
            ) as calls,
        ):
            receipt = await send(calls)
    _age(place, days=34)

    with serving(place, WISSEL_KEEP_DELIVERIES_DAYS="33") as hub:
        line = json.loads(await asyncio.to_thread(hub.process.line_with, '"retention"'))

    with closing(sqlite3.connect(_journal(place))) as journal:
        rows = journal.execute("SELECT message_id, accepted, receiver_oin FROM delivery").fetchall()
    assert ("deliveries", 1) == (line["chore"], line["done"])
    assert [(str(receipt.message_id), 0, "")] == rows


def _journal(place: Place) -> Path:
    return place.folder / "data" / "journal.db"


def _age(place: Place, days: int) -> None:
    """Let all deliveries be older than they are."""
    with closing(sqlite3.connect(_journal(place))) as journal, journal:
        journal.execute(
            "UPDATE delivery SET accepted = accepted - ?, lease_until = lease_until - ?",
            (days * DAY, days * DAY),
        )
