"""OpenTelemetry: one message is one trace through sender, hub and LAS, and holds nothing of it."""

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import grpc
import pytest

from support.builders import envelopes
from support.fakes.collector import Collector, Spanned
from support.fakes.las import Context
from support.fakes.source import FakeSource, Parts, providing
from support.prepared.fetch_stage import NUMBER, fetch_stage
from support.processes.hub_process import HubProcess, Place, serving
from support.processes.processes import Running, run, spawn
from wissel.catalog.v1.catalog_service_pb2 import ListServicesRequest
from wissel.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub
from wissel.clients import AsyncHub, IncomingMessage, Las, LasServer, LasSettings
from wissel.clients.errors import WisselError
from wissel.clients.testing import Vendor
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.clients.transport.connection import Connection
from wissel.clients.transport.retry import IMPATIENT
from wissel.clients.transport.tracing import tracer_for
from wissel.party.v1.party_service_pb2 import WhoAmIRequest
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.exchange.fetching.orders import ProvideOrder
from wissel.routing.values.identifiers import Oin

BSN: Final = "999995571"
DOSSIER: Final = f"<dossier><bsn>{BSN}</bsn><naam>Kanariewijk</naam></dossier>".encode()
INZAGE: Final = dt.date(2026, 1, 2)
FETCH_STEPS: Final = ("dial", "header", "verify", "claim", "transfer", "record")
HUB_STEPS: Final = ("header", "verify", "claim", "dial", "transfer", "receipt", "record")


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as running:
        yield running


