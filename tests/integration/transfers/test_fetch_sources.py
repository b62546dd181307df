"""A source that refuses, fails, lies or is slow: nothing of it is ever given as a whole."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import grpc
import pytest

from support.builders import envelopes
from support.fakes.source import (
    Providing,
    ending_early,
    failing,
    providing,
    refusing,
    silent,
)
from support.fetching import FetchWorld, fetching
from support.worlds import small_world
from support.worlds.forwarding import QUICK
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.envelope import MAX_CHUNK_BYTES, Address, Attestation, Kind
from wissel.routing.exchange.fetching.transfers import MOST_NOT_FOUND


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FetchWorld]:
    async with fetching(tmp_path, QUICK) as world:
        yield world


@pytest.mark.parametrize(
    "reason",
    [
        "DOSSIER_NOT_FOUND",
        "DOSSIER_NOT_READY",
        "DOSSIER_UNCHANGED",
        "DOSSIER_VERSION_MISMATCH",
        "REQUESTER_NOT_ALLOWED",
    ],
)
async def test_a_source_refuses_by_name(world: FetchWorld, reason: str) -> None:
    world.source.provide = refusing(reason)

    assert await world.refused(world.fetch(await world.start())) == reason
    assert world.entries() == []


async def test_who_guesses_is_stopped_and_shown_to_the_source(world: FetchWorld) -> None:
    world.source.provide = refusing("DOSSIER_NOT_FOUND")
    for number in range(MOST_NOT_FOUND):
        guess = world.fetch(await world.start(), search_key=bytes([number]) * 32)
        assert await world.refused(guess) == "DOSSIER_NOT_FOUND"
    world.source.provide = providing()
    session = await world.start()

    assert await world.refused(world.fetch(session)) == "NOT_FOUND_EXCEEDED"
    assert (await world.check(session)).not_found == MOST_NOT_FOUND
    key = small_world.key(small_world.XB, 1)
    of_noord = await world.start(name="noord", brin="99XB", routing_key=key)
    assert (await world.fetch(of_noord, name="noord")).payload == envelopes.PAYLOAD


async def test_another_reason_of_a_source_is_told_without_a_persons_number(
    world: FetchWorld,
) -> None:
    world.source.provide = refusing("TOO_BUSY", "De leerling heeft BSN 123456782.")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await world.fetch(await world.start())

    assert "TOO_BUSY" in (caught.value.details() or "")
    assert b"123456782" not in b"".join(
        value for _, value in caught.value.trailing_metadata() or () if isinstance(value, bytes)
    )


WRONG: dict[str, Providing] = {
    "another session": providing(before=lambda order: replace(order, session_id=uuid4())),
    "another requester": providing(receiver_oin=NOORD.oin),
    "no session": providing(session_id=None),
    "no requester": providing(receiver_oin=None),
    "another source": providing(sender_oin=ZUID.oin),
    "another hub": providing(hub_oin=ZUID.oin),
    "another kind": providing(kind=Kind.WITHIN_BRIN),
    "another school sends": providing(
        sender=Address(organisation=small_world.XB, routing_key=small_world.key(small_world.XB, 1))
    ),
    "no delivery point": providing(sender=Address(organisation=small_world.XA)),
    "another school receives": providing(
        receiver=Address(
            organisation=small_world.XB, routing_key=small_world.key(small_world.XB, 2)
        )
    ),
}


@pytest.mark.parametrize("provide", WRONG.values(), ids=WRONG.keys())
async def test_a_header_of_another_exchange_is_never_taken(
    world: FetchWorld, provide: Providing
) -> None:
    world.source.provide = provide

    assert await world.refused(world.fetch(await world.start())) == "SOURCE_INVALID"
    assert world.entries() == []


async def test_a_header_that_another_signed_is_never_taken(world: FetchWorld) -> None:
    world.source.provide = providing(signer=world.world.signer("zuid"))

    assert await world.refused(world.fetch(await world.start())) == "SOURCE_INVALID"
    assert world.entries() == []


async def test_the_rules_of_kinds_hold_for_what_is_fetched(world: FetchWorld) -> None:
    world.source.provide = providing(attestation=Attestation())

    assert await world.refused(world.fetch(await world.start())) == "INZAGE_NOT_ATTESTED"
    assert world.entries() == []


FAILING: dict[str, tuple[Providing, str]] = {
    "more bytes are announced": (
        providing(envelopes.PAYLOAD[:-1], said=envelopes.PAYLOAD),
        "SOURCE_INVALID",
    ),
    "fewer bytes are announced": (
        providing(envelopes.PAYLOAD + b"x", said=envelopes.PAYLOAD),
        "SOURCE_INVALID",
    ),
    "other bytes": (
        providing(envelopes.PAYLOAD[:-1] + b"x", said=envelopes.PAYLOAD),
        "SOURCE_INVALID",
    ),
    "its chunks are too small": (providing(chunk=1000), "SOURCE_INVALID"),
    "a chunk is too large": (
        providing(bytes(MAX_CHUNK_BYTES + 1), chunk=MAX_CHUNK_BYTES + 1),
        "SOURCE_INVALID",
    ),
    "it leaves out the end": (ending_early(), "SOURCE_INVALID"),
    "it is cut off": (failing(grpc.StatusCode.UNAVAILABLE, after=1), "SOURCE_FAILED"),
    "it falls silent": (silent(after=1), "SOURCE_TOO_SLOW"),
}


@pytest.mark.parametrize(("provide", "reason"), FAILING.values(), ids=FAILING.keys())
async def test_nothing_incomplete_is_given_as_a_whole(
    world: FetchWorld, provide: Providing, reason: str
) -> None:
    world.source.provide = provide
    session = await world.start()

    assert await world.refused(world.fetch(session)) == reason
    assert len(world.taken) < len(envelopes.PAYLOAD)
    assert world.entries() == [(1, "ACCEPTED"), (1, "FAILED")]
    world.source.provide = providing()
    assert (await world.fetch(session)).payload == envelopes.PAYLOAD


@pytest.mark.parametrize(
    ("provide", "reason"),
    [
        (silent(), "SOURCE_TOO_SLOW"),
        (failing(grpc.StatusCode.UNIMPLEMENTED), "SOURCE_FAILED"),
        (failing(grpc.StatusCode.OK), "SOURCE_INVALID"),
    ],
)
async def test_a_source_that_gives_nothing(
    world: FetchWorld, provide: Providing, reason: str
) -> None:
    world.source.provide = provide

    assert await world.refused(world.fetch(await world.start())) == reason
    assert world.entries() == []


async def test_a_source_that_is_not_there(world: FetchWorld) -> None:
    session = await world.start()
    await world.source.stop()

    assert await world.refused(world.fetch(session)) == "SOURCE_FAILED"


async def test_an_id_that_was_given_to_another_dossier_is_the_sources_fault(
    world: FetchWorld,
) -> None:
    one = uuid4()
    world.source.provide = providing(message_id=one)
    session = await world.start()
    await world.fetch(session)
    world.source.provide = providing(envelopes.PAYLOAD + b"x", message_id=one)

    assert await world.refused(world.fetch(session)) == "SOURCE_INVALID"
    assert world.entries() == [(1, "ACCEPTED"), (1, "UNCERTAIN")]
