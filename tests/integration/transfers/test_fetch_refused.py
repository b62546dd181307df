"""What is refused of a fetch: to whom it is not due, by requesters that go, and of receipts."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from support.builders import envelopes
from support.eventually import eventually_async
from support.fakes.source import (
    ending_early,
    providing,
    silent,
    waiting,
)
from support.fetching import KEY, FetchWorld, fetching
from support.worlds import small_world
from support.worlds.forwarding import QUICK
from support.worlds.stores import utc_now
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.envelope import MAX_CHUNK_BYTES
from wissel.routing.exchange.fetching.transfers import LIFETIME, TransferResult
from wissel.traffic.v1 import transfer_service_pb2 as pb


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FetchWorld]:
    async with fetching(tmp_path, QUICK) as world:
        yield world


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"session_id": ""}, "FIELD_REQUIRED"),
        ({"session_id": "not a UUID"}, "FIELD_INVALID"),
        ({"session_id": str(uuid4())}, "SESSION_UNKNOWN"),
        ({"source_routing_key": ""}, "FIELD_REQUIRED"),
        ({"source_routing_key": small_world.key(small_world.XA, 9)}, "DELIVERY_POINT_UNKNOWN"),
        ({"source_routing_key": small_world.key(small_world.XC, 1)}, "DELIVERY_POINT_UNKNOWN"),
        ({"search_key": b""}, "FIELD_REQUIRED"),
        ({"search_key": KEY[1:]}, "FIELD_INVALID"),
        ({"search_key": None, "link_key": "123456782"}, "IDENTIFIER_MALFORMED"),
        ({"search_key": None, "link_key": str(uuid4())}, "FIELD_REQUIRED"),
        ({"source_key_id": "x" * 65}, "FIELD_INVALID"),
        ({"requester_key_id": "\n"}, "FIELD_INVALID"),
        ({"accepted_versions": ["1"] * 11}, "FIELD_INVALID"),
    ],
)
async def test_a_request_that_says_too_little_or_something_else(
    world: FetchWorld, changes: dict[str, Any], reason: str
) -> None:
    session = await world.start()

    assert await world.refused(world.fetch(**{"session_id": session, **changes})) == reason
    assert world.source.orders == []


async def test_a_session_serves_its_requester_alone(world: FetchWorld) -> None:
    session = await world.start()

    assert await world.refused(world.fetch(session, name="noord")) == "SESSION_UNKNOWN"
    assert await world.refused(world.fetch(session, name="desk")) == "METHOD_NOT_ALLOWED"
    assert world.source.orders == []


async def test_a_session_that_has_ended_serves_nobody(world: FetchWorld) -> None:
    session = await world.start()
    await world.stub().SignOffTransfer(
        pb.SignOffTransferRequest(session_id=session, result=TransferResult.NOT_FOUND)
    )

    assert await world.refused(world.fetch(session)) == "SESSION_SIGNED_OFF"


async def test_a_session_that_has_expired_serves_nobody(world: FetchWorld) -> None:
    journal = world.world.journal
    found = await journal.find_transfer(await world.start_uuid())
    assert found is not None
    begun = utc_now() - LIFETIME - dt.timedelta(seconds=1)
    old = replace(found, session_id=uuid4(), started=begun, expires=begun + LIFETIME)
    await journal.start_transfer(old)

    assert await world.refused(world.fetch(str(old.session_id))) == "SESSION_EXPIRED"


async def test_another_key_at_the_same_delivery_point_is_another_session(
    world: FetchWorld,
) -> None:
    session = await world.start()
    await world.fetch(session)

    other = world.fetch(session, search_key=bytes(32))

    assert await world.refused(other) == "SESSION_DEVIATES"
    assert len(world.source.orders) == 1
    assert (await world.fetch(session)).payload == envelopes.PAYLOAD


async def test_a_mandate_that_ends_between_start_and_fetch(world: FetchWorld) -> None:
    session = await world.start()
    await world.world.hub.put(replace(small_world.C_ZUID, stopped=True))
    assert await world.refused(world.fetch(session)) == "RECEIVER_NOT_CONNECTED"

    await world.world.hub.put(small_world.C_ZUID, replace(small_world.A_NOORD, stopped=True))
    assert await world.refused(world.fetch(session)) == "SOURCE_NOT_CONNECTED"
    assert world.source.orders == []


async def test_a_mandate_that_ends_while_the_source_prepares(world: FetchWorld) -> None:
    release = asyncio.Event()
    world.source.provide = waiting(release)
    session = await world.start()
    fetch = asyncio.create_task(world.fetch(session))
    await eventually_async(lambda: world.source.orders, "the source was asked")
    await world.world.hub.put(replace(small_world.C_ZUID, stopped=True))
    release.set()

    assert await world.refused(fetch) == "RECEIVER_NOT_CONNECTED"
    assert world.entries() == []
    assert world.taken == b""


async def test_a_session_that_is_signed_off_while_it_is_fetched(world: FetchWorld) -> None:
    """What is under way comes to its end, and its requester is asked for the receipt."""
    release = asyncio.Event()
    world.source.provide = waiting(release, before=2)
    session = await world.start()
    fetch = asyncio.create_task(world.fetch(session))
    await world.ended((1, "ACCEPTED"))
    await world.stub().SignOffTransfer(
        pb.SignOffTransferRequest(session_id=session, result=TransferResult.FAILED)
    )
    release.set()
    fetched = await fetch

    assert fetched.payload == envelopes.PAYLOAD
    assert await world.refused(world.sign_off(fetched)) == "SESSION_SIGNED_OFF"
    assert world.entries() == [(1, "ACCEPTED"), (1, "UNCERTAIN")]


async def test_a_requester_that_reads_nothing_ends_quietly(
    world: FetchWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """Its slot is free at once; its status waits behind what it does not take."""
    world.source.provide = providing(bytes(16 * MAX_CHUNK_BYTES), chunk=MAX_CHUNK_BYTES)
    call = world.stub().FetchDossier(world.request(await world.start()))
    await world.ended((1, "FAILED"))
    await world.settled()
    call.cancel()
    await world.world.hub.finished("DEADLINE_EXCEEDED")

    assert await world.world.hub.refusals(1) == ["REQUESTER_TOO_SLOW"]
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_a_requester_that_goes_leaves_nothing_complete(world: FetchWorld) -> None:
    world.source.provide = silent(after=1)
    call = world.stub().FetchDossier(world.request(await world.start()))
    await anext(aiter(call))
    call.cancel()
    await world.settled()

    assert world.entries() == [(1, "ACCEPTED"), (1, "FAILED")]
    await asyncio.wait_for(world.source.given_up.wait(), 20)


async def test_a_requester_that_takes_nothing_holds_no_slot(world: FetchWorld) -> None:
    world.source.provide = providing(envelopes.PAYLOAD * 100)
    call = world.stub().FetchDossier(world.request(await world.start()))
    await anext(aiter(call))
    await world.ended((1, "FAILED"))
    await world.settled()

    assert world.world.courier.under_way == 0
    call.cancel()


async def test_a_session_that_is_used_twice_at_once(world: FetchWorld) -> None:
    session = await world.start()
    results = await asyncio.gather(
        *(world.fetch(session) for _ in range(4)), return_exceptions=True
    )
    reasons = {world.reason(each) for each in results if isinstance(each, grpc.aio.AioRpcError)}

    assert reasons <= {"MESSAGE_IN_PROGRESS"}
    assert any(not isinstance(each, BaseException) for each in results)


async def test_a_receipt_that_proves_nothing_changes_nothing(world: FetchWorld) -> None:
    fetched = await world.fetch(await world.start())
    moves = world.entries()

    for receipt in (
        world.receipt(fetched, world.world.signer("noord")),
        world.receipt(fetched, message_id=uuid4()),
        world.receipt(fetched, payload_sha256=bytes(32)),
        world.receipt(fetched, receiver_oin=NOORD.oin),
    ):
        assert await world.refused(world.sign_off(fetched, receipt)) == "RECEIPT_INVALID"
    assert world.entries() == moves
    assert (await world.sign_off(fetched)).result == "TRANSFERRED"


async def test_a_receipt_counts_in_its_own_session_alone(world: FetchWorld) -> None:
    fetched = await world.fetch(await world.start())
    key = small_world.key(small_world.XB, 2)
    other = await world.start(brin="99XB", routing_key=key)

    assert await world.refused(world.sign_off(fetched, name="noord")) == "SESSION_UNKNOWN"
    elsewhere = replace(fetched, session_id=other)
    assert await world.refused(world.sign_off(elsewhere)) == "SESSION_DEVIATES"
    unknown = replace(fetched, session_id=str(uuid4()))
    assert await world.refused(world.sign_off(unknown)) == "SESSION_UNKNOWN"


async def test_what_was_not_fetched_to_its_end_is_not_signed_for(world: FetchWorld) -> None:
    session = await world.start()
    fetched = await world.fetch(await world.start())
    world.source.provide = ending_early()
    assert await world.refused(world.fetch(session)) == "SOURCE_INVALID"
    failed = world.stub().SignOffTransfer(
        pb.SignOffTransferRequest(
            session_id=session,
            receipt=world.receipt(fetched),
            sender_oin=fetched.stamp.sender_oin,
            message_id=str(world.source.last_id()),
        )
    )

    assert await world.refused(failed) == "RECEIPT_INVALID"


@pytest.mark.parametrize("changes", [{"session_id": uuid4()}, {"receiver_oin": ZUID.oin}])
async def test_an_envelope_that_is_to_be_fetched_is_not_forwarded(
    world: FetchWorld, changes: dict[str, Any]
) -> None:
    message = world.world.message(**changes)

    assert world.reason(await world.world.refusal(message)) == "HEADER_MALFORMED"
    assert world.entries() == []
