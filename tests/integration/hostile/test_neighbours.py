"""A receiver that takes everything and answers nobody: the others go on."""

import asyncio
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import grpc
import pytest
from google.rpc import error_details_pb2
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from support.eventually import eventually_async
from support.fakes.las import accept, silent, unwilling, waiting
from support.worlds.forwarding import Envelope
from support.worlds.hostile.neighbours import Neighbours, neighbours
from support.worlds.hub import detail, reason_of
from wissel.server.courier.bounds import Limits
from wissel.server.courier.sharing.breaker import BreakerRules
from wissel.server.observing.metrics import BreakerMetrics
from wissel.traffic.v1 import traffic_service_pb2 as pb

LIMITS: Final = Limits(transfers=16, transfers_per_oin=4, waiting=0.2, idle=60.0)
"""A hub with a quarter of the usual slots, on which nobody waits long."""

GREEDY: Final = (1, 2, 3, 4)
MODEST: Final = 5
LARGE: Final = bytes(20 * 1024 * 1024)
Sending = asyncio.Task[pb.ForwardEnvelopeResponse]


def flood(world: Neighbours, payload: bytes | None = None) -> list[tuple[Envelope, Sending]]:
    """Let four senders each send as much as they may to the bad receiver."""
    sent = []
    for sender in GREEDY:
        for _ in range(LIMITS.transfers_per_oin):
            message = world.to_bad(sender) if payload is None else world.to_bad(sender, payload)
            sent.append((message, asyncio.create_task(world.send(sender, message))))
    return sent


async def all_wait(world: Neighbours) -> None:
    await eventually_async(
        lambda: world.world.courier.waiting,
        "all slots are taken by transfers that wait",
        until=lambda count: count == LIMITS.transfers,
    )


async def end(sendings: Iterable[Sending]) -> None:
    for sending in sendings:
        sending.cancel()
        with suppress(asyncio.CancelledError, grpc.aio.AioRpcError):
            await sending


