"""A hub that forwards, a sender, and a receiver, over real mutual TLS.

    async with forwarding(tmp_path) as world:
        receipt = await world.send(world.message())

Noord sends for 99XA; Zuid receives for 99XC. Facts hold whatever the year.
"""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import grpc
from prometheus_client import CollectorRegistry

from support.builders import envelopes
from support.fakes.las import FakeLas, signer_of
from support.worlds import small_world
from support.worlds.hub import BOUNDS, Hub, refusal, running_hub, told
from support.worlds.stores import utc_now
from wissel.clients.testing.cast import HUB, NOORD
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.delivery import Delivery
from wissel.routing.exchange.envelope import Address, EnvelopeHeader
from wissel.routing.facts import Agreement, Endpoint, Fact, Service
from wissel.routing.signing.dsse import ENVELOPE_HEADER, Signer
from wissel.routing.signing.trusted_path import TrustedPath
from wissel.routing.table import Table
from wissel.routing.values.days import Period
from wissel.server.courier.bounds import Limits
from wissel.server.courier.factory import (
    CourierDependencies,
    make_courier,
    make_dialer,
    make_notifier,
)
from wissel.server.courier.forward import Courier
from wissel.server.courier.notify.notifier import Notifier, NotifySchedule
from wissel.server.courier.receivers.dial import Dialer
from wissel.server.courier.timeline import Timeline
from wissel.server.courier.wire import signed_message
from wissel.server.identity.files import HubFiles
from wissel.server.identity.own_certificates import reloaded_signer, reloaded_tls
from wissel.server.identity.peer import Peers
from wissel.server.identity.trust import HubTrust
from wissel.server.observing.metrics import FetchMetrics, ForwardMetrics, JournalMetrics
from wissel.server.observing.notifications import NotificationMetrics
from wissel.server.observing.otel import Traces
from wissel.server.rpc.server import Bounds
from wissel.server.rpc.services.traffic.outcomes import Outcomes
from wissel.server.rpc.services.traffic.servicer import TrafficServicer
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.register.follower import Follower
from wissel.server.store.register.head import head_reader
from wissel.server.store.register.register import SqlRegister
from wissel.traffic.v1 import traffic_service_pb2 as pb
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub

EVER: Final = dt.date(2020, 8, 1)
CHUNK: Final = 64 * 1024
QUICK: Final = Limits(idle=2.0)
"""Limits for tests in which somebody is too slow."""
TELLING: Final = NotifySchedule(every=3600.0, call=5.0, first=0.0, chance=lambda: 0.0)
"""Requesters are told when a test looks, and left alone by none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message ready to be sent: its signed header and its chunks."""

    header: EnvelopeHeader
    signed: dossier_pb2.Signed
    chunks: Sequence[bytes]

    @property
    def message_id(self) -> UUID:
        """The message id."""
        return self.header.context.message_id

    async def requests(self) -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        """Yield the stream that a sender sends."""
        yield pb.ForwardEnvelopeRequest(header=self.signed)
        for chunk in self.chunks:
            yield pb.ForwardEnvelopeRequest(chunk=dossier_pb2.Chunk(data=chunk))


@dataclass(kw_only=True)
class World:
    """Everything that takes part."""

    hub: Hub
    las: FakeLas
    journal: SqlJournal
    courier: Courier
    notifier: Notifier
    dialer: Dialer
    files: HubFiles
    folder: Path
    metrics: CollectorRegistry
    deps: CourierDependencies
    skipped: list[dt.timedelta]

    def skip(self, seconds: float) -> None:
        """Let the clock of forwarding and of its journal jump ahead."""
        self.skipped[0] += dt.timedelta(seconds=seconds)

    def refresh(self) -> None:
        """Let the hub look at its certificate files."""
        self.files.refresh(utc_now())
        self.hub.files.refresh(utc_now())

    def message(
        self,
        payload: bytes = envelopes.PAYLOAD,
        *,
        signer: Signer | None = None,
        chunk: int = CHUNK,
        **changes: Any,
    ) -> Envelope:
        """Return a message from 99XA to 99XC; `changes` are those of the context."""
        values = {
            "message_id": uuid4(),
            "created": utc_now(),
            "hub_oin": HUB.oin,
            "sender_oin": NOORD.oin,
            "sender": Address(organisation=small_world.XA),
            "receiver": Address(organisation=small_world.XC),
        }
        header = envelopes.header(payload, **{**values, **changes})
        signed = (signer or self.signer("noord")).sign(
            envelopes.header_bytes(header), ENVELOPE_HEADER
        )
        chunks = [payload[at : at + chunk] for at in range(0, len(payload), chunk)]
        return Envelope(header=header, signed=signed_message(signed), chunks=chunks)

    def signer(self, name: str) -> Signer:
        """Return what signs as one of the hub's identities."""
        return signer_of(self.hub.identity(name))

    def stub(self, name: str = "noord") -> Any:
        """Return the TrafficService as somebody calls it."""
        return self.hub.stub(TrafficServiceStub, name)

    async def send(
        self, message: Envelope, name: str = "noord", seconds: float | None = 60
    ) -> pb.ForwardEnvelopeResponse:
        """Send a message as it is; an early answer counts, not the write that it broke."""
        call = self.stub(name).ForwardEnvelope(timeout=seconds)
        try:
            with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                async for request in message.requests():
                    await call.write(request)
                await call.done_writing()
            response: pb.ForwardEnvelopeResponse = await call
        finally:
            call.cancel()  # a write that is cancelled before the call has begun leaves it open
        return response

    async def told(self, message: Envelope, name: str = "noord") -> grpc.aio.AioRpcError | None:
        """Send a message, again if the client loses the answer; return why it is refused, if so."""
        return await told(lambda: self.send(message, name))

    async def refusal(self, message: Envelope, name: str = "noord") -> grpc.aio.AioRpcError:
        """Return why a message is refused, as `told` does; fail if it is delivered."""
        return await refusal(lambda: self.send(message, name))

    def dialer_path(self) -> TrustedPath:
        """Return the path of the receiver to which there is a line."""
        (line,) = self.dialer._lines.values()
        (path,) = line.paths
        return path

    async def state(self, message: Envelope) -> tuple[str, str] | None:
        """Return state and reason of a message in the journal, None if it is not there."""
        found = await self.journal.find(message.header.context.sender_oin, message.message_id)
        if found is None:
            return None
        result = found.result if isinstance(found, Delivery) else None
        return found.state.value, str(result.reason or "") if result else ""

    async def settled(self, message: Envelope) -> tuple[str, str] | None:
        """Return what `state` does, once nothing is under way any more."""
        await self.courier.drain(20)
        return await self.state(message)


