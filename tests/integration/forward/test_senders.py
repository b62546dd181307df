"""What a sender can do wrong: each gets its own reason, and no dossier arrives whole."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from support.builders.envelopes import PAYLOAD, header_bytes
from support.builders.pki import Pki
from support.fakes.las import signer_of
from support.worlds import small_world
from support.worlds.forwarding import CHUNK, Envelope, World, forwarding
from support.worlds.hub import reason_of
from wissel.clients.testing.cast import DUO, NOORD, ZUID
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.exchange.envelope import Address, Attestation, Kind
from wissel.routing.signing.dsse import ENVELOPE_HEADER, HUB_RECEIPT
from wissel.routing.values.identifiers import Oin, ServiceCode, Vestiging
from wissel.server.courier.wire import signed_message
from wissel.traffic.v1 import traffic_service_pb2 as pb

NEVER_CLAIMED = None
Make = Callable[[World], Envelope]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


def with_signed(message: Envelope, **changes: object) -> Envelope:
    signed = dossier_pb2.Signed()
    signed.CopyFrom(message.signed)
    for name, value in changes.items():
        setattr(signed, name, value)
    return replace(message, signed=signed)


def signed_by(world: World, **how: object) -> Envelope:
    identity = world.hub.pki.issue("other", **{"oin": NOORD.oin, **how})  # type: ignore[arg-type]
    return world.message(signer=signer_of(identity))


def foreign(world: World) -> Envelope:
    other = Pki.create(world.folder / "foreign").issue("noord", oin=NOORD.oin)
    return world.message(signer=signer_of(other))


def other_bytes(world: World) -> Envelope:
    message = world.message()
    other = header_bytes(world.message().header)
    return with_signed(message, payload=other)


def other_key(world: World) -> Envelope:
    message, other = world.message(), signed_by(world)
    message.signed.signatures[0].sig = other.signed.signatures[0].sig
    return message


def two_signatures(world: World) -> Envelope:
    message = world.message()
    message.signed.signatures.append(message.signed.signatures[0])
    return message


def other_type(world: World) -> Envelope:
    message = world.message()
    payload = header_bytes(message.header)
    return replace(message, signed=signed_message(world.signer("noord").sign(payload, HUB_RECEIPT)))


def unknown_field(world: World) -> Envelope:
    message = world.message()
    payload = header_bytes(message.header) + b"\xa2\x06\x01x"
    signer = world.signer("noord")
    return replace(message, signed=signed_message(signer.sign(payload, ENVELOPE_HEADER)))


def rsa_1024(world: World) -> Envelope:
    message = world.message()
    weak = world.hub.pki.issue("weak", oin=NOORD.oin, key="RSA-1024")
    message.signed.signatures[0].chain[:] = weak.chain_der
    return message


def too_large_header(world: World) -> Envelope:
    message = world.message()
    message.signed.signatures[0].keyid = "x" * 17_000
    return message


DAY = dt.timedelta(days=1)


def not_mandated(world: World) -> Envelope:
    receiver = Address(organisation=small_world.XB, vestiging=Vestiging("99XB02"))
    return world.message(sender=Address(organisation=small_world.XC), receiver=receiver)


def aged(by: dt.timedelta) -> Make:
    def make(world: World) -> Envelope:
        return world.message(created=dt.datetime.now(dt.UTC) + by)

    return make


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (other_key, "SIGNATURE_INVALID"),
        (other_bytes, "SIGNATURE_INVALID"),
        (two_signatures, "SIGNATURE_COUNT_INVALID"),
        (lambda w: with_signed(w.message(), payload_type=HUB_RECEIPT), "PAYLOAD_TYPE_UNEXPECTED"),
        (other_type, "PAYLOAD_TYPE_UNEXPECTED"),
        (foreign, "SIGNER_UNTRUSTED"),
        (lambda w: signed_by(w, expired=True), "SIGNER_UNTRUSTED"),
        (rsa_1024, "ALGORITHM_NOT_ALLOWED"),
        (lambda w: signed_by(w, oin=ZUID.oin), "SIGNER_MISMATCH"),
        (lambda w: w.message(sender_oin=ZUID.oin), "SIGNER_MISMATCH"),
        (unknown_field, "HEADER_MALFORMED"),
        (too_large_header, "HEADER_TOO_LARGE"),
        (lambda w: w.message(hub_oin=Oin(DUO.oin)), "WRONG_HUB"),
        (aged(-8 * DAY), "ENVELOPE_EXPIRED"),
        (aged(DAY), "ENVELOPE_FROM_FUTURE"),
        (lambda w: w.message(attestation=Attestation()), "INZAGE_NOT_ATTESTED"),
        (lambda w: w.message(kind=Kind.SWV), "KIND_NOT_ALLOWED"),
        (lambda w: w.message(kind=Kind.WITHIN_BRIN), "RELATION_INVALID"),
        (lambda w: w.message(service=ServiceCode("RIO")), "SERVICE_NOT_FORWARDABLE"),
        (lambda w: w.message(service=ServiceCode("NONE")), "SERVICE_NOT_FOUND"),
        (not_mandated, "MANDATE_MISSING"),
        (lambda w: w.message(bytes(25 * 1024 * 1024 + 1)), "PAYLOAD_TOO_LARGE"),
    ],
)
async def test_a_message_that_is_not_right_is_never_claimed(
    world: World, make: Make, reason: str
) -> None:
    message = make(world)

    error = await world.refusal(replace(message, chunks=message.chunks[:2]))

    assert reason_of(error) == reason
    assert await world.settled(message) is NEVER_CLAIMED
    assert world.las.opened == []


@pytest.mark.parametrize(
    ("chunks", "reason"),
    [
        ([PAYLOAD[:CHUNK]], "SIZE_MISMATCH"),
        ([], "SIZE_MISMATCH"),
        ([PAYLOAD[:CHUNK], PAYLOAD[CHUNK : CHUNK + 9], PAYLOAD[CHUNK + 9 :]], "CHUNK_INVALID"),
        ([PAYLOAD + b"more"], "SIZE_MISMATCH"),
        ([bytes(len(PAYLOAD))], "DIGEST_MISMATCH"),
        ([PAYLOAD[:1], PAYLOAD[1:]], "CHUNK_INVALID"),
        ([b"", PAYLOAD], "CHUNK_INVALID"),
        ([bytes(1024 * 1024 + 1)], "CHUNK_INVALID"),
    ],
    ids=["shorter", "nothing", "short chunk", "longer", "other", "one byte", "empty", "too large"],
)
async def test_a_payload_that_is_not_the_signed_one_never_completes(
    world: World, chunks: list[bytes], reason: str
) -> None:
    message = replace(world.message(), chunks=chunks)

    error = await world.refusal(message)

    assert reason_of(error) == reason
    assert await world.settled(message) == ("FAILED", reason)
    assert world.las.received == []


async def test_what_follows_the_signed_bytes_is_ignored(world: World) -> None:
    message = world.message()

    await world.send(replace(message, chunks=[*message.chunks, b"more", b""]))

    assert world.las.received == [PAYLOAD]


async def test_a_message_with_all_its_bytes_is_delivered_before_any_half_close(
    world: World,
) -> None:
    message = world.message()
    call = world.stub().ForwardEnvelope(timeout=20)
    async for request in message.requests():
        await call.write(request)

    response = await call

    assert response.receiver_receipt.payload
    assert await world.settled(message) == ("DELIVERED", "")


@pytest.mark.parametrize("first", [None, pb.ForwardEnvelopeRequest()], ids=["none", "empty"])
async def test_a_stream_without_a_header(
    world: World, first: pb.ForwardEnvelopeRequest | None
) -> None:
    async def requests() -> AsyncIterator[pb.ForwardEnvelopeRequest]:
        if first is not None:
            yield first

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.stub().ForwardEnvelope(requests(), timeout=20)

    assert reason_of(error.value) == "HEADER_MISSING"
