"""A hub that is a process, a scripted source of Noord, and commands of Zuid that fetch.

async with fetch_stage(tmp_path) as stage:
    code, said = await stage.fetch("--json")
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from support.fakes.source import FakeSource
from support.processes.hub_process import HubProcess, Place, serving
from support.processes.processes import calling_as, run
from support.worlds.underway import files_of
from wissel.clients.processes import command
from wissel.clients.testing.cast import NOORD, OPERATOR, ZUID

NUMBER: Final = "999990019"


@dataclass(kw_only=True)
class Stage:
    """A hub that is a process, a scripted source, and what the command is called with."""

    hub: HubProcess
    source: FakeSource
    folder: Path
    routing_key: str

    def environ(self, name: str = ZUID.name) -> dict[str, str]:
        """Return the settings of the command, by default as Zuid."""
        return {
            **calling_as(self.hub.world, name, self.hub.address),
            "WISSEL_HUB_OIN": self.hub.world.hub_oin,
            "WISSEL_FETCHED": str(self.folder / "fetched"),
        }

    async def wissel(self, *arguments: str, name: str = ZUID.name) -> tuple[int, str]:
        """Run the command, by default as Zuid."""
        line, environ = [command("wissel"), *arguments], self.environ(name)
        return await asyncio.to_thread(run, line, environ=environ, cwd=self.folder)

    async def done(self, *arguments: str, name: str = OPERATOR.name) -> Any:
        """Run the command, by default as the operator; return what it tells as JSON."""
        why = ["--reason", "a test"] if name == OPERATOR.name else []
        code, told = await self.wissel(*arguments, *why, "--json", name=name)
        assert code == 0, told
        return json.loads(told)

    def line(self) -> list[str]:
        """Return the arguments that fetch the dossier of the pupil whose number is in a file."""
        asked = ["--source", "99XA", "--requester", "99XC", "--routing-key", self.routing_key]
        return ["fetch", *asked, "--keys", "keys", "--number-file", "number"]

    async def fetch(self, *more: str) -> tuple[int, str]:
        """Fetch it."""
        return await self.wissel(*self.line(), *more)


@asynccontextmanager
async def fetch_stage(folder: Path, **settings: str) -> AsyncIterator[Stage]:
    """Start all of it, the hub with `settings`; everything ends with the block."""
    with serving(Place.make(folder), **settings) as hub:
        noord = hub.world.vendor(NOORD.name, oin=NOORD.oin)
        zuid = hub.world.vendor(ZUID.name, oin=ZUID.oin)
        source = await FakeSource.start(files_of(hub, noord))
        hub.world.connect(noord, "99XA", url=source.url)
        routing_key = hub.world.connect(zuid, "99XC", url="https://localhost:9")
        hub.register_key(noord, folder / "keys-of-noord")
        hub.register_key(zuid, folder / "keys")
        await asyncio.to_thread(hub.settled)
        (folder / "number").write_text(f"{NUMBER}\n")
        yield Stage(hub=hub, source=source, folder=folder, routing_key=routing_key)
        await source.stop()
