"""The LAS side over real TLS: what it refuses, and from whom."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from support.cast import STRANGER
from support.fakes.raw_hub import PAYLOAD, channel, context, deliver, signer
from support.worlds.hub import refusal
from support.worlds.las_world import NOW, LasWorld
from wissel.clients import (
    StorageError,
)
from wissel.clients.testing.cast import ZUID
from wissel.clients.transport.status_errors import translate
from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[LasWorld]:
    made = LasWorld(tmp_path)
    async with made.server:
        yield made


@pytest.mark.parametrize(
    ("chunks", "reason"),
    [
        ((PAYLOAD[:-1],), "SIZE_MISMATCH"),
        ((PAYLOAD + b"x",), "SIZE_MISMATCH"),
        ((PAYLOAD[:-1] + b"x",), "DIGEST_MISMATCH"),
        ((), "SIZE_MISMATCH"),
        ((b"",), "CHUNK_INVALID"),
        ((bytes(1024 * 1024 + 1),), "CHUNK_INVALID"),
    ],
)
async def test_what_is_not_the_payload_is_refused(
    world: LasWorld, chunks: tuple[bytes, ...], reason: str
) -> None:
    delivery = world.raw.delivery(NOW).with_chunks(*chunks)

    assert await world.refused(delivery) == reason
    assert world.las.messages == []
    assert world.leftovers() == []


async def test_a_payload_over_the_limit_is_refused(world: LasWorld) -> None:
    delivery = world.raw.delivery(NOW, payload=bytes(1024 * 1024 + 1)).with_chunks()

    assert await world.refused(delivery) == "PAYLOAD_TOO_LARGE"


async def test_another_header_under_the_same_id_is_refused(world: LasWorld) -> None:
    about = context(NOW)
    await deliver(world.address, world.hub, world.raw.delivery(NOW, about=about))
    other = world.raw.delivery(NOW, about=about, payload=b"other")

    assert await world.refused(other) == "MESSAGE_ID_REUSED"


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        ({"receiver_oin": STRANGER.oin}, "STAMP_NOT_MINE"),
        ({"header_digest": bytes(32)}, "STAMP_INVALID"),
        ({"sender_oin": STRANGER.oin}, "STAMP_INVALID"),
        ({"hub_oin": STRANGER.oin}, "STAMP_INVALID"),
        ({"expires": NOW - dt.timedelta(minutes=6)}, "STAMP_INVALID"),
        ({"issued": NOW + dt.timedelta(minutes=6)}, "STAMP_INVALID"),
    ],
)
async def test_a_stamp_that_is_not_for_this_message_is_refused(
    world: LasWorld, stamp: dict[str, object], reason: str
) -> None:
    assert await world.refused(world.raw.delivery(NOW, **stamp)) == reason  # type: ignore[arg-type] # fields of the stamp
    assert world.las.messages == []


async def test_a_stamp_by_another_than_the_hub_is_refused(world: LasWorld) -> None:
    delivery = world.raw.delivery(NOW, stamp_by=signer(world.stranger))

    assert await world.refused(delivery) == "STAMP_INVALID"


async def test_a_header_by_another_than_its_sender_is_refused(world: LasWorld) -> None:
    delivery = world.raw.delivery(NOW, header_by=signer(world.stranger))

    assert await world.refused(delivery) == "SIGNER_MISMATCH"


async def test_a_header_by_a_look_alike_authority_is_refused(
    world: LasWorld, tmp_path: Path
) -> None:
    other = world.pki.look_alike(tmp_path / "other").issue("noord")

    assert await world.refused(world.raw.delivery(NOW, header_by=signer(other))) == (
        "SIGNER_UNTRUSTED"
    )


async def test_an_expired_message_is_refused(world: LasWorld) -> None:
    late = context(NOW - dt.timedelta(days=8))

    assert await world.refused(world.raw.delivery(NOW, about=late)) == "ENVELOPE_EXPIRED"


async def test_only_its_hub_may_deliver(world: LasWorld) -> None:
    delivery = world.raw.delivery(NOW)

    refused = await refusal(lambda: deliver(world.address, world.stranger, delivery))

    assert getattr(translate(refused, ""), "reason", "") == "HUB_NOT_TRUSTED"
    assert refused.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_client_without_a_certificate_gets_no_connection(world: LasWorld) -> None:
    credentials = grpc.ssl_channel_credentials(world.zuid.roots.read_bytes())
    async with grpc.aio.secure_channel(world.address, credentials) as open_channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await LasServiceStub(open_channel).Ping(pb.PingRequest(), timeout=60)

    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_anybody_with_a_trusted_certificate_may_ping(world: LasWorld) -> None:
    async with channel(world.address, world.stranger) as open_channel:
        answer = await LasServiceStub(open_channel).Ping(pb.PingRequest(), timeout=60)

    assert answer == pb.PingResponse(oin=ZUID.oin, software="wissel-sdk")


async def test_a_second_process_on_the_same_storage_is_refused(world: LasWorld) -> None:
    with pytest.raises(StorageError, match="another process"):
        await world.another().start()


async def test_a_renewed_certificate_serves_the_next_connection(world: LasWorld) -> None:
    renewed = world.pki.issue("zuid", oin=ZUID.oin)

    async with channel(world.address, world.hub) as open_channel:
        await LasServiceStub(open_channel).Ping(pb.PingRequest(), timeout=60)
        served = await _served_certificate(world)

    assert served == renewed.leaf_pem.decode()


async def _served_certificate(world: LasWorld) -> str:
    trusted = ssl.create_default_context(cafile=str(world.hub.roots))
    trusted.load_cert_chain(world.hub.certificate, world.hub.key)
    trusted.set_alpn_protocols(["h2"])
    host, _, port = world.address.partition(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=trusted)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return ssl.DER_cert_to_PEM_cert(der)
