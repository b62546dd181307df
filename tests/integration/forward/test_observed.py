"""What an operator sees of a forward: its log line, and its part of the metrics."""

import asyncio
from collections.abc import AsyncIterator, Iterable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from support.eventually import eventually_async
from support.fakes.las import Behaviour, failing, refusing, waiting
from support.worlds.forwarding import Envelope, World, forwarding
from support.worlds.sweeping import PROMPT, becomes, left_uncertain
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.routing.exchange.envelope import Address
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Brin
from wissel.server.courier.factory import make_sweeper
from wissel.server.courier.timeline import Step
from wissel.server.observing.metrics import SweeperMetrics

ALL = [step.value for step in Step]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


async def line(world: World, message: Envelope) -> dict[str, Any]:
    """Send a message, whatever comes of it, and return the log line of that call."""
    before = len(lines(world))
    with suppress(grpc.aio.AioRpcError):
        await world.send(message)
    after = await eventually_async(  # that of a refusal comes after its answer
        lambda: lines(world), "the call is logged", until=lambda now: len(now) > before
    )
    return after[-1]


def lines(world: World) -> list[dict[str, Any]]:
    """Return the log lines of forwards so far."""
    return [each for each in world.hub.lines() if each["method"].endswith("/ForwardEnvelope")]


