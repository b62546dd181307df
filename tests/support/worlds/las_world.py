"""A LAS that serves over real TLS, and a hub that does whatever a test wants."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from support.builders.pki import Pki
from support.cast import STRANGER
from support.fakes.raw_hub import Delivery, RawHub, deliver
from support.worlds.hub import refusal
from wissel.clients import (
    Identity,
    IncomingMessage,
    Las,
    LasServer,
    LasSettings,
    Refused,
)
from wissel.clients.testing.cast import HUB, ZUID
from wissel.clients.transport.status_errors import translate

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


class Recording(Las):
    """Keeps what it accepts; `before` may refuse, fail or wait."""

    def __init__(self) -> None:
        self.messages: list[IncomingMessage] = []
        self.payloads: list[bytes] = []
        self.before: Callable[[IncomingMessage], None] = lambda message: None

    def accept(self, message: IncomingMessage) -> None:
        self.before(message)
        self.payloads.append(message.path.read_bytes())
        self.messages.append(message)


class LasWorld:
    """A LAS of Zuid that serves, its hub, and a stranger."""

    def __init__(self, folder: Path) -> None:
        self.pki = Pki.create(folder / "pki")
        self.hub = self.pki.issue("hub", oin=HUB.oin)
        self.noord = self.pki.issue("noord")
        self.zuid = self.pki.issue("zuid", oin=ZUID.oin)
        self.stranger = self.pki.issue("stranger", oin=STRANGER.oin)
        self.raw = RawHub(self.hub, self.noord)
        self.las = Recording()
        self.storage = folder / "storage"
        self.clock = NOW
        self.server = self.another()

    def another(self) -> LasServer:
        me = Identity.load(self.zuid.certificate, self.zuid.key, self.zuid.roots)
        settings = LasSettings(
            listen="localhost:0",
            hub_oin=HUB.oin,
            storage=self.storage,
            now=lambda: self.clock,
            max_payload_bytes=1024 * 1024,
        )
        return LasServer(self.las, me, settings)

    @property
    def address(self) -> str:
        return self.server.address

    async def refused(self, delivery: Delivery) -> str:
        """Return the reason with which a delivery fails."""
        refused = await refusal(lambda: deliver(self.address, self.hub, delivery))
        error = translate(refused, self.address)
        assert isinstance(error, Refused), error
        return error.reason

    def leftovers(self) -> list[Path]:
        return list((self.storage / "incoming").iterdir())
