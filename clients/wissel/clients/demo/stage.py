"""The processes of the demo: a hub, two LAS and a login broker, in a temporary folder."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from wissel.clients.demo.board import login
from wissel.clients.demo.exchange import Side
from wissel.clients.identity import Identity
from wissel.clients.processes import Service, run
from wissel.clients.received.fetched import FETCHED_VARIABLE
from wissel.clients.statements.system_keys import KeyFolder
from wissel.clients.testing.cast import HUB, NOORD, OPERATOR, PLAYERS, PORTAL, ZUID, Player
from wissel.clients.testing.issuer import DevelopmentIssuer, running_issuer
from wissel.clients.testing.settings import hub_settings
from wissel.clients.transport.connection import Connection

READY: Final = "serving on "


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The processes of the demo: where they are reached and keep their files."""

    folder: Path
    server: str
    las_urls: dict[str, str]
    issuer: DevelopmentIssuer

    @property
    def certificates(self) -> Path:
        """Folder of the development PKI."""
        return self.folder / "pki"

    def identity(self, player: Player) -> Identity:
        """Return the identity of a player."""
        return Identity.load(
            self.certificates / f"{player.name}.pem",
            self.certificates / f"{player.name}.key",
            self.certificates / "root.pem",
        )

    def connection(self, player: Player) -> Connection:
        """Return a connection of a player with the hub."""
        user = "demo@servicedesk.example" if player is OPERATOR else ""
        return Connection(self.server, self.identity(player), user=user)

    def portal(self, side: Side) -> Connection:
        """Return a connection of the portal for somebody of a side's board."""
        return Connection(self.server, self.identity(PORTAL), token=login(self.issuer, side))

    def received(self, player: Player) -> Path:
        """Return the folder in which a LAS keeps the messages it received."""
        return self.folder / player.name / "received"

    def prepared(self, player: Player) -> Path:
        """Return the folder in which a LAS keeps what it prepares."""
        return self.folder / player.name / "prepared"

    def fetched(self, player: Player) -> Path:
        """Return the folder in which a LAS remembers what it fetched."""
        return self.folder / player.name / "fetched" / player.oin

    def keys(self, player: Player) -> KeyFolder:
        """Return the keys of a vendor's system."""
        return KeyFolder(self.folder / player.name / "keys")


@contextmanager
def stage() -> Iterator[Stage]:
    """Run the hub, two LAS and a login broker while the block lasts; no file of them stays."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="wissel-demo-")))
        certificates = folder / "pki"
        run(["wissel-server", "pki", "init", str(certificates)])
        for player in PLAYERS:
            run(
                [
                    "wissel-server",
                    "pki",
                    "issue",
                    str(certificates),
                    player.name,
                    "--oin",
                    player.oin,
                ]
            )
        issuer = stack.enter_context(running_issuer(folder=folder))
        environ = hub_settings(folder, OPERATOR.oin, issuer)
        run(["wissel-server", "migrate"], environ=environ)
        hub = Service(
            ["wissel-server", "serve"], log=folder / "hub.log", ready=READY, environ=environ
        )
        server = stack.enter_context(hub).address
        urls = {
            player.name: f"https://{stack.enter_context(_las(folder, server, player)).address}"
            for player in (NOORD, ZUID)
        }
        yield Stage(folder=folder, server=server, las_urls=urls, issuer=issuer)


def _las(folder: Path, server: str, player: Player) -> Service:
    """Return a LAS that receives, provides what it prepares, and signs for what it fetches."""
    certificates, own = folder / "pki", folder / player.name
    arguments = [
        "wissel",
        *("--certificate", str(certificates / f"{player.name}.pem")),
        *("--key", str(certificates / f"{player.name}.key")),
        *("--trust-roots", str(certificates / "root.pem")),
        *("--hub-oin", HUB.oin),
        *("--server", server),
        *("las", "serve", "--listen", "localhost:0"),
        *("--storage", str(own / "inbox"), "--keep", str(own / "received")),
        *("--prepared", str(own / "prepared"), "--keys", str(own / "keys")),
    ]
    environ = {FETCHED_VARIABLE: str(own / "fetched")}
    return Service(arguments, log=folder / f"{player.name}.log", ready=READY, environ=environ)
