"""The LAS side over real TLS, against a hub that does whatever a test wants."""

import asyncio
import datetime as dt
import hashlib
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from support.las_peer import (
    PAYLOAD,
    ROUTING_KEY,
    Delivery,
    RawHub,
    channel,
    context,
    deliver,
    get_receipt,
    signer,
)
from support.pki import HUB_OIN, STRANGER_OIN, ZUID_OIN, Pki
from wissel.clients import (
    Identity,
    IncomingMessage,
    Las,
    LasServer,
    LasSettings,
    Refused,
    RefuseMessage,
    StorageError,
)
from wissel.clients.replies import translate
from wissel.dossier.v1 import dossier_pb2
from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub
from wissel.routing.certificates import Trust
from wissel.routing.dsse import RECEIVER_RECEIPT, verify
from wissel.routing.identifiers import Oin
from wissel.routing.receipt import ReceiverReceipt
from wissel.routing.receipt_messages import read_receiver_receipt
from wissel.routing.signed_messages import signed_of

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


class Recording(Las):
    """Keeps what it accepts; `before` may refuse, fail or wait."""

    def __init__(self) -> None:
        self.messages: list[IncomingMessage] = []
        self.payloads: list[bytes] = []
        self.before: Callable[[IncomingMessage], None] = lambda message: None

    def accept(self, message: IncomingMessage) -> None:
        self.before(message)
        self.payloads.append(message.path.read_bytes())
        self.messages.append(message)


class World:
    """A LAS of Zuid that serves, its hub, and a stranger."""

    def __init__(self, folder: Path) -> None:
        self.pki = Pki.create(folder / "pki")
        self.hub = self.pki.issue("hub", oin=HUB_OIN)
        self.noord = self.pki.issue("noord")
        self.zuid = self.pki.issue("zuid", oin=ZUID_OIN)
        self.stranger = self.pki.issue("stranger", oin=STRANGER_OIN)
        self.raw = RawHub(self.hub, self.noord)
        self.las = Recording()
        self.storage = folder / "storage"
        self.clock = NOW
        self.server = self.another()

    def another(self) -> LasServer:
        me = Identity.load(self.zuid.certificate, self.zuid.key, self.zuid.roots)
        settings = LasSettings(
            listen="localhost:0",
            hub_oin=Oin(HUB_OIN),
            storage=self.storage,
            now=lambda: self.clock,
            max_payload_bytes=1024 * 1024,
        )
        return LasServer(self.las, me, settings)

    @property
    def address(self) -> str:
        return self.server.address

    async def refused(self, delivery: Delivery) -> str:
        """Return the reason with which a delivery fails."""
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await deliver(self.address, self.hub, delivery)
        error = translate(caught.value, self.address)
        assert isinstance(error, Refused), error
        return error.reason

    def leftovers(self) -> list[Path]:
        return list((self.storage / "incoming").iterdir())


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    async with made.server:
        yield made


async def test_a_message_is_accepted_once_complete_and_receipted(world: World) -> None:
    delivery = world.raw.delivery(NOW)

    response = await deliver(world.address, world.hub, delivery)

    [message] = world.las.messages
    assert world.las.payloads == [PAYLOAD]
    assert message.routing_key == ROUTING_KEY
    assert str(message.context.receiver.place) == "99XB02"
    verified = verify(
        signed_of(response.receipt),
        RECEIVER_RECEIPT,
        Trust.from_pem(world.zuid.roots.read_bytes()),
        NOW,
    )
    receipt = read_receiver_receipt(verified.payload, dossier_pb2.ReceiverReceipt)
    assert verified.signer == receipt.signer_oin == ZUID_OIN
    assert receipt.exchange.message_id == delivery.message_id
    assert receipt.exchange.header_digest == delivery.header_digest
    assert receipt.exchange.payload_size == len(PAYLOAD)
    assert world.leftovers() == []


async def test_the_same_delivery_again_gets_the_same_receipt(world: World) -> None:
    delivery = world.raw.delivery(NOW)
    first = await deliver(world.address, world.hub, delivery)

    again = await deliver(world.address, world.hub, delivery)

    assert again == first
    assert len(world.las.messages) == 1


async def test_a_new_attempt_gets_the_receipt_for_its_own_stamp(world: World) -> None:
    about = context(NOW)
    first = world.raw.delivery(NOW, about=about)
    second = world.raw.delivery(NOW, about=about, attempt=2)
    before = _receipt(await deliver(world.address, world.hub, first))
    world.clock = NOW + dt.timedelta(minutes=1)

    response = await deliver(world.address, world.hub, second)

    assert _receipt(response) == replace(
        before, stamp_digest=hashlib.sha256(second.stamp.payload).digest()
    )
    assert (await get_receipt(world.address, world.hub, second)).receipt == response.receipt
    assert len(world.las.messages) == 1


def _receipt(response: pb.DeliverResponse) -> ReceiverReceipt:
    return read_receiver_receipt(response.receipt.payload, dossier_pb2.ReceiverReceipt)