def with_event(event: str, logged: Iterable[MutableMapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of this event that were not those of calls."""
    return [dict(each) for each in logged if each["event"] == event]


def counted(registry: CollectorRegistry, name: str, **labels: str) -> float:
    return registry.get_sample_value(name, labels) or 0.0


async def test_the_line_of_a_delivery_tells_what_it_was_and_where_the_time_went(
    world: World,
) -> None:
    message = world.message()

    said = await line(world, message)

    assert str(message.message_id) == said["message_id"]
    assert message.header.payload_size == said["bytes"]
    assert ("DELIVERED", 1, ZUID.oin) == (
        said["state"],
        said["attempt"],
        said["receiver_oin"],
    )
    assert ALL == list(said["steps"])
    assert 0 < sum(said["steps"].values()) <= said["ms"] + 0.01
    assert 0 <= said["receiving"] <= said["steps"]["transfer"]
    assert "replayed" not in said


async def test_a_repeat_is_told_apart(world: World) -> None:
    message = world.message()
    await line(world, message)

    said = await line(world, message)

    assert (True, "DELIVERED", 1) == (said["replayed"], said["state"], said["attempt"])
    assert {"dial", "transfer"}.isdisjoint(said["steps"])


@pytest.mark.parametrize(
    ("behave", "state", "reason", "last"),
    [
        (refusing("FULL"), "REFUSED", Reason.RECEIVER_REFUSED, "receipt"),
        (refusing("FULL", early=True), "REFUSED", Reason.RECEIVER_REFUSED, "transfer"),
        (failing(grpc.StatusCode.INTERNAL), "UNCERTAIN", Reason.RECEIVER_FAILED, "receipt"),
    ],
    ids=["refused", "refused early", "failed"],
)
async def test_the_line_of_a_failure_tells_how_far_it_came(
    world: World, behave: Any, state: str, reason: str, last: str
) -> None:
    world.las.behave = behave

    said = await line(world, world.message(b"x" * 200_000))

    assert (state, reason) == (said["state"], said["reason"])
    assert [*ALL[: ALL.index(last) + 1], "record"] == list(said["steps"])
    assert 1 == counted(world.metrics, "wissel_deliveries_total", state=state, reason=reason)


async def test_a_message_that_is_not_accepted_is_named_all_the_same(world: World) -> None:
    message = world.message(receiver=Address(organisation=Brin("99ZZ")))

    said = await line(world, message)

    assert said["reason"] == Reason.RECEIVER_UNKNOWN
    assert str(message.message_id) == said["message_id"]
    assert "state" not in said
    assert ["header", "verify"] == list(said["steps"])


async def test_what_is_not_signed_by_its_sender_is_not_named(world: World) -> None:
    """The id of a message that somebody else made up would lead an operator astray."""
    message = world.message(signer=world.signer("zuid"))

    said = await line(world, message)

    assert Reason.SIGNER_MISMATCH == said["reason"]
    assert {"message_id", "bytes", "steps"}.isdisjoint(said)


async def test_a_delivery_whose_sender_has_gone_is_counted_when_it_ends(world: World) -> None:
    release, message = asyncio.Event(), world.message()
    world.las.behave = waiting(release)
    sending = asyncio.create_task(world.send(message))
    await world.las.arrived.wait()

    sending.cancel()
    await world.hub.finished("CANCELLED")
    before = counted(world.metrics, "wissel_deliveries_total", state="DELIVERED", reason="")
    release.set()
    await world.courier.drain(20)

    (said,) = lines(world)
    assert ("CANCELLED", "ACCEPTED") == (said["outcome"], said["state"])
    assert 0 == before
    assert 1 == counted(world.metrics, "wissel_deliveries_total", state="DELIVERED", reason="")
    assert message.header.payload_size == counted(world.metrics, "wissel_delivered_bytes_total")


@pytest.mark.parametrize(
    ("then", "state", "reason"),
    [
        (None, "DELIVERED", None),
        (refusing("FULL", early=True), "REFUSED", Reason.RECEIVER_REFUSED),
        (failing(grpc.StatusCode.INTERNAL, early=True), "UNCERTAIN", Reason.RECEIVER_FAILED),
    ],
    ids=["delivered", "refused", "failed"],
)
async def test_a_delivery_that_outlives_its_call_has_a_line_of_its_own(
    world: World, then: Behaviour | None, state: str, reason: str | None
) -> None:
    release, message = asyncio.Event(), world.message()
    world.las.behave = waiting(release, then)
    with capture_logs() as logged:
        sending = asyncio.create_task(world.send(message))
        await world.las.arrived.wait()
        sending.cancel()
        await world.hub.finished("CANCELLED")
        assert [] == with_event("delivery_ended", logged)
        release.set()
        await world.courier.drain(20)

    [said] = with_event("delivery_ended", logged)
    assert 0 < said.pop("ms")
    assert said == {
        "event": "delivery_ended",
        "log_level": "info",
        "message_id": str(message.message_id),
        "sender_oin": NOORD.oin,
        "receiver_oin": ZUID.oin,
        "attempt": 1,
        "state": state,
        **({"reason": reason} if reason else {}),
    }


async def test_a_bug_that_ends_a_delivery_without_a_caller_is_told_with_its_traceback(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()
    world.las.behave = waiting(release)
    with capture_logs() as logged:
        sending = asyncio.create_task(world.send(world.message()))
        await world.las.arrived.wait()
        sending.cancel()
        await world.hub.finished("CANCELLED")
        monkeypatch.setattr(world.files.signer, "_current", None)  # nothing to sign with
        release.set()
        await world.courier.drain(20)

    [said] = with_event("delivery_ended", logged)
    assert ("error", Reason.INTERNAL_ERROR) == (said["log_level"], said["reason"])
    assert "UNCERTAIN" == said["state"]
    assert isinstance(said["exc_info"], AttributeError)


async def test_a_delivery_that_ends_with_its_call_has_only_the_line_of_that(world: World) -> None:
    with capture_logs() as logged:
        await world.send(world.message())
        world.las.behave = refusing("FULL")
        await line(world, world.message())

    assert [] == with_event("delivery_ended", logged)


async def test_together_they_wait_for_one_transaction(world: World) -> None:
    await asyncio.gather(*(world.send(world.message()) for _ in range(12)))

    moves = counted(world.metrics, "wissel_journal_wait_seconds_count")
    commits = counted(world.metrics, "wissel_journal_commit_seconds_count")
    assert 24 == moves
    assert commits < moves
    assert commits == counted(world.metrics, "wissel_journal_turn_seconds_count")


async def test_what_the_sweeper_asks_and_settles_is_counted_and_told(world: World) -> None:
    registry = CollectorRegistry()
    message = await left_uncertain(world)
    sweeper = make_sweeper(
        world.deps, world.dialer, PROMPT, answered=SweeperMetrics(registry).answered
    )
    with capture_logs() as logged:
        sweeping = asyncio.create_task(sweeper.run())
        await becomes(world, message, "DELIVERED")
        # The journal shows the delivery before the sweeper tells of it.
        await eventually_async(lambda: with_event("delivery_settled", logged), "it is logged")
        await eventually_async(
            lambda: sweeper.uncertain, "none is uncertain", until=lambda count: count == 0
        )
        sweeping.cancel()
        await asyncio.wait([sweeping])

    assert 1 <= counted(registry, "wissel_sweeper_asked_total", reason="")
    assert 1 == counted(world.metrics, "wissel_deliveries_total", state="DELIVERED", reason="")
    [said] = with_event("delivery_settled", logged)
    assert str(message.message_id) == said["message_id"]
    assert (NOORD.oin, ZUID.oin) == (said["sender_oin"], said["receiver_oin"])
    assert ("DELIVERED", 1) == (said["state"], said["attempt"])
    assert 0 < said["ms"]
    assert "reason" not in said
