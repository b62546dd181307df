"""A message that is under way: its receiver has all of it, and has not signed yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.builders.pki import Identity
from support.fakes.las import FakeLas, waiting
from support.processes.hub_process import HubProcess
from wissel.clients.hub import AsyncHub
from wissel.clients.sending.receipts import DeliveryReceipt
from wissel.clients.testing import Vendor
from wissel.clients.testing.cast import NOORD, ZUID

DOSSIER: Final = Path(str(files("wissel.clients") / "fixtures" / "dossier-overstap.xml"))


@asynccontextmanager
async def connected(hub: HubProcess) -> AsyncIterator[tuple[Vendor, FakeLas]]:
    """Noord for 99XA and a LAS of Zuid for 99XB, known to every process of the hub."""
    sender = hub.world.vendor(NOORD.name, oin=NOORD.oin)
    receiver = hub.world.vendor(ZUID.name, oin=ZUID.oin)
    las = await FakeLas.start(files_of(hub, receiver))
    try:
        await asyncio.to_thread(hub.settled)
        hub.world.connect(sender, "99XA", url="https://localhost:9")
        hub.world.connect(receiver, "99XB", url=las.url)
        await asyncio.to_thread(hub.settled)
        yield sender, las
    finally:
        await las.stop()


@asynccontextmanager
async def underway(
    hub: HubProcess, release: asyncio.Event
) -> AsyncIterator["asyncio.Task[DeliveryReceipt]"]:
    """Send a message for which the receiver signs once released; yields the sending."""
    outbox = hub.place.folder / "outbox"
    async with connected(hub) as (sender, las):
        las.behave = waiting(release)
        async with AsyncHub(hub.address, sender.identity, outbox=outbox) as ours:
            sending = asyncio.create_task(send(ours))
            await las.arrived.wait()
            try:
                yield sending
            finally:
                sending.cancel()
                with suppress(asyncio.CancelledError):
                    await sending


async def send(hub: AsyncHub) -> DeliveryReceipt:
    """Send a dossier from 99XA to 99XB."""
    return await hub.send(DOSSIER, sender="99XA", receiver="99XB", service="OSO_OV", new=True)


def files_of(hub: HubProcess, vendor: Vendor) -> Identity:
    """Return the identity of a vendor with its files."""
    return _read(vendor.name, vendor.oin, vendor.certificate, vendor.key, hub.world.roots)


def renewed(own: Identity) -> Identity:
    """Return the same identity with what its files hold now."""
    return _read(own.name, own.oin, own.certificate, own.key, own.roots)


def _read(name: str, oin: str, certificate: Path, key: Path, roots: Path) -> Identity:
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return Identity(
        name=name,
        oin=oin,
        certificate=certificate,
        key=key,
        roots=roots,
        chain=tuple(x509.load_pem_x509_certificates(certificate.read_bytes())),
        private_key=private,
    )
