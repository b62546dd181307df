"""Keys that fail, sessions and hubs that end meanwhile, several at once, clocks that jump."""

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from support.builders import envelopes
from support.fakes.source import waiting
from support.requesting import Requesting, requesting
from wissel.clients import IncomingMessage, Refused, Unreachable
from wissel.clients.transport.retry import IMPATIENT
from wissel.traffic.v1 import transfer_service_pb2 as pb


async def test_a_source_without_a_key_that_holds_is_asked_nothing(tmp_path: Path) -> None:
    """Seen from here its key has ended, whatever the hub shows."""
    async with requesting(tmp_path, source_days=1) as world:
        world.skipped = dt.timedelta(days=2)

        fetched = await world.fetch()

        (point,) = fetched.points
        assert point.error is not None
        assert (fetched.result, point.error.reason) == ("FAILED", "SYSTEM_KEY_INVALID")
        assert world.source.orders == []
        assert await world.ended_as(fetched) == "FAILED"


@pytest.mark.parametrize("minutes", [-4, 4])
async def test_a_clock_may_be_minutes_wrong(world: Requesting, minutes: int) -> None:
    world.skipped = dt.timedelta(minutes=minutes)

    assert (await world.fetch()).result == "TRANSFERRED"


async def test_a_clock_that_is_a_day_wrong_is_told_and_nothing_is_accepted(
    world: Requesting,
) -> None:
    world.skipped = dt.timedelta(days=1)

    fetched = await world.fetch(await world.hub(IMPATIENT))

    (point,) = fetched.points
    assert point.error is not None
    assert (point.error.reason, point.error.metadata["problem"]) == ("STAMP_INVALID", "not in time")
    assert world.administration.given == []


async def test_a_session_that_ends_while_it_is_accepted(world: Requesting) -> None:
    """What is here is kept; the hub is answered about it when it asks."""
    loop, ended = asyncio.get_running_loop(), world.fetch_world

    def accept(message: IncomingMessage) -> None:
        world.administration.accept(message)
        request = pb.SignOffTransferRequest(
            session_id=str(message.context.session_id), result="FAILED"
        )
        asyncio.run_coroutine_threadsafe(sign_off(request), loop).result()

    async def sign_off(request: pb.SignOffTransferRequest) -> None:
        await ended.stub().SignOffTransfer(request)

    with pytest.raises(Refused, match="SESSION_SIGNED_OFF"):
        await world.fetch(accept=accept)
    (done,) = await (await world.hub()).resume_fetched(world.administration.accept)

    assert isinstance(done.error, Refused)
    assert world.administration.payloads == [envelopes.PAYLOAD]
    assert world.files() == []


async def test_several_fetch_at_once_with_one_folder(world: Requesting) -> None:
    hubs = [await world.hub() for _ in range(3)]

    done = await asyncio.gather(*(world.fetch(hub) for hub in hubs))

    assert [each.result for each in done] == ["TRANSFERRED"] * 3
    assert len({each.receipt.message_id for each in done if each.receipt}) == 3
    assert len(world.administration.given) == 3
    assert world.files() == []


async def test_a_hub_that_goes_in_the_middle_leaves_nothing_here(world: Requesting) -> None:
    world.source.provide = waiting(asyncio.Event(), before=2)
    fetch = asyncio.create_task(world.fetch(await world.hub(IMPATIENT)))
    await world.fetch_world.ended((1, "ACCEPTED"))
    await world.fetch_world.world.hub.server.stop(0)

    with pytest.raises((Unreachable, Refused)):
        await fetch

    assert (world.files(), world.administration.given) == ([], [])
