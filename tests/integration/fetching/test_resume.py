"""After a crash a fetch goes on where it was: the same receipt, and nothing is accepted twice."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from support.builders import envelopes
from support.fakes.raw_hub import channel
from support.fakes.source import providing
from support.fetching import Fetched as Raw
from support.requesting import Requesting, identity_of
from wissel.clients import IncomingMessage, Las, LasServer, LasSettings, Refused, StorageError
from wissel.clients.fetching.results import FetchResumed
from wissel.clients.las.opening import Accepted, judged_before
from wissel.clients.las.receipts import receipt_payload
from wissel.clients.received.fetched import FetchedMessages
from wissel.clients.testing.cast import HUB
from wissel.las.v1 import las_service_pb2 as las_pb
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.values.identifiers import Oin
from wissel.traffic.v1 import transfer_service_pb2 as pb


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a process left that crashed: a message that came whole, in a session."""

    raw: Raw
    accepted: Accepted


async def left(world: Requesting, *, received: bool = False, payload: bool = True) -> Left:
    """Fetch a dossier, and crash while `accept` runs, or once it was recorded."""
    raw = await world.fetch_world.fetch(await world.fetch_world.start())
    accepted = judged_before(raw.opening)
    await asyncio.to_thread(crash, world, raw, accepted, received=received, payload=payload)
    return Left(raw=raw, accepted=accepted)


def crash(
    world: Requesting, raw: Raw, accepted: Accepted, *, received: bool, payload: bool
) -> None:
    store = FetchedMessages(world.store)
    with store.claim() as claim:
        claim.path.write_bytes(raw.payload)
        opening, expires = raw.opening.SerializeToString(), accepted.header.context.expires
        store.begin(accepted.key, UUID(raw.session_id), opening, claim, expires)
        if received:
            store.received(accepted.key, receipt_payload(accepted, world.now()))
        claim.kept = True
    if not payload:
        claim.path.write_bytes(raw.payload[:-1])
    store.close()


async def resumed(world: Requesting) -> FetchResumed:
    """Go on with the one message that was left."""
    (done,) = await (await world.hub()).resume_fetched(world.administration.accept)
    return done


async def test_what_was_being_accepted_is_accepted_again_and_signed_for(
    world: Requesting,
) -> None:
    await left(world)

    done = await resumed(world)

    ((message, payload),) = world.administration.given
    assert (message.maybe_seen, payload) == (True, envelopes.PAYLOAD)
    assert done.receipt is not None
    assert await world.results() == ["TRANSFERRED"]
    assert world.fetch_world.entries()[-1] == (1, "DELIVERED")
    assert world.files() == []
    assert await (await world.hub()).resume_fetched(world.administration.accept) == []


async def test_what_was_accepted_is_signed_for_and_not_accepted_again(world: Requesting) -> None:
    await left(world, received=True)

    done = await resumed(world)

    assert (done.receipt is not None, world.administration.given) == (True, [])
    assert await world.results() == ["TRANSFERRED"]


async def test_the_next_fetch_signs_for_what_was_accepted_before(world: Requesting) -> None:
    before = await left(world, received=True)

    fetched = await world.fetch()

    assert str(fetched.session_id) != before.raw.session_id
    assert await world.results() == ["TRANSFERRED", "TRANSFERRED"]
    assert len(world.administration.given) == 1


async def test_the_next_fetch_gives_no_other_dossier_to_accept(world: Requesting) -> None:
    """What `accept` does with a dossier is for the pupil that was asked for."""
    before = await left(world)

    fetched = await world.fetch()

    ((message, _),) = world.administration.given
    assert fetched.receipt is not None
    assert message.context.message_id == fetched.receipt.message_id
    assert message.context.message_id != before.accepted.key.message_id
    assert (await resumed(world)).message_id == before.accepted.key.message_id


async def test_accept_that_fails_is_resumed(world: Requesting) -> None:
    world.administration.then = [OSError("disk full")]
    with pytest.raises(OSError, match="disk full"):
        await world.fetch()
    files = world.files()

    done = await resumed(world)

    assert [Path(name).suffix for name in files] == [".lock", ".part"]
    assert done.receipt is not None
    assert [each.maybe_seen for each, _ in world.administration.given] == [False, True]
    assert await world.results() == ["TRANSFERRED"]
    assert world.files() == []


async def test_a_file_that_accept_has_moved_away_is_there_again(world: Requesting) -> None:
    def crashing(message: IncomingMessage) -> None:
        message.keep(world.folder / "kept.xml")
        raise OSError("crash")

    with pytest.raises(OSError, match="crash"):
        await world.fetch(accept=crashing)

    assert (await resumed(world)).receipt is not None
    assert world.administration.payloads == [envelopes.PAYLOAD]
    assert (world.folder / "kept.xml").read_bytes() == envelopes.PAYLOAD


