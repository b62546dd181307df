"""Nobody's word settles a message but its receiver's, about this very message."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from support.fakes.las import Answering, remembering, saying, signer_of
from support.worlds.forwarding import World, forwarding
from support.worlds.sweeping import PROMPT, Beats, asked, becomes, left_uncertain, sweeping
from wissel.clients.testing.cast import DUO, ZUID
from wissel.las.v1 import las_service_pb2 as las
from wissel.routing.facts import Revocation, RevocationTarget

RECEIVED = las.GetReceiptResponse.STATE_RECEIVED


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with forwarding(tmp_path) as world:
        yield world


LIES = {
    "another message": remembering(message_id=UUID(int=1)),
    "another header": remembering(header_digest=b"x" * 32),
    "another payload": remembering(payload_sha256=b"x" * 32),
    "another size": remembering(payload_size=1),
    "another sender": remembering(sender_oin=DUO.oin),
    "another hub": remembering(hub_oin=DUO.oin),
    "another receiver": remembering(receiver_oin=DUO.oin),
    "another name": remembering(signer_oin=DUO.oin),
    "no receipt": saying(las.GetReceiptResponse(state=RECEIVED)),
    "no state": saying(las.GetReceiptResponse()),
    "a state of tomorrow": saying(las.GetReceiptResponse(state=9)),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("answer", LIES.values(), ids=LIES)
async def test_a_lie_settles_nothing_and_the_truth_does(world: World, answer: Answering) -> None:
    message = await left_uncertain(world)
    world.las.answer = answer

    async with sweeping(world):
        await asked(world, 2)
        assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")
        world.las.answer = remembering()
        await becomes(world, message, "DELIVERED")


async def test_another_vendors_signature_settles_nothing(world: World) -> None:
    message = await left_uncertain(world)
    world.las.answer = remembering(world.signer("noord"))

    async with sweeping(world):
        await asked(world, 2)

    assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")


async def test_a_signature_with_a_revoked_certificate_settles_nothing(world: World) -> None:
    old = world.hub.issue("old", oin=ZUID.oin)
    message = await left_uncertain(world)
    world.las.answer = remembering(signer_of(old))
    await world.hub.put(_revoked(sha256(old.chain_der[0]).hexdigest()))

    async with sweeping(world):
        await asked(world, 2)

    assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")


async def test_a_revoked_receiver_is_not_asked(world: World) -> None:
    message = await left_uncertain(world)
    await world.hub.put(_revoked(world.dialer_path().leaf_sha256))

    async with sweeping(world, replace(PROMPT, chance=(beats := Beats()))):
        await beats.more(40)

    assert world.las.asked == []
    assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")


async def test_nobody_is_asked_on_facts_that_are_too_old(world: World) -> None:
    """The register may know of a revocation by now that this process does not."""
    message = await left_uncertain(world)
    await world.hub.follower.stop()
    world.hub.age(seconds=6)

    async with sweeping(world, replace(PROMPT, chance=(beats := Beats()))):
        await beats.more(40)

    assert world.las.asked == []
    assert await world.state(message) == ("UNCERTAIN", "RECEIVER_FAILED")


def _revoked(leaf_sha256: str) -> Revocation:
    return Revocation(target=RevocationTarget.CERTIFICATE_SHA256, value=leaf_sha256)
