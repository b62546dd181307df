"""What a LAS says when its hub asks what became of a message, over real TLS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from support.eventually import eventually_async
from support.fakes.raw_hub import Delivery, channel, context, deliver, get_receipt
from support.worlds.las_world import NOW, LasWorld
from wissel.clients.testing.cast import ZUID
from wissel.clients.transport.status_errors import translate
from wissel.las.v1 import las_service_pb2 as pb
from wissel.las.v1.las_service_pb2_grpc import LasServiceStub

State = pb.GetReceiptResponse


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[LasWorld]:
    made = LasWorld(tmp_path)
    async with made.server:
        yield made


@asynccontextmanager
async def arriving(world: LasWorld, delivery: Delivery) -> AsyncIterator[None]:
    """Have a message half received for as long as the block lasts."""
    async with channel(world.address, world.hub) as open_channel:
        call = LasServiceStub(open_channel).Deliver()
        requests = delivery.requests()
        await call.write(await anext(requests))
        await call.write(await anext(requests))
        await eventually_async(
            lambda: world.refused(delivery),
            "the message is being received",
            until=lambda reason: reason == "MESSAGE_IN_PROGRESS",
        )
        yield
        call.cancel()


@pytest.mark.parametrize("name", ["noord", "zuid", "stranger"])
async def test_only_its_hub_is_answered(world: LasWorld, name: str) -> None:
    delivery = world.raw.delivery(NOW)
    await deliver(world.address, world.hub, delivery)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await get_receipt(world.address, getattr(world, name), delivery)

    assert getattr(translate(caught.value, ""), "reason", None) == "HUB_NOT_TRUSTED"


async def test_what_is_being_received_is_in_progress(world: LasWorld) -> None:
    delivery = world.raw.delivery(NOW)

    async with arriving(world, delivery):
        answer = await get_receipt(world.address, world.hub, delivery)

    assert answer == State(state=State.STATE_IN_PROGRESS)


async def test_another_header_under_the_same_id_is_unknown(world: LasWorld) -> None:
    about = context(NOW)
    delivery = world.raw.delivery(NOW, about=about)
    other = world.raw.delivery(NOW, about=about, payload=b"other" * 50_000)

    async with arriving(world, delivery):
        meanwhile = await get_receipt(world.address, world.hub, other)
    received = world.raw.delivery(NOW)
    await deliver(world.address, world.hub, received)
    afterwards = await get_receipt(
        world.address, world.hub, replace(received, header_digest=other.header_digest)
    )

    assert meanwhile == afterwards == State(state=State.STATE_UNKNOWN)


async def test_what_was_received_is_told_also_while_it_comes_again(world: LasWorld) -> None:
    about = context(NOW)
    first = await deliver(world.address, world.hub, world.raw.delivery(NOW, about=about))
    again = world.raw.delivery(NOW, about=about, attempt=2)

    async with arriving(world, again):
        answer = await get_receipt(world.address, world.hub, again)

    assert answer == State(state=State.STATE_RECEIVED, receipt=first.receipt)


async def test_a_renewed_certificate_signs_the_same_receipt_anew(world: LasWorld) -> None:
    """The hub would not believe a signature whose certificate has expired since."""
    delivery = world.raw.delivery(NOW)
    first = await deliver(world.address, world.hub, delivery)
    renewed = world.pki.issue("zuid", oin=ZUID.oin)

    answer = await get_receipt(world.address, world.hub, delivery)
    again = await get_receipt(world.address, world.hub, delivery)

    assert answer.receipt.payload == first.receipt.payload
    assert answer.receipt.signatures[0].chain[0] == renewed.chain_der[0]
    assert again == answer