async def test_a_payload_that_is_not_whole_any_more_is_lost(world: Requesting) -> None:
    await left(world, payload=False)

    done = await resumed(world)

    assert (done.lost, isinstance(done.error, StorageError)) == (True, True)
    assert world.administration.given == []
    assert await world.results() == ["FAILED"]
    assert await (await world.hub()).resume_fetched(world.administration.accept) == []


async def test_what_another_process_is_at_work_on_is_left_to_it(world: Requesting) -> None:
    release, begun = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(message: IncomingMessage) -> None:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result()

    fetch = asyncio.create_task(world.fetch(accept=slow))
    await begun.wait()
    other = await (await world.hub()).resume_fetched(world.administration.accept)
    release.set()

    assert (await fetch).receipt is not None
    assert (other, world.administration.given) == ([], [])


async def test_a_receipt_of_ours_that_stands_since_earlier_is_the_proof(
    world: Requesting,
) -> None:
    before = await left(world, received=True)
    await world.fetch_world.sign_off(before.raw)

    done = await resumed(world)

    assert done.receipt is not None
    assert done.receipt.message_id == before.accepted.key.message_id


async def test_the_hub_is_answered_about_what_another_process_fetched(world: Requesting) -> None:
    fetched = await world.fetch()
    crashed = await left(world, received=True)
    settings = LasSettings(
        listen="localhost:0",
        hub_oin=Oin(HUB.oin),
        storage=world.folder / "inbox",
        fetched=world.store,
    )
    async with LasServer(Nothing(), identity_of(world.fetch_world, "zuid"), settings) as las:
        first = await asked(world, las.address, crashed)
        again = await asked(world, las.address, crashed)
        unknown = await asked(world, las.address, crashed, header_digest=bytes(32))

    assert fetched.receipt is not None
    assert first.state == las_pb.GetReceiptResponse.STATE_RECEIVED
    assert first == again
    assert unknown.state == las_pb.GetReceiptResponse.STATE_UNKNOWN
    done = await resumed(world)
    assert done.receipt is not None
    assert done.receipt.receiver_receipt == first.receipt.SerializeToString()


class Nothing(Las):
    """Is delivered nothing."""

    def accept(self, message: IncomingMessage) -> None:
        raise AssertionError


async def asked(
    world: Requesting, address: str, about: Left, **changes: object
) -> las_pb.GetReceiptResponse:
    """Return what a LAS answers the hub about a message."""
    key = about.accepted.key
    fields: dict[str, object] = {
        "sender_oin": key.sender_oin,
        "message_id": str(key.message_id),
        "header_digest": key.header_digest,
    }
    request = las_pb.GetReceiptRequest(**(fields | changes))  # type: ignore[arg-type] # as the fields are
    hub = world.fetch_world.world.hub.identities.get("hub") or world.fetch_world.world.hub.issue(
        "hub-calls", oin=HUB.oin
    )
    async with channel(address, hub) as opened:
        response: las_pb.GetReceiptResponse = await LasServiceStub(opened).GetReceipt(
            request, timeout=30
        )
        return response


async def test_the_same_dossier_in_one_session_is_accepted_once(world: Requesting) -> None:
    """Two that fetch in one session, one after the other, and one that was changed."""
    first = await left(world, received=True)
    again = await world.fetch_world.fetch(first.raw.session_id)
    world.source.provide = providing(envelopes.PAYLOAD + b"x")
    changed = await world.fetch_world.fetch(first.raw.session_id)

    assert judged_before(again.opening).key == first.accepted.key
    assert judged_before(changed.opening).key.message_id != first.accepted.key.message_id


async def test_a_store_that_cannot_be_written_takes_nothing(world: Requesting) -> None:
    world.store.write_text("a file, no folder")

    with pytest.raises(StorageError, match="fetched"):
        await world.fetch()

    assert world.source.orders == []


async def test_a_receipt_that_the_hub_refuses_is_told_and_tried_again(world: Requesting) -> None:
    before = await left(world, received=True)
    await world.fetch_world.stub().SignOffTransfer(
        pb.SignOffTransferRequest(session_id=before.raw.session_id, result="FAILED")
    )

    done = await resumed(world)

    assert isinstance(done.error, Refused)
    assert done.error.reason == "SESSION_SIGNED_OFF"
    assert len(await (await world.hub()).resume_fetched(world.administration.accept)) == 1
