"""What a receiver can do wrong: never a receipt for what was not delivered."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import grpc
import pytest
from google.rpc import error_details_pb2

from support.builders.envelopes import PAYLOAD
from support.fakes.las import (
    Behaviour,
    Context,
    FakeLas,
    Opened,
    Requests,
    accept,
    failing,
    impatient,
    prompt,
    refusing,
    sign_early,
    signer_of,
    signing,
    silent,
)
from support.worlds.forwarding import CHUNK, QUICK, World, facts_for, forwarding
from support.worlds.hub import detail, reason_of
from support.worlds.stores import utc_now
from wissel.clients.las.refusing import refuse
from wissel.clients.testing.cast import DUO, NOORD, ZUID
from wissel.routing.exchange.delivery import Delivery
from wissel.routing.facts import Revocation, RevocationTarget
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.values.identifiers import Oin

LONG = PAYLOAD * 20
FUTURE = utc_now() + dt.timedelta(days=1)
PAST = utc_now() - dt.timedelta(minutes=6)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path, QUICK) as world:
        yield world


@pytest.mark.parametrize(
    ("behave", "state", "reason"),
    [
        (failing(grpc.StatusCode.UNAVAILABLE, early=True), "FAILED", "RECEIVER_FAILED"),
        (failing(grpc.StatusCode.PERMISSION_DENIED, early=True), "FAILED", "RECEIVER_FAILED"),
        (failing(grpc.StatusCode.INTERNAL), "UNCERTAIN", "RECEIVER_FAILED"),
        (refusing("FULL", early=True), "REFUSED", "RECEIVER_REFUSED"),
        (refusing("FULL"), "REFUSED", "RECEIVER_REFUSED"),
        (refusing("not a reason", "BSN 111222333"), "REFUSED", "RECEIVER_REFUSED"),
        (sign_early, "FAILED", "RECEIPT_INVALID"),
        (impatient(), "FAILED", "RECEIPT_INVALID"),
        (impatient(grpc.StatusCode.CANCELLED), "FAILED", "RECEIVER_FAILED"),
        (failing(grpc.StatusCode.CANCELLED), "UNCERTAIN", "RECEIVER_FAILED"),
        (signing(payload_size=1), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(payload_sha256=b"x" * 32), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(message_id=UUID(int=1)), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(header_digest=b"x" * 32), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(stamp_digest=b"x" * 32), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(sender_oin=Oin(DUO.oin)), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(signer_oin=Oin(DUO.oin)), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(received=FUTURE), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(received=PAST), "UNCERTAIN", "RECEIPT_INVALID"),
        (signing(receiver_oin=Oin(DUO.oin)), "UNCERTAIN", "RECEIPT_INVALID"),
    ],
)
async def test_each_has_its_reason_and_the_journal_is_true(
    world: World, behave: Behaviour, state: str, reason: str
) -> None:
    world.las.behave = behave
    message = world.message(LONG)

    assert reason_of(await world.refusal(message)) == reason
    assert await world.settled(message) == (state, reason)


@pytest.mark.parametrize("chunk", [CHUNK, 1024 * 1024])
async def test_a_receiver_need_not_wait_for_the_half_close(world: World, chunk: int) -> None:
    world.las.behave = prompt
    message = world.message(bytes(3 * 1024 * 1024 + 1), chunk=chunk)

    await world.send(message)

    assert await world.settled(message) == ("DELIVERED", "")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Refused(Reason.HUB_NOT_TRUSTED), ("PERMISSION_DENIED", "HUB_NOT_TRUSTED")),
        (Refused(Reason.STAMP_NOT_MINE), ("PERMISSION_DENIED", "STAMP_NOT_MINE")),
        (Refused(Reason.RECORD_UNAVAILABLE), ("UNAVAILABLE", "RECORD_UNAVAILABLE")),
    ],
)
async def test_the_reason_of_a_receivers_refusal_reaches_the_sender(
    world: World, said: Refused, expected: tuple[str, str]
) -> None:
    async def behave(las: FakeLas, opened: Opened, _: Requests, context: Context) -> NoReturn:
        await refuse(context, said)

    world.las.behave = behave

    error = await world.refusal(world.message())

    info = detail(error, error_details_pb2.ErrorInfo)
    assert info.reason == "RECEIVER_FAILED"
    assert (info.metadata["code"], info.metadata["receiver_reason"]) == expected
    assert expected[1] in (error.details() or "")


async def test_a_receipt_signed_by_another_vendor_proves_nothing(world: World) -> None:
    world.las.behave = signing(world.signer("noord"))
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)

    assert reason_of(error.value) == "RECEIPT_INVALID"
    assert await world.state(message) == ("UNCERTAIN", "RECEIPT_INVALID")


async def test_what_a_receiver_says_is_kept_only_if_harmless(world: World) -> None:
    world.las.behave = refusing("nonsense!", "Jan met 111222333")
    message = world.message()
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)

    found = await world.journal.find(NOORD.oin, message.message_id)

    assert isinstance(found, Delivery)
    assert found.result is not None
    assert found.result.detail == "UNSPECIFIED"
    assert found.result.text == (
        "[The hub left out the receiver's reason: it is not 1 to 64 of A-Z, 0-9 and _, beginning "
        "with a letter.] [The hub left out the receiver's text: it holds a number of a person.]"
    )
    assert "111222333" not in str(error.value)


async def test_a_silent_receiver_leaves_it_uncertain(world: World) -> None:
    world.las.behave = silent
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message, seconds=1)

    assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await world.settled(message) == ("UNCERTAIN", "RECEIVER_TIMEOUT")


async def test_a_receiver_that_is_down(world: World) -> None:
    await world.las.stop()
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)

    assert reason_of(error.value) == "RECEIVER_UNREACHABLE"
    assert await world.settled(message) == ("FAILED", "RECEIVER_UNREACHABLE")


async def test_a_receiver_with_another_vendors_certificate(world: World) -> None:
    await _moved_to(world, "noord")
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)

    assert reason_of(error.value) == "RECEIVER_UNTRUSTED"
    assert await world.settled(message) == ("FAILED", "RECEIVER_UNTRUSTED")
    assert world.las.opened == []


@pytest.mark.parametrize(
    "faults",
    [
        {"expired": True},
        {"ekus": ()},
        {"oins": ()},
        {"oins": (ZUID.oin, ZUID.oin)},
        {"dns": ("elsewhere.example",)},
        {"ca": True},
    ],
    ids=["expired", "no usage", "no OIN", "two OINs", "other host", "CA"],
)
async def test_a_receiver_with_a_bad_certificate(world: World, faults: dict[str, object]) -> None:
    world.hub.issue("bad", **{"oin": ZUID.oin, **faults})
    await _moved_to(world, "bad")
    message = world.message()

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(message)

    assert reason_of(error.value) == "RECEIVER_UNTRUSTED"
    assert world.las.opened == []


async def test_a_receiver_that_renewed_its_certificate_is_looked_at_again(world: World) -> None:
    await world.send(world.message())
    port = world.las.port
    await world.las.stop()
    world.las = await FakeLas.start(world.hub.issue("renewed", oin=ZUID.oin), port)

    await world.send(world.message())

    assert len(world.las.received) == 1


async def test_a_revoked_receiver_is_not_called_over_an_open_channel(world: World) -> None:
    await world.send(world.message())
    leaf = world.dialer_path().leaf_sha256
    await world.hub.put(Revocation(target=RevocationTarget.CERTIFICATE_SHA256, value=leaf))

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await world.send(world.message())

    assert reason_of(error.value) == "RECEIVER_UNTRUSTED"
    assert len(world.las.opened) == 1


async def test_a_private_address_is_refused_unless_configured(tmp_path: Path) -> None:
    async with forwarding(tmp_path, QUICK, private=False) as world:
        message = world.message()

        with pytest.raises(grpc.aio.AioRpcError) as error:
            await world.send(message)

        assert reason_of(error.value) == "ADDRESS_NOT_ALLOWED"
        assert world.las.opened == []


async def test_after_a_failure_the_next_one_arrives(world: World) -> None:
    world.las.behave = failing(grpc.StatusCode.UNAVAILABLE, early=True)
    with pytest.raises(grpc.aio.AioRpcError):
        await world.send(world.message(LONG))

    world.las.behave = accept
    await world.send(world.message())

    assert world.las.received == [PAYLOAD]


async def _moved_to(world: World, name: str) -> None:
    """Let the receiver serve with another identity; it signs with its own."""
    own = world.las.identity
    await world.las.stop()
    world.las = await FakeLas.start(world.hub.identity(name), signer=signer_of(own))
    await world.hub.put(*facts_for(world.las.url))
