"""A LAS of another vendor, which receives and sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from wissel.clients.identity import AnyPath
from wissel.clients.processes import Service
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.testing.cast import PEER
from wissel.clients.testing.hub import TestingHub, Vendor

_READY: Final = "serving on "


class PeerLas:
    """A LAS that keeps the messages it receives as files; see `running_peer`."""

    def __init__(self, hub: TestingHub, vendor: Vendor, url: str, folder: Path) -> None:
        self.hub = hub
        self.vendor = vendor
        self.url = url
        self._folder = folder

    def connect(self, place: str) -> str:
        """Receive for `place`, `99XB` or `99XB02`, from now on; return its routing key."""
        return self.hub.connect(self.vendor, place, url=self.url)

    def send(self, path: AnyPath, *, sender: str, receiver: str) -> DeliveryReceipt:
        """Send a dossier from a place that `connect` was called for; see `AsyncHub.send`."""
        return self.hub.open(self.vendor).send(
            path, sender=sender, receiver=receiver, service=self.vendor.service
        )

    def received(self, message_id: UUID | str) -> Path:
        """Return the file of a message that was received, or raise `FileNotFoundError`."""
        for path in self._folder.glob(f"*/{message_id}.*"):
            return path
        message = f"{message_id} was not received"
        raise FileNotFoundError(message)


@contextmanager
def running_peer(
    hub: TestingHub, name: str = PEER.name, *, oin: str = PEER.oin, service: str = "OSO_OV"
) -> Iterator[PeerLas]:
    """Run a LAS of another vendor on a free port while the block lasts."""
    vendor = hub.vendor(name, oin=oin, service=service)
    folder = hub.folder / name
    arguments = [
        "wissel",
        *("--certificate", str(vendor.certificate)),
        *("--key", str(vendor.key)),
        *("--trust-roots", str(hub.roots)),
        *("--hub-oin", hub.hub_oin),
        *("las", "serve", "--listen", "localhost:0"),
        *("--storage", str(folder / "inbox")),
        *("--keep", str(folder / "received")),
    ]
    with Service(arguments, log=hub.folder / f"{name}.log", ready=_READY) as process:
        yield PeerLas(hub, vendor, f"https://{process.address}", folder / "received")
