"""A sender that signs nonsense, and a receiver that answers with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import grpc
import pytest

from support.builders import spoiled_requests
from support.builders.envelopes import header_bytes
from support.fakes.las import Behaviour, Context, FakeLas, Opened, Requests
from support.worlds.forwarding import Envelope, World, forwarding
from support.worlds.hub import reason_of, status_of
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.signing.dsse import ENVELOPE_HEADER
from wissel.server.courier.wire import signed_message

SHAPE: Final = {
    "HEADER_MALFORMED",
    "HEADER_TOO_LARGE",
    "FIELD_REQUIRED",
    "FIELD_INVALID",
    "IDENTIFIER_MALFORMED",
    "DATE_MALFORMED",
    "PAYLOAD_TOO_LARGE",
    "SIGNER_MISMATCH",
    "SIZE_MISMATCH",
    "DIGEST_MISMATCH",
    "WRONG_HUB",
    "SERVICE_NOT_FOUND",
    "SERVICE_VERSION_NOT_FOUND",
    "SENDER_UNKNOWN",
    "RECEIVER_UNKNOWN",
    "RELATION_INVALID",
    "ENVELOPE_EXPIRED",
    "ENVELOPE_FROM_FUTURE",
    "KIND_NOT_ALLOWED",
    "INZAGE_NOT_ATTESTED",
    "TOESTEMMING_NOT_ATTESTED",
}
"""What may be said about a signed header that is not right."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


def resigned(world: World, message: Envelope, payload: bytes) -> Envelope:
    signed = world.signer("noord").sign(payload, ENVELOPE_HEADER)
    return replace(message, signed=signed_message(signed))


def spoiled_headers(world: World) -> list[tuple[str, Envelope]]:
    """Return messages that Noord signed, each with one field of context or header spoiled."""
    message = world.message()
    header = dossier_pb2.EnvelopeHeader.FromString(header_bytes(message.header))

    def inner() -> dossier_pb2.EnvelopeContext:
        context = dossier_pb2.EnvelopeContext.FromString(header.context)
        context.message_id = str(uuid4())
        return context

    def outer() -> dossier_pb2.EnvelopeHeader:
        return dossier_pb2.EnvelopeHeader.FromString(header.SerializeToString())

    def wrapped(context: Any) -> bytes:
        whole = outer()
        whole.context = context.SerializeToString()
        return whole.SerializeToString()

    contexts = [(path, wrapped(spoiled)) for path, spoiled in spoiled_requests.spoiled(inner)]
    headers = [
        (path, spoiled.SerializeToString()) for path, spoiled in spoiled_requests.spoiled(outer)
    ]
    return [(path, resigned(world, message, payload)) for path, payload in contexts + headers]


async def test_each_spoiled_field_of_a_signed_header_is_refused_by_name(world: World) -> None:
    wrong: list[str] = []
    limit = asyncio.Semaphore(8)

    async def tried(path: str, message: Envelope) -> None:
        async with limit:
            error = await world.told(message)
            if error is not None and reason_of(error) not in SHAPE:
                wrong.append(f"{path}: {error.details()}")

    await asyncio.gather(*(tried(*each) for each in spoiled_headers(world)))

    assert wrong == []


def answering(response: las.DeliverResponse) -> Behaviour:
    async def answer(
        fake: FakeLas, opened: Opened, rest: Requests, _: Context
    ) -> las.DeliverResponse:
        await fake.whole(opened, rest)
        return response

    return answer


def shouting(text: str, *metadata: tuple[str, str]) -> Behaviour:
    async def shout(
        fake: FakeLas, opened: Opened, rest: Requests, context: Context
    ) -> las.DeliverResponse:
        await fake.whole(opened, rest)
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, text, trailing_metadata=metadata)
        raise AssertionError

    return shout


def receipt(**fields: Any) -> las.DeliverResponse:
    return las.DeliverResponse(receipt=dossier_pb2.Signed(**fields))


SIGNATURE: Final = dossier_pb2.Signature(sig=b"x", chain=[b"\x30\x03\x02\x01\x00"])
JUNK: Final = [
    (las.DeliverResponse(), "RECEIPT_INVALID"),
    (receipt(), "RECEIPT_INVALID"),
    (receipt(payload=b"\xff" * 100, signatures=[SIGNATURE]), "RECEIPT_INVALID"),
    (
        receipt(payload_type="application/vnd.wissel.receiver-receipt.v1+protobuf"),
        "RECEIPT_INVALID",
    ),
    (receipt(payload=b"x" * 1_000_000), "RECEIVER_FAILED"),
    (las.DeliverResponse(refusal=las.Refusal(text="x" * 1_000_000)), "RECEIVER_FAILED"),
]


@pytest.mark.parametrize(("response", "reason"), JUNK, ids=range(len(JUNK)))
async def test_a_receiver_that_answers_junk_has_signed_for_nothing(
    world: World, response: las.DeliverResponse, reason: str
) -> None:
    world.las.behave = answering(response)
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.send(message)

    assert reason_of(refused.value) == reason
    assert await world.settled(message) == ("UNCERTAIN", reason)


@pytest.mark.parametrize(
    "words",
    ["\x1b[2J\x1b[31mDELIVERED", "a\r\nb", "\u202eDEREVILED", "x" * 20_000, "\ufeff", "🚂" * 300],
    ids=lambda words: repr(words[:6]),
)
async def test_the_words_of_a_receiver_reach_a_sender_only_if_plain(
    world: World, words: str
) -> None:
    world.las.behave = answering(las.DeliverResponse(refusal=las.Refusal(reason=words, text=words)))

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.send(world.message())

    told = status_of(refused.value)
    assert reason_of(refused.value) == "RECEIVER_REFUSED"
    assert told.message.isprintable()
    assert told.ByteSize() < 4096


@pytest.mark.parametrize(
    "behave",
    [
        shouting("\x1b[31m" * 500),
        shouting("no", ("grpc-status-details-bin-not", "x" * 3000)),
        shouting("retry", ("grpc-retry-pushback-ms", "1")),
    ],
    ids=["long", "metadata", "pushback"],
)
async def test_a_status_of_a_receiver_stays_with_the_hub(world: World, behave: Behaviour) -> None:
    world.las.behave = behave
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await world.send(message)

    assert reason_of(refused.value) == "RECEIVER_FAILED"
    assert "\x1b" not in (refused.value.details() or "")
    assert len(world.las.opened) == 1  # it does not make the hub deliver twice
