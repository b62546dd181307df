"""What a sender can do wrong: each gets its own reason, and no dossier arrives whole."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from sqlalchemy import text

from support import worlds
from support.envelopes import PAYLOAD, header_bytes
from support.forwarding import CHUNK, QUICK, Envelope, World, forwarding
from support.hub import reason_of
from support.las import signer_of, unwilling, waiting
from support.pki import Pki
from wissel.dossier.v1 import dossier_pb2
from wissel.routing.dsse import ENVELOPE_HEADER, HUB_RECEIPT
from wissel.routing.envelope import Address, Attestation, Kind
from wissel.routing.identifiers import Oin, ServiceCode, Vestiging
from wissel.server.courier.wire import message_of
from wissel.server.store.engine import journal_url, open_blocking_engine
from wissel.traffic.v1 import traffic_service_pb2 as pb

NEVER_CLAIMED = None
Make = Callable[[World], Envelope]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path, QUICK) as world:
        yield world


def with_signed(message: Envelope, **changes: object) -> Envelope:
    signed = dossier_pb2.Signed()
    signed.CopyFrom(message.signed)
    for name, value in changes.items():
        setattr(signed, name, value)
    return replace(message, signed=signed)


def signed_by(world: World, **how: object) -> Envelope:
    identity = world.hub.pki.issue("other", **{"oin": worlds.NOORD, **how})  # type: ignore[arg-type]
    return world.message(signer=signer_of(identity))


def foreign(world: World) -> Envelope:
    other = Pki.create(world.folder / "foreign").issue("noord", oin=worlds.NOORD)
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
    return replace(message, signed=message_of(world.signer("noord").sign(payload, HUB_RECEIPT)))


def unknown_field(world: World) -> Envelope:
    message = world.message()
    payload = header_bytes(message.header) + b"\xa2\x06\x01x"
    signer = world.signer("noord")
    return replace(message, signed=message_of(signer.sign(payload, ENVELOPE_HEADER)))


def rsa_1024(world: World) -> Envelope:
    message = world.message()
    weak = world.hub.pki.issue("weak", oin=worlds.NOORD, key="RSA-1024")
    message.signed.signatures[0].chain[:] = weak.chain_der
    return message


def too_large_header(world: World) -> Envelope:
    message = world.message()
    message.signed.signatures[0].keyid = "x" * 17_000
    return message


DAY = dt.timedelta(days=1)


def not_mandated(world: World) -> Envelope:
    receiver = Address(organisation=worlds.XB, vestiging=Vestiging("99XB02"))
    return world.message(sender=Address(organisation=worlds.XC), receiver=receiver)


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
        (lambda w: signed_by(w, oin=worlds.ZUID), "SIGNER_MISMATCH"),
        (lambda w: w.message(sender_oin=worlds.ZUID), "SIGNER_MISMATCH"),
        (unknown_field, "HEADER_MALFORMED"),
        (too_large_header, "HEADER_TOO_LARGE"),
        (lambda w: w.message(hub_oin=Oin(worlds.DUO)), "WRONG_HUB"),
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

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(replace(message, chunks=message.chunks[:2]))

    assert reason_of(error.value) == reason
    assert await world.settled(message) is NEVER_CLAIMED
    assert world.las.opened == []


@pytest.mark.parametrize(
    ("chunks", "reason"),
    [
        ([PAYLOAD[:CHUNK]], "SIZE_MISMATCH"),
        ([], "SIZE_MISMATCH"),
        ([PAYLOAD[:CHUNK], PAYLOAD[CHUNK : CHUNK + 9], PAYLOAD[CHUNK + 9 :]], "CHUNK_INVALID"),
        ([PAYLOAD, b"more"], "SIZE_MISMATCH"),
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

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)

    assert reason_of(error.value) == reason
    assert await world.settled(message) == ("FAILED", reason)
    assert world.las.received == []


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


async def test_a_sender_that_stops_sending_is_cut(world: World) -> None:
    message = world.message()
    call = world.stub().ForwardEnvelope(timeout=20)
    await call.write(pb.ForwardEnvelopeRequest(header=message.signed))

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call

    assert reason_of(error.value) == "SENDER_TOO_SLOW"
    assert await world.settled(message) == ("FAILED", "SENDER_TOO_SLOW")
    assert world.las.received == []


async def test_a_sender_that_goes_before_the_end_has_sent_nothing(world: World) -> None:
    message = world.message()
    call = world.stub().ForwardEnvelope(timeout=20)
    await call.write(pb.ForwardEnvelopeRequest(header=message.signed))
    await call.write(pb.ForwardEnvelopeRequest(chunk=dossier_pb2.Chunk(data=message.chunks[0])))
    await world.las.calls.wait()

    call.cancel()

    assert await _known(world, message) == ("FAILED", "SENDER_GONE")
    assert world.las.received == []


async def test_a_sender_that_goes_after_the_end_finds_its_receipt(world: World) -> None:
    signed = asyncio.Event()
    world.las.behave = waiting(signed)
    message = world.message()
    sending = asyncio.create_task(world.send(message))
    await world.las.arrived.wait()

    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    signed.set()

    assert await _known(world, message) == ("DELIVERED", "")
    assert (await world.send(message)).replayed


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 4, 6, 8, 10, 15, 20, 30, 50])
async def test_a_cancel_at_any_moment_leaves_the_journal_true(
    world: World, milliseconds: int
) -> None:
    message = world.message()
    sending = asyncio.create_task(world.send(message))
    await asyncio.sleep(milliseconds / 1000)
    sending.cancel()
    await asyncio.wait([sending])

    state = await _known(world, message)

    arrived = PAYLOAD in world.las.received
    assert state in {None, ("FAILED", "SENDER_GONE"), ("DELIVERED", "")}
    assert arrived == (state == ("DELIVERED", ""))
    assert (await world.send(message)).replayed == arrived


async def test_a_deadline_that_is_too_short_begins_nothing(world: World) -> None:
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message, seconds=0.09)

    assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await world.settled(message) is NEVER_CLAIMED


async def test_more_transfers_than_the_bound(tmp_path: Path) -> None:
    limits = replace(QUICK, transfers_per_oin=2)
    async with forwarding(tmp_path, limits) as world:
        signed = asyncio.Event()
        world.las.behave = waiting(signed)
        first = [asyncio.create_task(world.send(world.message())) for _ in range(2)]
        while len(world.las.received) < 2:
            await asyncio.sleep(0.01)

        with pytest.raises(grpc.aio.AioRpcError) as error:
            await world.send(world.message())
        signed.set()
        await asyncio.gather(*first)

        assert reason_of(error.value) == "TRANSFER_LIMIT"
        await world.send(world.message())


async def test_a_journal_that_cannot_be_written_means_no_call(world: World) -> None:
    engine = open_blocking_engine(journal_url(f"sqlite:///{world.folder / 'registry.db'}"))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE delivery_entry"))
    engine.dispose()
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)

    assert reason_of(error.value) == "RECORD_UNAVAILABLE"
    assert world.las.opened == []
    assert await world.state(message) is None


async def test_a_slow_receiver_does_not_hold_a_sender_for_ever(world: World) -> None:
    world.las.behave = unwilling
    message = world.message(bytes(20 * 1024 * 1024), chunk=1024 * 1024)

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)

    assert reason_of(error.value) == "RECEIVER_TIMEOUT"
    assert await world.settled(message) == ("FAILED", "RECEIVER_TIMEOUT")


async def _known(world: World, message: Envelope) -> tuple[str, str] | None:
    """Return the state once the hub has noticed that its caller is gone."""
    for _ in range(500):
        state = await world.settled(message)
        if state is None or state[0] != "ACCEPTED":
            return state
        await asyncio.sleep(0.01)
    raise AssertionError
