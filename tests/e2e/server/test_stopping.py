"""What is under way when a hub is told to stop, and when its certificate is renewed."""

import asyncio
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509

from support.processes.hub_process import HubProcess, Place, serving
from support.worlds.underway import DOSSIER, underway

STOPPED_AT_ONCE: Final = 1
STOPPING: Final = "stopping: finishing what is under way"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    with serving(Place.make(tmp_path)) as running:
        yield running


async def test_a_stopping_hub_finishes_the_delivery_that_is_under_way(hub: HubProcess) -> None:
    release = asyncio.Event()
    async with underway(hub, release) as sending:
        hub.process.signal(signal.SIGTERM)
        await asyncio.to_thread(hub.process.line_with, STOPPING)
        release.set()

        receipt = await sending

        assert DOSSIER.stat().st_size == receipt.size
        assert 0 == await asyncio.to_thread(hub.process.ended)


async def test_a_second_signal_ends_a_hub_at_once(hub: HubProcess) -> None:
    async with underway(hub, asyncio.Event()):
        hub.process.signal(signal.SIGTERM)
        await asyncio.to_thread(hub.process.line_with, STOPPING)

        hub.process.signal(signal.SIGTERM)

        assert STOPPED_AT_ONCE == await asyncio.to_thread(hub.process.ended)
        assert "stopped at once" in hub.process.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_hub_stops_and_says_so(hub: HubProcess, number: signal.Signals) -> None:
    hub.process.signal(number)

    assert 0 == hub.process.ended()
    assert hub.process.output.endswith("wissel-server: stopped\n")


def test_a_renewed_certificate_is_shown_to_new_connections(hub: HubProcess) -> None:
    before = shown(hub)

    renewed = hub.place.renew()

    assert before != shown(hub)
    assert x509.load_pem_x509_certificate(renewed.read_bytes()) == shown(hub)
    assert hub.world.desk.hub.whoami().registered


def shown(hub: HubProcess) -> x509.Certificate:
    """Return the certificate that the hub shows to a new connection."""
    keys, (host, _, port) = hub.place.folder / "pki", hub.address.rpartition(":")
    context = ssl.create_default_context(cafile=keys / "root.pem")
    context.load_cert_chain(keys / "operator.pem", keys / "operator.key")
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection((host, int(port))) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