@pytest.fixture(scope="module")
def hub(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    place = Place.make(tmp_path_factory.mktemp("hub"))
    with serving(place, **collector.environ, WISSEL_SWEEP_SECONDS="0.1") as running:
        yield running


@pytest.fixture(scope="module")
def sender(hub: HubProcess) -> Vendor:
    made = hub.world.vendor(NOORD.name, oin=NOORD.oin)
    hub.world.connect(made, "99XA", url="https://localhost:9")
    return made


@pytest.fixture(scope="module")
def receiver(hub: HubProcess) -> Vendor:
    return hub.world.vendor(ZUID.name, oin=ZUID.oin)


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    path = tmp_path / "dossier.xml"
    path.write_bytes(DOSSIER)
    return path


def environ(hub: HubProcess, vendor: Vendor, collector: Collector) -> dict[str, str]:
    return {
        **collector.environ,
        "WISSEL_SERVER": hub.address,
        "WISSEL_CERTIFICATE": str(vendor.certificate),
        "WISSEL_KEY": str(vendor.key),
        "WISSEL_TRUST_ROOTS": str(hub.world.roots),
        "WISSEL_HUB_OIN": hub.world.hub_oin,
        "WISSEL_OUTBOX": str(hub.place.folder / "outbox"),
    }


def address_of(las: Running) -> str:
    return las.line_with("serving on ").rpartition(" ")[2]


def test_one_message_is_one_trace(
    hub: HubProcess, sender: Vendor, receiver: Vendor, collector: Collector, dossier: Path
) -> None:
    """The installed commands, each a process, each with spans of its own."""
    folder = hub.place.folder
    serve = ["wissel", "las", "serve", "--listen", "localhost:0"]
    with spawn(serve, environ=environ(hub, receiver, collector), cwd=folder) as las:
        hub.world.connect(receiver, "99XB", url=f"https://{address_of(las)}")
        send = ["wissel", "send", str(dossier), "--from", "99XA", "--to", "99XB"]
        code, said = run(
            [*send, "--inzage-date", str(INZAGE)],
            environ=environ(hub, sender, collector),
            cwd=folder,
        )
        assert 0 == code, said
        message_id = said.split("message ")[1].split()[0]
        spans = collector.of(message_id, "wissel-hub ForwardEnvelope", "wissel-las Deliver")

    sending, trying = spans["wissel-sender", "send"], spans["wissel-sender", "ForwardEnvelope"]
    call, taking = spans["wissel-hub", "ForwardEnvelope"], spans["wissel-las", "Deliver"]
    steps = [spans["wissel-hub", step] for step in HUB_STEPS]
    assert 1 == len({span.trace for span in spans.values()})
    assert b"" == sending.parent
    assert sending.id == trying.parent
    assert trying.id == call.parent
    assert {call.id} == {step.parent for step in steps}
    assert spans["wissel-hub", "transfer"].id == taking.parent
    assert taking.id == spans["wissel-las", "accept"].parent
    assert ["CLIENT", "SERVER", "SERVER"] == [trying.kind, call.kind, taking.kind]
    assert message_id == sending.attributes["wissel.message_id"]
    assert said_of(call) == {
        "rpc.system": "grpc",
        "wissel.outcome": "OK",
        "wissel.peer_oin": sender.oin,
        "wissel.receiver_oin": receiver.oin,
        "wissel.message_id": message_id,
        "wissel.state": "DELIVERED",
        "wissel.attempt": 1,
        "wissel.bytes": len(DOSSIER),
    }


def said_of(span: Spanned) -> dict[str, Any]:
    return dict(span.attributes)


class Blurting(Las):
    """A LAS whose code fails with a pupil's data in the message."""

    def accept(self, message: IncomingMessage) -> None:
        text = f"no such row: {message.path.read_text()}"
        raise LookupError(text)


async def test_a_span_holds_nothing_of_the_message(  # noqa: PLR0917 - fixtures
    hub: HubProcess,
    sender: Vendor,
    receiver: Vendor,
    collector: Collector,
    dossier: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name, value in collector.environ.items():
        monkeypatch.setenv(name, value)
    tracer = tracer_for("wissel-both", 1)
    settings = LasSettings(
        listen="localhost:0",
        hub_oin=Oin(hub.world.hub_oin),
        storage=tmp_path / "inbox",
        tracer=tracer,
    )
    begun: list[str] = []
    async with (
        LasServer(Blurting(), receiver.identity, settings) as las,
        AsyncHub(
            hub.address,
            sender.identity,
            patience=IMPATIENT,
            outbox=tmp_path / "outbox",
            tracer=tracer,
        ) as ours,
    ):
        url = f"https://{las.address}"
        await asyncio.to_thread(hub.world.connect, receiver, "99XC", url=url)
        with pytest.raises(WisselError, match="RECEIVER_FAILED"):
            await ours.send(
                dossier,
                sender="99XA",
                receiver="99XC",
                service="OSO_OV",
                inzage_date=INZAGE,
                composed=lambda envelope: begun.append(str(envelope.entry.message_id)),
            )
        await asyncio.to_thread(collector.of, begun[0], "wissel-hub GetReceipt")
    await asyncio.to_thread(tracer.close)
    spans = collector.of(
        begun[0], "wissel-hub ForwardEnvelope", "wissel-both Deliver", "wissel-both send"
    )

    assert "LookupError" == spans["wissel-both", "accept"].failed
    assert "RECEIVER_FAILED" == spans["wissel-both", "Deliver"].failed
    assert "RECEIVER_FAILED" == spans["wissel-both", "send"].failed
    assert "UNCERTAIN" == spans["wissel-hub", "ForwardEnvelope"].attributes["wissel.state"]
    asked = collector.named("GetReceipt", 1)[0]
    assert ("CLIENT", b"") == (asked.kind, asked.parent)
    assert said_of(asked) == {
        "rpc.system": "grpc",
        "wissel.receiver_oin": receiver.oin,
        "wissel.message_id": begun[0],
        "wissel.reason": "DELIVERY_UNCERTAIN",
    }
    keys = (vendor.key.read_bytes().splitlines()[1] for vendor in (sender, receiver))
    for canary in (BSN.encode(), b"Kanariewijk", DOSSIER, b"no such row", *keys):
        assert canary not in collector.bytes


SENT: Final = (
    ("traceparent", f"00-{'ab' * 16}-{'cd' * 8}-01"),
    ("tracestate", "kanariewijk=1"),
    ("baggage", "naam=Kanariewijk"),
    ("authorization", "Bearer Kanariewijk"),
)


async def raw(connection: Connection, method: str) -> None:
    """Call a method of any name with an empty message."""
    call: Any = connection.channel().unary_unary(method)
    await call(b"")


async def test_of_what_a_caller_sends_along_only_the_parent_is_taken(
    hub: HubProcess, sender: Vendor, collector: Collector
) -> None:
    connection = Connection(hub.address, sender.identity)
    request = ListServicesRequest()

    await CatalogServiceStub(connection.channel()).ListServices(request, metadata=SENT)
    with pytest.raises(grpc.aio.AioRpcError):
        await raw(connection, f"/wissel.party.v1.PartyService/Kanariewijk{BSN}")
    with pytest.raises(grpc.aio.AioRpcError, match="TOKEN_NOT_EXPECTED"):
        await PartyServiceStub(connection.channel()).WhoAmI(WhoAmIRequest(), metadata=SENT)
    await raw(connection, "/grpc.health.v1.Health/Check")
    await CatalogServiceStub(connection.channel()).ListServices(request)
    await connection.close()
    calls = collector.named("ListServices", 2)

    assert ("cd" * 8, "ab" * 16) == (calls[0].parent.hex(), calls[0].trace.hex())
    assert (sender.oin, "OK") == (
        calls[0].attributes["wissel.peer_oin"],
        calls[0].attributes["wissel.outcome"],
    )
    assert b"" == calls[1].parent
    assert "Check" not in {span.name for span in collector.spans}
    assert b"anariewijk" not in collector.bytes


async def test_a_fetch_is_one_trace(collector: Collector, tmp_path: Path) -> None:
    sent: dict[str, object] = {}

    async def provide(source: FakeSource, order: ProvideOrder, context: Context) -> Parts:
        sent.update(dict(context.invocation_metadata() or ()))
        async for part in providing()(source, order, context):
            yield part

    async with fetch_stage(tmp_path, **collector.environ) as stage:
        stage.source.provide = provide
        code, said = await stage.fetch("--json")
        message_id = json.loads(said)["message_id"]
        spans = await asyncio.to_thread(collector.of, message_id, "wissel-hub FetchDossier")

    call = spans["wissel-hub", "FetchDossier"]
    parent = f"00-{call.trace.hex()}-{spans['wissel-hub', 'header'].id.hex()}-"
    assert code == 0
    assert {call.id} == {spans["wissel-hub", step].parent for step in FETCH_STEPS}
    assert str(sent["traceparent"]).startswith(parent)
    assert call.attributes["wissel.state"] == "UNCERTAIN"
    assert call.attributes["wissel.bytes"] == len(envelopes.PAYLOAD)
    assert NUMBER.encode() not in collector.bytes
