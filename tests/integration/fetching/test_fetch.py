"""A dossier is fetched with the SDK from a scripted source, through a real hub."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.builders import envelopes
from support.requesting import PUPIL, Requesting, requesting
from wissel.routing.exchange.fetching.transfers import TransferResult


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Requesting]:
    async with requesting(tmp_path) as world:
        yield world


async def test_a_dossier_is_fetched_accepted_and_signed_for(world: Requesting) -> None:
    seen: list[tuple[int, int]] = []

    fetched = await world.fetch(progress=lambda done, total: seen.append((done, total)))

    assert fetched.result is TransferResult.TRANSFERRED
    assert world.administration.payloads == [envelopes.PAYLOAD]
    assert fetched.receipt is not None
    assert fetched.receipt.size == len(envelopes.PAYLOAD)
    assert [world.asked_for(order) for order in world.source.orders] == [PUPIL]
    assert world.fetch_world.entries()[-1] == (1, "DELIVERED")
    assert seen[0] == (0, len(envelopes.PAYLOAD))
    assert seen[-1] == (len(envelopes.PAYLOAD), len(envelopes.PAYLOAD))
    assert list((world.store / "incoming").iterdir()) == []
