"""A dossier is fetched through a hub that is a process, is killed, and comes back."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import grpc

from support.builders import envelopes
from support.builders.pki import Identity
from support.fakes.las import signer_of
from support.fakes.source import FakeSource
from support.fetching import Fetched, signed_receipt, taken
from support.processes.hub_process import HubProcess, Place, serving
from support.worlds.underway import files_of
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub


async def test_what_was_fetched_before_a_crash_is_signed_for_after_it(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    with serving(place) as hub:
        noord = hub.world.vendor(NOORD.name, oin=NOORD.oin)
        zuid = hub.world.vendor(ZUID.name, oin=ZUID.oin)
        source, requester = await FakeSource.start(files_of(hub, noord)), files_of(hub, zuid)
        hub.world.connect(noord, "99XA", url=source.url)
        key = hub.world.connect(zuid, "99XC", url="https://localhost:9")
        await asyncio.to_thread(hub.settled)

        fetched = await fetch(hub, requester, key)
        hub.process.signal(signal.SIGKILL)
        await source.stop()
    with serving(place) as again:
        ended = await sign_off(again, requester, fetched)

    assert fetched.payload == envelopes.PAYLOAD
    assert (ended.result, bool(ended.hub_receipt.payload)) == ("TRANSFERRED", True)


async def fetch(hub: HubProcess, requester: Identity, key: str) -> Fetched:
    """Let 99XC fetch a dossier from 99XA."""
    async with connection(hub, requester) as channel:
        stub: Any = TransferServiceStub(channel)
        session = await stub.StartTransfer(
            pb.StartTransferRequest(
                source_brin="99XA",
                requester=pb.Requester(brin="99XC", routing_key=key),
                overdrachtsoort="overstapdossier",
                initiator="account-of-the-new-school",
            )
        )
        request = pb.FetchDossierRequest(
            session_id=session.session_id,
            source_routing_key=session.delivery_points[0].routing_key,
            search_key=bytes(32),
        )
        return await taken(stub.FetchDossier(request, timeout=60), session.session_id, bytearray())


async def sign_off(
    hub: HubProcess, requester: Identity, fetched: Fetched
) -> pb.SignOffTransferResponse:
    """Sign off with a receipt."""
    async with connection(hub, requester) as channel:
        stub: Any = TransferServiceStub(channel)
        response: pb.SignOffTransferResponse = await stub.SignOffTransfer(
            pb.SignOffTransferRequest(
                session_id=fetched.session_id,
                receipt=signed_receipt(fetched, signer_of(requester)),
                sender_oin=fetched.stamp.sender_oin,
                message_id=str(fetched.stamp.message_id),
            )
        )
        return response


def connection(hub: HubProcess, own: Identity) -> grpc.aio.Channel:
    """Return a channel of a vendor to the hub."""
    credentials = grpc.ssl_channel_credentials(
        own.roots.read_bytes(), own.key.read_bytes(), own.certificate.read_bytes()
    )
    return grpc.aio.secure_channel(hub.address, credentials)
