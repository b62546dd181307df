"""What a LAS provides leaves a span, which holds nothing of whom it is about."""

import asyncio
from pathlib import Path

import pytest

from support.fakes.collector import Collector
from support.prepared.world import PUPIL, providing
from wissel.clients.transport.tracing import tracer_for


async def test_an_order_is_traced_without_its_key_or_its_pupil(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Collector() as collector:
        for name, value in collector.environ.items():
            monkeypatch.setenv(name, value)
        tracer = tracer_for("wissel-source", 1)
        async with providing(tmp_path, tracer=tracer) as world:
            in_vain, given = [await world.fetching.start() for _ in range(2)]
            assert await world.refusal(PUPIL, in_vain) == "DOSSIER_NOT_FOUND"
            world.prepare()
            await world.ask(PUPIL, given)
            keys = [world.key(each, PUPIL)["search_key"] for each in (in_vain, given)]
        await asyncio.to_thread(tracer.close)
        first, second = collector.named("Provide", 2)

    about = {"wissel.session_id": in_vain, "wissel.reason": "DOSSIER_NOT_FOUND"}
    assert (first.kind, first.attributes) == ("SERVER", about)
    assert (second.failed, second.attributes) == ("", {"wissel.session_id": given})
    for marker in (PUPIL.digits.encode(), *keys, *(key.hex().encode() for key in keys)):
        assert marker not in collector.bytes