async def test_a_repeat_after_expiry_and_a_restart_gets_the_receipt_too(tmp_path: Path) -> None:
    world = World(tmp_path)
    delivery = world.raw.delivery(NOW)
    async with world.server:
        first = await deliver(world.address, world.hub, delivery)
    world.clock = NOW + dt.timedelta(days=7, hours=1)
    later = world.raw.delivery(
        NOW,
        about=context(NOW, message_id=delivery.message_id),
        issued=world.clock,
        expires=world.clock + dt.timedelta(minutes=1),
    )

    world.server = world.another()
    async with world.server:
        fetched = await get_receipt(world.address, world.hub, delivery)
        again = await deliver(world.address, world.hub, replace(delivery, stamp=later.stamp))

    assert fetched.state == pb.GetReceiptResponse.STATE_RECEIVED
    assert fetched.receipt == first.receipt
    assert _receipt(again).received == _receipt(first).received
    assert len(world.las.messages) == 1


async def test_what_was_never_received_is_unknown(world: World) -> None:
    answer = await get_receipt(world.address, world.hub, world.raw.delivery(NOW))

    assert answer.state == pb.GetReceiptResponse.STATE_UNKNOWN


async def test_a_final_refusal_stays(world: World) -> None:
    def refuse(message: IncomingMessage) -> None:
        raise RefuseMessage("ADMINISTRATION_UNKNOWN", "No such administration here.")

    world.las.before = refuse
    delivery = world.raw.delivery(NOW)
    first = await deliver(world.address, world.hub, delivery)
    world.las.before = lambda message: None

    again = await deliver(world.address, world.hub, delivery)

    assert first.refusal == pb.Refusal(
        reason="ADMINISTRATION_UNKNOWN", text="No such administration here."
    )
    assert again == first
    assert world.las.messages == []
    fetched = await get_receipt(world.address, world.hub, delivery)
    assert fetched.state == pb.GetReceiptResponse.STATE_REFUSED
    assert fetched.refusal == first.refusal


async def test_a_las_that_fails_is_asked_again_and_warned(world: World) -> None:
    def fail(message: IncomingMessage) -> None:
        raise RuntimeError("disk of the vendor")

    world.las.before = fail
    delivery = world.raw.delivery(NOW)
    assert await world.refused(delivery) == "RECEIVER_FAILED"
    world.las.before = lambda message: None

    response = await deliver(world.address, world.hub, delivery)

    assert response.HasField("receipt")
    assert world.las.messages[0].maybe_seen
    assert world.leftovers() == []


async def test_a_message_that_is_being_accepted_is_in_progress(world: World) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(message: IncomingMessage) -> None:
        begun.set()
        go_on.wait(30)

    world.las.before = wait
    delivery = world.raw.delivery(NOW)
    first = asyncio.create_task(deliver(world.address, world.hub, delivery))
    await asyncio.to_thread(begun.wait, 30)

    reason = await world.refused(delivery)
    fetched = await get_receipt(world.address, world.hub, delivery)
    go_on.set()

    assert reason == "MESSAGE_IN_PROGRESS"
    assert fetched.state == pb.GetReceiptResponse.STATE_IN_PROGRESS
    assert (await first).HasField("receipt")


async def test_a_hub_that_goes_away_during_accept_finds_the_receipt_later(world: World) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(message: IncomingMessage) -> None:
        begun.set()
        go_on.wait(30)

    world.las.before = wait
    delivery = world.raw.delivery(NOW)
    call = asyncio.create_task(deliver(world.address, world.hub, delivery))
    await asyncio.to_thread(begun.wait, 30)
    call.cancel()
    go_on.set()

    again = await _until_not_in_progress(world, delivery)

    assert again.state == pb.GetReceiptResponse.STATE_RECEIVED
    assert world.las.payloads == [PAYLOAD]


async def _until_not_in_progress(world: World, delivery: Delivery) -> pb.GetReceiptResponse:
    while True:
        answer = await get_receipt(world.address, world.hub, delivery)
        if answer.state != pb.GetReceiptResponse.STATE_IN_PROGRESS:
            return answer


async def test_a_stream_that_is_cut_after_the_last_byte_was_never_delivered(world: World) -> None:
    for _ in range(20):
        delivery = world.raw.delivery(NOW)
        async with channel(world.address, world.hub) as open_channel:
            call = LasServiceStub(open_channel).Deliver()
            async for request in delivery.requests():
                await call.write(request)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        answer = await _until_not_in_progress(world, delivery)
        assert answer.state == pb.GetReceiptResponse.STATE_UNKNOWN

    assert world.las.messages == []
    assert world.leftovers() == []


