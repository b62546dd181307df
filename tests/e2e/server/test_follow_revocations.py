"""No forward begins in any process after the answer to what forbids it (design.md#staleness).

Senders never stop sending through two processes, while the service desk stops
them through one of these. A forward begins with the stamp that the hub issues
for it, by the clock that the desk reads too.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from sqlalchemy import make_url

from support.fakes.las import FakeLas
from support.fakes.tcp_proxy import proxied
from support.processes import postgres
from support.processes.desk_process import Desk, desk
from support.processes.fleet import running_fleet
from support.processes.hub_process import ENOUGH, HubProcess, Place, serving
from support.processes.postgres_hubs import another, place_on
from support.worlds.sending_load import sending
from support.worlds.underway import connected, renewed
from wissel.clients.errors import Refused
from wissel.clients.hub import AsyncHub
from wissel.clients.testing import Vendor
from wissel.clients.transport.retry import IMPATIENT
from wissel.endpoint.v1 import endpoint_service_pb2 as endpoint
from wissel.endpoint.v1.endpoint_service_pb2_grpc import EndpointServiceStub
from wissel.mandate.v1 import mandate_service_pb2 as mandate
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.party.v1 import party_service_pb2 as party
from wissel.party.v1.party_service_pb2_grpc import PartyServiceStub
from wissel.routing.refusals.reasons import Reason

WHY: Final = "testing"
TOLD: Final = logging.getLogger(__name__)
MEANWHILE: Final = ("Unreachable", Reason.RECEIPT_INVALID, Reason.SIGNER_UNTRUSTED)
"""An answer that came while a chunk was being written; a receipt of who was just revoked.

And a sender who was revoked between its handshake's look and that at its signature.
"""
MANY: Final = 20
"""Messages before a stop, so that each sender is in the midst of one; and refusals after it."""


@dataclass(kw_only=True)
class Two:
    """Two processes on one database, a sender, a receiver, and a service desk outside."""

    hub: HubProcess
    addresses: Sequence[str]
    sender: Vendor
    las: FakeLas
    desk: Desk

    async def stop(self, service: type[Any], method: str, request: Any, why: Reason) -> dt.datetime:
        """Stop the senders, and see that none began a forward after that was answered.

        Returns when it was.
        """
        outbox = self.hub.place.folder / "outboxes"
        self.las.opened.clear()
        async with sending(self.addresses, self.sender.identity, outbox, IMPATIENT) as load:
            await load.sent(MANY)
            assert not load.failures
            answered = await self.desk.call(service, method, request)
            await load.failed(MANY)
        last = max(one.stamp.issued for one in self.las.opened)

        ahead = (answered.at - last).total_seconds()
        TOLD.info("%s: the last forward began %.3f s before its answer", method, ahead)
        assert last < answered.at
        assert why in load.failures
        assert {why, *MEANWHILE} >= set(load.failures)
        return answered.at

    async def suspend(self) -> None:
        """Suspend the endpoint, and open it again."""
        (one,) = await asyncio.to_thread(self.hub.world.desk.hub.endpoints, "99XB")
        suspended = endpoint.SuspendEndpointRequest(endpoint_id=one.endpoint_id, reason=WHY)
        why = Reason.ENDPOINT_UNAVAILABLE
        resolving = asyncio.create_task(self.refused_route())
        answered = await self.stop(EndpointServiceStub, "SuspendEndpoint", suspended, why)
        late = (await resolving - answered).total_seconds()
        TOLD.info("routes were given until %.3f s after that", late)
        assert late < 30  # one second by the design, and a busy machine
        resumed = endpoint.ResumeEndpointRequest(endpoint_id=one.endpoint_id, reason=WHY)
        await self.desk.call(EndpointServiceStub, "ResumeEndpoint", resumed)
        await self.settled()

    async def refused_route(self) -> dt.datetime:
        """Resolve through the process that the desk does not use; return when that ends."""
        identity, patience = self.sender.identity, IMPATIENT
        async with AsyncHub(self.addresses[-1], identity, patience=patience) as calls:
            while True:
                try:
                    await calls.resolve(sender="99XA", receiver="99XB", service="OSO_OV")
                except Refused:
                    return dt.datetime.now(dt.UTC)

    async def revoke(self, leaf: x509.Certificate, why: Reason) -> None:
        """Revoke a certificate."""
        request = party.RevokeCertificateRequest(
            certificate_sha256=leaf.fingerprint(hashes.SHA256()).hex(), reason=WHY
        )
        await self.stop(PartyServiceStub, "RevokeCertificate", request, why)

    async def end_mandate(self) -> None:
        """End the receiver's mandate immediately."""
        (given,) = await asyncio.to_thread(self.hub.world.desk.hub.mandates, "99XB")
        request = mandate.EndMandateRequest(
            mandate_id=given.mandate_id, immediately=True, reason=WHY
        )
        why = Reason.RECEIVER_NOT_CONNECTED
        await self.stop(MandateServiceStub, "EndMandate", request, why)

    async def renew_sender(self) -> None:
        """Give the sender another certificate."""
        issue = self.hub.world.identity
        identity = await asyncio.to_thread(issue, self.sender.name, self.sender.oin)
        self.sender = replace(self.sender, identity=identity)

    async def renew_receiver(self) -> None:
        """Give the receiver another certificate, and let it serve with that."""
        issue, own = self.hub.world.identity, self.las.identity
        await asyncio.to_thread(issue, own.name, own.oin)
        await self.las.stop()
        self.las = await FakeLas.start(renewed(own), self.las.port)

    async def settled(self) -> None:
        """Wait until each process decides on all that the desk has changed."""
        await asyncio.to_thread(self.hub.settled, *self.addresses)


@asynccontextmanager
async def two(hub: HubProcess, addresses: Sequence[str]) -> AsyncIterator[Two]:
    async with connected(hub) as (sender, las), desk(hub) as outside:
        both = Two(hub=hub, addresses=addresses, sender=sender, las=las, desk=outside)
        await both.settled()
        yield both


async def stopped_in_every_way(two: Two) -> None:
    """Stop the senders again and again; each time they begin anew."""
    await two.suspend()
    await two.revoke(two.sender.identity.current().leaf, Reason.CERTIFICATE_REVOKED)
    await two.renew_sender()
    await two.revoke(two.las.identity.chain[0], Reason.RECEIVER_UNTRUSTED)
    await two.renew_receiver()
    await two.end_mandate()
    await two.las.stop()


async def test_no_forward_begins_in_any_worker_once_it_is_forbidden(tmp_path: Path) -> None:
    with running_fleet(Place.make(tmp_path)) as fleet:
        async with two(fleet.hub, [fleet.hub.address] * ENOUGH) as both:
            await stopped_in_every_way(both)


@pytest.mark.parametrize(
    "deaf",
    [pytest.param(False, id="listening", marks=pytest.mark.faults), pytest.param(True, id="deaf")],
)
async def test_no_forward_begins_in_any_hub_once_it_is_forbidden(
    tmp_path: Path, *, deaf: bool
) -> None:
    url = make_url(postgres.fresh_database(migrated=False))
    with proxied(Path(str(url.query["host"]))) as proxy:
        place = place_on(proxy.url(str(url.database)), tmp_path)
        with serving(place) as hub, another(place) as second:
            if deaf:
                proxy.deafen()
            async with two(hub, [hub.address, second] * (ENOUGH // 2)) as both:
                await stopped_in_every_way(both)