def evergreen(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts that hold since long ago, so that tests do not depend on the year."""
    since = Period(EVER)
    return [_since(fact, since) for fact in facts]


def _since(fact: Fact, since: Period) -> Fact:
    if isinstance(fact, Agreement):
        return replace(fact, period=since)
    if isinstance(fact, Service):
        versions = tuple(replace(version, period=since) for version in fact.versions[-1:])
        return replace(fact, versions=versions)
    return fact


def facts_for(url: str) -> list[Fact]:
    """Return the small world, with every endpoint of Zuid at `url`."""
    small = evergreen(small_world.small())
    return [
        replace(fact, url=url)
        if isinstance(fact, Endpoint) and fact.system_id == small_world.LAS_ZUID
        else fact
        for fact in small
    ]


@asynccontextmanager
async def forwarding(
    folder: Path,
    limits: Limits | None = None,
    *,
    private: bool = True,
    bounds: Bounds = BOUNDS,
    telling: NotifySchedule = TELLING,
    traces: Traces | None = None,
    **more: Any,
) -> AsyncIterator[World]:
    """Start a hub, and a LAS of Zuid; everything ends with the block.

    `telling` is how requesters are told, `traces` traces it, `more` are
    further `CourierDependencies`.
    """
    skipped = [dt.timedelta()]
    metrics = CollectorRegistry()
    made: dict[str, Any] = {"skipped": skipped, "metrics": metrics}

    def clock() -> dt.datetime:
        return utc_now() + skipped[0]

    def new_timeline() -> Timeline:
        return Timeline(time.perf_counter)

    def traffic(register: SqlRegister, follower: Follower[Table]) -> TrafficServicer:
        own = folder / "pki"
        url = f"sqlite:///{folder / 'registry.db'}"
        journal = SqlJournal.open(url, head_reader(url), clock, JournalMetrics(metrics).committed)
        trust = HubTrust.read(own / "root.pem")
        certificate, key = own / "hub.pem", own / "hub.key"
        files = HubFiles(
            trust=trust,
            tls=reloaded_tls(certificate, key, own / "root.pem"),
            signer=reloaded_signer(certificate, key, trust, utc_now),
        )
        deps = CourierDependencies(
            tls=files.tls,
            signer=files.signer,
            trust=trust,
            tables=follower,
            journal=journal,
            notifications=journal.notifications,
            clock=clock,
            owner="test",
            limits=limits or Limits(),
            private=private,
            **more,
        )
        dialer = make_dialer(deps)
        courier = make_courier(deps, dialer)
        forwards = ForwardMetrics(metrics, new_timeline)
        told, tracing = NotificationMetrics(metrics), traces.notify if traces else None
        notifier = make_notifier(deps, dialer, telling, told, tracing)
        made.update(journal=journal, courier=courier, dialer=dialer, files=files, deps=deps)
        made["notifier"] = notifier
        outcomes = Outcomes(journal, trust, follower, files.signer.current.oin, clock)
        peers = Peers(trust, utc_now)
        return TrafficServicer(courier, journal, peers, follower, forwards, outcomes)

    def parts() -> dict[str, Any]:
        return {
            "notifications": made["journal"].notifications,
            "tell_soon": made["notifier"].tell_soon,
            "around": (traces.interceptor,) if traces else (),
            "fetch_observer": FetchMetrics(metrics, new_timeline),
        }

    async with running_hub(folder, traffic=traffic, parts=parts, bounds=bounds) as hub:
        las = await FakeLas.start(hub.identity("zuid"))
        await hub.put(*facts_for(las.url))
        world = World(hub=hub, las=las, folder=folder, **made)
        try:
            yield world
        finally:
            await made["courier"].drain(5)
            await made["notifier"].close()
            await made["dialer"].close()
            await world.las.stop()
            await made["journal"].close()