@pytest.mark.parametrize(
    ("chunks", "reason"),
    [
        ((PAYLOAD[:-1],), "SIZE_MISMATCH"),
        ((PAYLOAD, b"x"), "SIZE_MISMATCH"),
        ((PAYLOAD[:-1] + b"x",), "DIGEST_MISMATCH"),
        ((), "SIZE_MISMATCH"),
        ((b"",), "CHUNK_INVALID"),
        ((bytes(1024 * 1024 + 1),), "CHUNK_INVALID"),
    ],
)
async def test_what_is_not_the_payload_is_refused(
    world: World, chunks: tuple[bytes, ...], reason: str
) -> None:
    delivery = world.raw.delivery(NOW).with_chunks(*chunks)

    assert await world.refused(delivery) == reason
    assert world.las.messages == []
    assert world.leftovers() == []


async def test_a_payload_over_the_limit_is_refused(world: World) -> None:
    delivery = world.raw.delivery(NOW, payload=bytes(1024 * 1024 + 1)).with_chunks()

    assert await world.refused(delivery) == "PAYLOAD_TOO_LARGE"


async def test_another_header_under_the_same_id_is_refused(world: World) -> None:
    about = context(NOW)
    await deliver(world.address, world.hub, world.raw.delivery(NOW, about=about))
    other = world.raw.delivery(NOW, about=about, payload=b"other")

    assert await world.refused(other) == "MESSAGE_ID_REUSED"


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        ({"receiver_oin": Oin(STRANGER_OIN)}, "STAMP_NOT_MINE"),
        ({"header_digest": bytes(32)}, "STAMP_NOT_MINE"),
        ({"sender_oin": Oin(STRANGER_OIN)}, "STAMP_NOT_MINE"),
        ({"hub_oin": Oin(STRANGER_OIN)}, "STAMP_INVALID"),
        ({"expires": NOW - dt.timedelta(minutes=6)}, "STAMP_INVALID"),
        ({"issued": NOW + dt.timedelta(minutes=6)}, "STAMP_INVALID"),
    ],
)
async def test_a_stamp_that_is_not_for_this_message_is_refused(
    world: World, stamp: dict[str, object], reason: str
) -> None:
    assert await world.refused(world.raw.delivery(NOW, **stamp)) == reason  # type: ignore[arg-type] # fields of the stamp
    assert world.las.messages == []


async def test_a_stamp_by_another_than_the_hub_is_refused(world: World) -> None:
    delivery = world.raw.delivery(NOW, stamp_by=signer(world.stranger))

    assert await world.refused(delivery) == "STAMP_INVALID"


async def test_a_header_by_another_than_its_sender_is_refused(world: World) -> None:
    delivery = world.raw.delivery(NOW, header_by=signer(world.stranger))

    assert await world.refused(delivery) == "SIGNER_MISMATCH"


async def test_a_header_by_a_look_alike_authority_is_refused(world: World, tmp_path: Path) -> None:
    other = world.pki.look_alike(tmp_path / "other").issue("noord")

    assert await world.refused(world.raw.delivery(NOW, header_by=signer(other))) == (
        "SIGNER_UNTRUSTED"
    )


async def test_an_expired_message_is_refused(world: World) -> None:
    late = context(NOW - dt.timedelta(days=8))

    assert await world.refused(world.raw.delivery(NOW, about=late)) == "ENVELOPE_EXPIRED"


async def test_only_its_hub_may_deliver(world: World) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await deliver(world.address, world.stranger, world.raw.delivery(NOW))

    assert getattr(translate(caught.value, ""), "reason", "") == "HUB_NOT_TRUSTED"
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_client_without_a_certificate_gets_no_connection(world: World) -> None:
    credentials = grpc.ssl_channel_credentials(world.zuid.roots.read_bytes())
    async with grpc.aio.secure_channel(world.address, credentials) as open_channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await LasServiceStub(open_channel).Ping(pb.PingRequest(), timeout=10)

    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_anybody_with_a_trusted_certificate_may_ping(world: World) -> None:
    async with channel(world.address, world.stranger) as open_channel:
        answer = await LasServiceStub(open_channel).Ping(pb.PingRequest(), timeout=10)

    assert answer == pb.PingResponse(oin=ZUID_OIN, software="wissel-sdk")


async def test_a_second_process_on_the_same_storage_is_refused(world: World) -> None:
    with pytest.raises(StorageError, match="another process"):
        await world.another().start()


async def test_a_renewed_certificate_serves_the_next_connection(world: World) -> None:
    renewed = world.pki.issue("zuid", oin=ZUID_OIN)

    async with channel(world.address, world.hub) as open_channel:
        await LasServiceStub(open_channel).Ping(pb.PingRequest(), timeout=10)
        served = await _served_certificate(world)

    assert served == renewed.leaf_pem.decode()


async def _served_certificate(world: World) -> str:
    trusted = ssl.create_default_context(cafile=str(world.hub.roots))
    trusted.load_cert_chain(world.hub.certificate, world.hub.key)
    trusted.set_alpn_protocols(["h2"])
    host, _, port = world.address.partition(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=trusted)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return ssl.DER_cert_to_PEM_cert(der)