async def refused(sending: Awaitable[object]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await sending
    return error.value


async def test_a_receiver_that_never_answers_leaves_room_for_all_others(tmp_path: Path) -> None:
    async with neighbours(tmp_path, LIMITS) as world:
        world.bad.behave = silent
        sent = flood(world)
        await all_wait(world)

        modest = [await world.send(MODEST, world.to_good(MODEST)) for _ in range(4)]
        greedy = [await world.send(sender, world.to_good(sender)) for sender in GREEDY]
        further = await refused(world.send(MODEST, world.to_bad(MODEST)))
        states = {await world.world.state(message) for message, _ in sent}
        await end(sending for _, sending in sent)

    assert all(answer.receiver_receipt.payload for answer in (*modest, *greedy))
    assert reason_of(further) == "RECEIVER_UNAVAILABLE"
    assert states == {("ACCEPTED", "")}


async def test_what_is_refused_names_the_receiver_and_when_to_come_back(tmp_path: Path) -> None:
    async with neighbours(tmp_path, LIMITS) as world:
        world.bad.behave = silent
        sent = flood(world)
        await all_wait(world)

        message = world.to_bad(MODEST)
        error = await refused(world.send(MODEST, message))
        state = await world.world.state(message)
        await end(sending for _, sending in sent)

    info = detail(error, error_details_pb2.ErrorInfo)
    delay = detail(error, error_details_pb2.RetryInfo).retry_delay.ToTimedelta()
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert (info.metadata["host"], info.metadata["receiver_oin"]) == (
        "localhost",
        world.bad.signer.oin,
    )
    assert delay.total_seconds() == LIMITS.waiting
    assert state is None


async def test_those_that_wait_are_delivered_once_the_receiver_answers(tmp_path: Path) -> None:
    async with neighbours(tmp_path, LIMITS) as world:
        answers = asyncio.Event()
        world.bad.behave = waiting(answers)
        sent = flood(world)
        await all_wait(world)
        await world.send(MODEST, world.to_good(MODEST))

        answers.set()
        receipts = await asyncio.gather(*(sending for _, sending in sent))
        late = await world.send(MODEST, world.to_bad(MODEST))

    assert all(receipt.receiver_receipt.payload for receipt in (*receipts, late))


async def test_a_stored_answer_goes_before_the_refusal(tmp_path: Path) -> None:
    async with neighbours(tmp_path, LIMITS) as world:
        message = world.to_bad(MODEST)
        await world.send(MODEST, message)
        world.bad.behave = silent
        sent = flood(world)
        await all_wait(world)

        again = await world.send(MODEST, message)
        await end(sending for _, sending in sent)

    assert again.replayed


async def test_a_receiver_that_takes_no_bytes_leaves_room_too(tmp_path: Path) -> None:
    """What holds memory gives way: its message has FAILED, and may go again."""
    async with neighbours(tmp_path, LIMITS) as world:
        world.bad.behave = unwilling
        sent = flood(world, LARGE)
        await all_wait(world)

        modest = [await world.send(MODEST, world.to_good(MODEST)) for _ in range(3)]
        ended = await eventually_async(lambda: _ended(world, sent), "one has given way")
        told = [reason_of(await refused(sending)) for sending in ended]
        await end(sending for _, sending in sent)

    assert all(answer.receiver_receipt.payload for answer in modest)
    assert set(told) == {"RECEIVER_TIMEOUT"}


async def _ended(world: Neighbours, sent: list[tuple[Envelope, Sending]]) -> list[Sending]:
    """Return those that have failed at their receiver."""
    failed = ("FAILED", "RECEIVER_TIMEOUT")
    return [sending for message, sending in sent if await world.world.state(message) == failed]


async def test_a_large_receiver_at_full_speed_is_not_throttled(tmp_path: Path) -> None:
    async with neighbours(tmp_path, replace(LIMITS, waiting=2.0)) as world:
        rounds = [await asyncio.gather(*(each for _, each in flood(world))) for _ in range(5)]

    assert len(world.bad.received) == 5 * LIMITS.transfers
    assert all(receipt.receiver_receipt.payload for each in rounds for receipt in each)


PATIENT: Final = replace(LIMITS, waiting=60.0, unanswered=0.3)
RULES: Final = BreakerRules(timeouts=3, first=0.5)


async def times_out(world: Neighbours, sender: int, seconds: float) -> None:
    message = world.to_bad(sender)
    error = await refused(world.send(sender, message, seconds))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await world.world.settled(message) == ("UNCERTAIN", "RECEIVER_TIMEOUT")


async def test_the_breaker_opens_and_one_probe_closes_it(tmp_path: Path) -> None:
    metrics = CollectorRegistry()
    more = {"breaker": RULES, "breaker_changed": BreakerMetrics(metrics)}
    async with neighbours(tmp_path, PATIENT, **more) as world:
        world.bad.behave = silent
        with capture_logs() as logged:
            for sender in (1, 2, 3):
                await times_out(world, sender, seconds=0.8)
            before = len(world.bad.opened)
            open_ = await refused(world.send(MODEST, world.to_bad(MODEST)))
            await world.send(MODEST, world.to_good(MODEST))
            called = len(world.bad.opened) - before

            answers = asyncio.Event()
            world.bad.behave = waiting(answers)
            probe = await _probe(world)
            others = [await refused(world.send(n, world.to_bad(n))) for n in (1, 2)]
            answers.set()
            receipt = await probe
            await world.send(1, world.to_bad(1))

    told = [line["event"] for line in logged if line["event"].startswith("receiver_")]
    assert (reason_of(open_), called) == ("RECEIVER_UNAVAILABLE", 0)
    assert {reason_of(each) for each in others} == {"RECEIVER_UNAVAILABLE"}
    assert receipt.receiver_receipt.payload
    assert told == ["receiver_unavailable", "receiver_available"]
    for change in ("opened", "closed"):
        assert metrics.get_sample_value("wissel_receiver_breakers_total", {"change": change}) == 1


async def _probe(world: Neighbours) -> Sending:
    """Send until one is let through; return it while it waits for its answer."""
    world.bad.arrived.clear()

    async def let_through() -> Sending | None:
        sending = asyncio.create_task(world.send(MODEST, world.to_bad(MODEST)))
        arrived = asyncio.create_task(world.bad.arrived.wait())
        await asyncio.wait([sending, arrived], return_when=asyncio.FIRST_COMPLETED)
        arrived.cancel()
        if not sending.done():
            return sending
        assert reason_of(await refused(sending)) == "RECEIVER_UNAVAILABLE"
        return None

    sending = await eventually_async(let_through, "a probe is let through")
    assert sending is not None
    return sending


async def test_a_sender_with_tiny_deadlines_opens_no_breaker_for_others(tmp_path: Path) -> None:
    async with neighbours(tmp_path, replace(PATIENT, unanswered=30.0), breaker=RULES) as world:
        world.bad.behave = silent
        for _ in range(5):
            await times_out(world, 1, seconds=1.0)
        world.bad.behave = accept

        answer = await world.send(MODEST, world.to_bad(MODEST))

    assert answer.receiver_receipt.payload
