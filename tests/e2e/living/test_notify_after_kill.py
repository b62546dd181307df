"""A hub dies by kill -9 before a requester could be told; its successor tells it."""

import asyncio
import signal
from pathlib import Path
from uuid import uuid4

import grpc

from support.eventually import eventually_async
from support.fakes.las import Context
from support.processes.hub_process import Place, serving
from support.worlds.underway import connected
from wissel.clients.hub import AsyncHub
from wissel.clients.identity import Identity
from wissel.clients.testing.cast import ZUID
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.transfer_service_pb2_grpc import TransferServiceStub

SWEEPS = {"WISSEL_SWEEP_SECONDS": "1"}
AT_XA, AT_XB = "0000000700099XA00931", "0000000700099XB00931"


async def not_now(context: Context) -> None:
    """Be out of order."""
    await context.abort(grpc.StatusCode.UNAVAILABLE, "not now")


async def started(address: str, requester: Identity) -> str:
    """Return the id of a session in which 99XB asks 99XA."""
    request = pb.StartTransferRequest(
        source_brin="99XA",
        requester=pb.Requester(brin="99XB", routing_key=AT_XB),
        overdrachtsoort="overstapdossier",
        initiator="account-of-the-new-school",
    )
    async with AsyncHub(address, requester) as hub:
        return (await hub.call(lambda c: TransferServiceStub(c).StartTransfer, request)).session_id


async def test_who_could_not_be_told_before_a_crash_is_told_after_it(tmp_path: Path) -> None:
    place, number, keys = Place.make(tmp_path), uuid4(), tmp_path / "pki"
    what = {"source": "99XA", "source_routing_key": AT_XA, "requester": "99XB"}
    what |= {"requester_routing_key": AT_XB, "kind": "overstapdossier"}
    with serving(place, **SWEEPS) as first:
        async with connected(first) as (sender, las):
            las.notice = not_now
            zuid = Identity.load(
                keys / f"{ZUID.name}.pem", keys / f"{ZUID.name}.key", first.world.roots
            )
            session = await started(first.address, zuid)
            async with AsyncHub(first.address, sender.identity) as ours:
                before = await ours.announce(notification_id=number, session_id=session, **what)
            await asyncio.to_thread(first.process.line_with, "not_notified")
            await asyncio.to_thread(first.process.signal, signal.SIGKILL)
            las.notice = None

            with serving(place, **SWEEPS) as again:
                await eventually_async(lambda: las.notified, "it is told")
                async with AsyncHub(again.address, sender.identity) as ours:
                    after = await eventually_async(
                        lambda: ours.announce(notification_id=number, session_id=session, **what),
                        "that is recorded",
                        until=lambda answer: answer.state != "PENDING",
                    )

    assert (before.state, after.state) == ("PENDING", "NOTIFIED")
    assert [told.session_id for told in las.notified] == [session]
