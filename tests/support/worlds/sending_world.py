"""A scripted hub, and a vendor that sends to it."""

from pathlib import Path

import wissel.clients
from support.builders.pki import Pki
from support.fakes.scripted_hub import ScriptedHub
from wissel.clients import (
    AsyncHub,
    Identity,
    Patience,
)
from wissel.clients.testing.cast import HUB, ZUID

DOSSIER = Path(wissel.clients.__file__).parent / "fixtures" / "dossier-overstap.xml"


class World:
    """A scripted hub, and a vendor that sends to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pki = Pki.create(folder / "pki")
        self.noord = self.pki.issue("noord")
        self.server = ScriptedHub(  # type: ignore[abstract] # serves what a sender calls
            self.pki.issue("hub", oin=HUB.oin), self.pki.issue("zuid", oin=ZUID.oin)
        )
        self.script = self.server.script
        self.waits: list[float] = []

    def hub(self, address: str = "", **settings: object) -> AsyncHub:
        me = Identity.load(self.noord.certificate, self.noord.key, self.noord.roots)
        patience = Patience(total=60, sleep=self._sleep, now=lambda: sum(self.waits))
        settings = {"outbox": self.folder / "outbox", "patience": patience, **settings}
        return AsyncHub(address or self.server.address, me, **settings)  # type: ignore[arg-type] # per test

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def in_outbox(self, state: str) -> list[Path]:
        return sorted((self.folder / "outbox" / state).glob("*"))


async def send(hub: AsyncHub, path: Path = DOSSIER, **more: object) -> object:
    async with hub:
        return await hub.send(
            path,
            sender="99XA",
            receiver="99XB02",
            service="OSO_OV",
            **more,  # type: ignore[arg-type] # per test
        )
