"""`wissel fetch` as a process: it keeps the dossier as a file, and tells no number."""

import asyncio
import datetime as dt
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.builders import envelopes
from support.fakes.source import FakeSource
from support.processes.hub_process import HubProcess, Place, serving
from support.processes.processes import calling_as, run
from support.worlds.underway import files_of
from wissel.clients.processes import command
from wissel.clients.statements.system_keys import KeyFolder, create_key
from wissel.clients.testing import Vendor
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.values.identifiers import Oin, SystemId

NUMBER = "999990019"


@dataclass(kw_only=True)
class Stage:
    """A hub that is a process, a scripted source, and what the command is called with."""

    hub: HubProcess
    source: FakeSource
    folder: Path
    routing_key: str

    async def wissel(self, *arguments: str) -> tuple[int, str]:
        """Run the command as Zuid."""
        environ = {
            **{name: text for name, text in os.environ.items() if "WISSEL" not in name},
            **calling_as(self.hub.world, ZUID.name, self.hub.address),
            "WISSEL_HUB_OIN": self.hub.world.hub_oin,
            "WISSEL_FETCHED": str(self.folder / "fetched"),
        }
        line = [command("wissel"), *arguments]
        return await asyncio.to_thread(run, line, environ=environ, cwd=self.folder)

    async def fetch(self, *more: str) -> tuple[int, str]:
        """Fetch the dossier of the pupil whose number is in a file."""
        asked = ("--source", "99XA", "--requester", "99XC", "--routing-key", self.routing_key)
        return await self.wissel(
            "fetch", *asked, "--keys", "keys", "--number-file", "number", *more
        )


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    with serving(Place.make(tmp_path)) as hub:
        noord = hub.world.vendor(NOORD.name, oin=NOORD.oin)
        zuid = hub.world.vendor(ZUID.name, oin=ZUID.oin)
        source = await FakeSource.start(files_of(hub, noord))
        hub.world.connect(noord, "99XA", url=source.url)
        routing_key = hub.world.connect(zuid, "99XC", url="https://localhost:9")
        register(hub, noord, tmp_path / "keys-of-noord")
        register(hub, zuid, tmp_path / "keys")
        await asyncio.to_thread(hub.settled)
        (tmp_path / "number").write_text(f"{NUMBER}\n")
        yield Stage(hub=hub, source=source, folder=tmp_path, routing_key=routing_key)
        await source.stop()


def register(hub: HubProcess, vendor: Vendor, folder: Path) -> None:
    """Give a vendor's system a key."""
    now = dt.datetime.now(dt.UTC)
    key = create_key(
        vendor.identity.current(),
        Oin(hub.world.hub_oin),
        SystemId(vendor.system_id),
        now,
        now + dt.timedelta(days=30),
    )
    KeyFolder(folder).keep(key)
    request = party.RegisterSystemKeyRequest(key=key.signed)
    hub.world.open(vendor).call(lambda c: PartyServiceStub(c).RegisterSystemKey, request)


async def test_a_dossier_is_fetched_and_kept(stage: Stage) -> None:
    code, said = await stage.fetch("--json")

    told = json.loads(said)
    kept = stage.folder / told["path"]
    assert (code, told["result"]) == (0, "TRANSFERRED")
    assert kept.read_bytes() == envelopes.PAYLOAD
    assert (kept.stat().st_mode & 0o777, kept.parent.name) == (0o600, stage.routing_key)
    assert told["hub_receipt"]
    assert NUMBER not in said
    assert list((stage.folder / "fetched" / ZUID.oin / "incoming").iterdir()) == []
    assert await stage.wissel("fetch", "--resume") == (
        0,
        "Nothing that was fetched is unfinished.\n",
    )
