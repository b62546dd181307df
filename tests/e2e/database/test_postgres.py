"""Hubs on PostgreSQL, as processes: they forward, and act as one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest

from support.processes import postgres
from support.processes.hub_process import HubProcess, Place, serving
from support.processes.postgres_hubs import another, place_on
from wissel.clients import Hub, Refused
from wissel.clients.testing import PeerLas, Vendor, running_peer
from wissel.clients.testing.cast import HUB, NOORD
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.routing.refusals.reasons import Reason
from wissel.traffic.v1 import route_service_pb2 as route
from wissel.traffic.v1.route_service_pb2_grpc import RouteServiceStub

DOSSIER: Final = Path(str(files("wissel.clients") / "fixtures" / "dossier-overstap.xml"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where a hub may run on a PostgreSQL of its own, which `migrate` has made ready."""
    return place_on(postgres.fresh_database(migrated=False), tmp_path)


@pytest.fixture
def hub(place: Place) -> Iterator[HubProcess]:
    with serving(place) as running:
        yield running


@pytest.fixture
def peer(hub: HubProcess) -> Iterator[PeerLas]:
    """A LAS that receives for 99XB."""
    with running_peer(hub.world) as peer:
        peer.connect("99XB")
        yield peer


@pytest.fixture
def noord(hub: HubProcess) -> Vendor:
    """A vendor that sends for 99XA."""
    return sender(hub)


def sender(hub: HubProcess) -> Vendor:
    vendor = hub.world.vendor(NOORD.name, oin=NOORD.oin)
    hub.world.connect(vendor, "99XA", url="https://localhost:9")
    return vendor


@contextmanager
def second_hub(hub: HubProcess, vendor: Vendor) -> Iterator[Hub]:
    """Another hub on the same database, as a vendor calls it."""
    with ExitStack() as stack:
        address = stack.enter_context(another(hub.place))
        outbox = hub.place.folder / "second-outbox"
        yield stack.enter_context(Hub(address, vendor.identity, hub_oin=HUB.oin, outbox=outbox))


def test_a_hub_on_postgresql_forwards_and_keeps_the_receipts(
    hub: HubProcess, peer: PeerLas, noord: Vendor
) -> None:
    calls = hub.world.open(noord)

    receipt = calls.send(DOSSIER, sender="99XA", receiver="99XB", service="OSO_OV")

    assert DOSSIER.read_bytes() == peer.received(receipt.message_id).read_bytes()
    assert "DELIVERED" == calls.delivery(str(receipt.message_id)).delivery.state
    assert not list(hub.place.folder.rglob("registry.db"))


def test_two_hubs_on_one_database_act_as_one(hub: HubProcess, peer: PeerLas, noord: Vendor) -> None:
    with second_hub(hub, noord) as second:
        receipt = second.send(DOSSIER, sender="99XA", receiver="99XB", service="OSO_OV")
        delivery = hub.world.open(noord).delivery(str(receipt.message_id)).delivery
        revision = end_mandate(peer, "99XB")
        with pytest.raises(Refused) as resolving:
            second.call(lambda c: RouteServiceStub(c).ResolveRoute, asked(revision))
        with pytest.raises(Refused) as sending:
            second.send(DOSSIER, sender="99XA", receiver="99XB", service="OSO_OV")

    assert DOSSIER.read_bytes() == peer.received(receipt.message_id).read_bytes()
    assert "DELIVERED" == delivery.state
    assert Reason.RECEIVER_NOT_CONNECTED == resolving.value.reason
    assert Reason.RECEIVER_NOT_CONNECTED == sending.value.reason


def test_a_hub_outlives_a_crash_of_its_database_and_loses_no_message(tmp_path: Path) -> None:
    server = postgres.own_server()
    with serving(place_on(server.url, tmp_path)) as hub, running_peer(hub.world) as peer:
        peer.connect("99XB")
        calls = hub.world.open(sender(hub))
        first = calls.send(DOSSIER, sender="99XA", receiver="99XB", service="OSO_OV")
        server.fail()
        hub.process.line_with("not serving")
        with ThreadPoolExecutor(1) as meanwhile:
            sending = meanwhile.submit(
                calls.send, DOSSIER, sender="99XA", receiver="99XB", service="OSO_OV"
            )
            server.recover()
            second = sending.result()

        for receipt in (first, second):
            assert "DELIVERED" == calls.delivery(str(receipt.message_id)).delivery.state
            assert DOSSIER.read_bytes() == peer.received(receipt.message_id).read_bytes()


def asked(revision: int) -> route.ResolveRouteRequest:
    """Ask for the route once the hub has come as far as this revision."""
    return route.ResolveRouteRequest(
        sender_brin="99XA", receiver_brin="99XB", service="OSO_OV", at_least_revision=revision
    )


def end_mandate(peer: PeerLas, brin: str) -> int:
    """Let the service desk end the receiver's mandate at once; return the revision of that."""
    (given,) = peer.hub.open(peer.vendor).mandates(brin)
    request = mandate.EndMandateRequest(
        mandate_id=given.mandate_id, immediately=True, reason="testing"
    )
    ended = peer.hub.desk.hub.call(lambda c: MandateServiceStub(c).EndMandate, request)
    return ended.revision
