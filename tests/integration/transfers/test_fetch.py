"""A dossier is fetched from its source, through the hub, by the requester of a session."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.builders import envelopes
from support.eventually import eventually_async
from support.fakes.source import providing
from support.fetching import FROM_XA, KEY, TO_XC, FetchWorld, fetching
from support.worlds import small_world
from support.worlds.forwarding import evergreen
from support.worlds.stores import utc_now
from support.worlds.sweeping import sweeping
from wissel.clients.testing.cast import HUB, NOORD, ZUID
from wissel.routing.exchange.envelope import MAX_CHUNK_BYTES, MIN_CHUNK_BYTES, Address
from wissel.routing.exchange.proof import Demanded, verify_hub_receipt
from wissel.routing.exchange.signed_messages import signed_of
from wissel.routing.signing.dsse import HUB_RECEIPT, PROVIDE_ORDER, verify
from wissel.server.courier.wire import RECEIPTS
from wissel.traffic.v1 import traffic_service_pb2 as traffic
from wissel.traffic.v1 import transfer_service_pb2 as pb
from wissel.traffic.v1.traffic_service_pb2_grpc import TrafficServiceStub

FETCHED = [(1, "ACCEPTED"), (1, "UNCERTAIN")]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FetchWorld]:
    async with fetching(tmp_path) as world:
        yield world


async def test_a_dossier_is_fetched_and_signed_for(world: FetchWorld) -> None:
    fetched = await world.fetch(await world.start())
    after_fetch, receipt = world.entries(), world.receipt(fetched)
    ended = await world.sign_off(fetched, receipt)

    assert fetched.payload == envelopes.PAYLOAD
    assert after_fetch == FETCHED
    assert world.entries() == [*FETCHED, (1, "DELIVERED")]
    assert ended.result == "TRANSFERRED"
    demanded = Demanded(hub_oin=HUB.oin, now=utc_now(), exchange=fetched.exchange)
    receipts = signed_of(ended.hub_receipt), signed_of(receipt)
    proof = verify_hub_receipt(*receipts, RECEIPTS, world.world.deps.trust, demanded)
    assert (proof.hub.exchange.sender_oin, proof.receiver.signer_oin) == (NOORD.oin, ZUID.oin)


async def test_both_sides_are_told_of_a_fetched_delivery(world: FetchWorld) -> None:
    fetched = await world.fetch(await world.start())
    ended = await world.sign_off(fetched)
    wanted = traffic.GetDeliveryRequest(
        message_id=str(fetched.stamp.message_id), sender_oin=NOORD.oin
    )

    for name in ("noord", "zuid"):
        told = await world.world.hub.stub(TrafficServiceStub, name).GetDelivery(wanted)
        assert (told.delivery.state, told.hub_receipt) == ("DELIVERED", ended.hub_receipt)


async def test_the_source_is_given_an_order_that_the_hub_has_signed(world: FetchWorld) -> None:
    session = await world.start()
    await world.fetch(session, accepted_versions=["2026"])
    (order,), (signed,) = world.source.orders, world.source.signed

    verified = verify(signed_of(signed), PROVIDE_ORDER, world.world.deps.trust, utc_now())
    assert verified.signer == order.hub_oin == HUB.oin
    assert (str(order.session_id), order.source_oin) == (session, NOORD.oin)
    assert order.requester_oin == ZUID.oin
    assert order.source == Address(organisation=small_world.XA, routing_key=FROM_XA)
    assert order.requester.routing_key == TO_XC
    assert (order.wish.key, order.wish.accepted_versions) == (KEY, ("2026",))
    assert dt.timedelta() < order.expires - order.issued <= dt.timedelta(seconds=61)


@pytest.mark.parametrize("size", [1, MIN_CHUNK_BYTES, 3 * MAX_CHUNK_BYTES, 3_000_000])
async def test_a_dossier_of_any_size_comes_as_it_was_given(world: FetchWorld, size: int) -> None:
    payload = bytes(range(256)) * (size // 256 + 1)
    world.source.provide = providing(payload[:size], chunk=MAX_CHUNK_BYTES)

    fetched = await world.fetch(await world.start())

    assert fetched.payload == payload[:size]
    assert (await world.sign_off(fetched)).result == "TRANSFERRED"


async def test_within_a_session_it_may_be_fetched_again(world: FetchWorld) -> None:
    session = await world.start()
    first, second = await world.fetch(session), await world.fetch(session)
    ended = await world.sign_off(first)

    assert first.opening.header.payload == second.opening.header.payload
    assert (first.stamp.attempt, second.stamp.attempt) == (1, 2)
    assert world.entries() == [*FETCHED, (2, "ACCEPTED"), (2, "UNCERTAIN"), (2, "DELIVERED")]
    assert ended.result == "TRANSFERRED"  # a receipt for any stamp settles (ADR 9)


async def test_a_dossier_that_was_changed_is_another_message(world: FetchWorld) -> None:
    session = await world.start()
    before = await world.fetch(session)
    world.source.provide = providing(b"<dossier>changed</dossier>")
    after = await world.fetch(session)
    await world.sign_off(after)

    assert before.stamp.message_id != after.stamp.message_id
    assert after.payload == b"<dossier>changed</dossier>"


async def test_what_was_signed_for_is_not_given_again(world: FetchWorld) -> None:
    session = await world.start()
    fetched = await world.fetch(session)
    world.world.las.answer = world.holding(fetched)
    await swept(world)

    assert world.entries()[-1] == (1, "DELIVERED")
    assert await world.refused(world.fetch(session)) == "DOSSIER_UNCHANGED"
    assert (await world.sign_off(fetched)).hub_receipt.payload


async def test_who_never_signs_off_is_asked_for_its_receipt(world: FetchWorld) -> None:
    fetched = await world.fetch(await world.start())
    world.world.las.answer = world.holding(fetched)

    await swept(world)

    assert world.entries() == [*FETCHED, (1, "DELIVERED")]


async def test_the_same_sign_off_again_has_the_same_receipt(world: FetchWorld) -> None:
    fetched = await world.fetch(await world.start())
    first, again = await world.sign_off(fetched), await world.sign_off(fetched)

    assert first == again
    verified = verify(signed_of(again.hub_receipt), HUB_RECEIPT, world.world.deps.trust, utc_now())
    assert verified.signer == HUB.oin


async def test_a_transfer_is_signed_for(world: FetchWorld) -> None:
    """Without its receipt TRANSFERRED is no end; as the repeat of one it has no receipt either."""
    fetched = await world.fetch(await world.start())
    bare = pb.SignOffTransferRequest(session_id=fetched.session_id, result="TRANSFERRED")

    assert await world.refused(world.stub().SignOffTransfer(bare)) == "FIELD_REQUIRED"
    assert world.entries() == FETCHED
    await world.sign_off(fetched)
    again = await world.stub().SignOffTransfer(bare)
    assert (again.result, again.HasField("hub_receipt")) == ("TRANSFERRED", False)


async def test_both_sides_may_be_one_vendor(world: FetchWorld) -> None:
    """99XB, vestiging 00 of Noord, asks 99XA of Noord."""
    key = small_world.key(small_world.XB, 1)
    session = await world.start(name="noord", brin="99XB", routing_key=key)

    fetched = await world.fetch(session, name="noord")
    ended = await world.sign_off(fetched, name="noord")

    assert fetched.stamp.sender_oin == fetched.stamp.receiver_oin == NOORD.oin
    assert ended.result == "TRANSFERRED"


async def test_a_school_that_closed_less_than_a_year_ago_still_provides(world: FetchWorld) -> None:
    closed = utc_now().date() - dt.timedelta(days=30)
    school = small_world.school(small_world.XA, small_world.BOARD_1, closed=closed)
    await world.world.hub.put(*evergreen([school]))

    fetched = await world.fetch(await world.start())

    assert fetched.payload == envelopes.PAYLOAD


async def test_the_log_has_session_and_message_and_no_key(world: FetchWorld) -> None:
    session = await world.start()
    fetched = await world.fetch(session)
    await world.sign_off(fetched)
    calls = [line for line in world.world.hub.lines() if ".TransferService/" in line["method"]]
    lines = [line for line in calls if line["method"].endswith("/FetchDossier")]

    assert [line["message_id"] for line in lines] == [str(fetched.stamp.message_id)]
    assert lines[0]["state"] == "UNCERTAIN"
    assert {line["session_id"] for line in calls} == {session}
    assert KEY.hex() not in world.world.hub.log.getvalue()
    assert "a pupil" not in world.world.hub.log.getvalue()


async def swept(world: FetchWorld) -> None:
    """Let a sweeper settle what is uncertain."""
    async with sweeping(world.world):
        await eventually_async(
            lambda: world.entries()[-1],
            "it is settled",
            until=lambda last: last[1] == "DELIVERED",
        )
