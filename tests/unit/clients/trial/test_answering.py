"""How the test LAS answers: whoever wrote and nobody else, again for an hour, whatever fails."""

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast
from uuid import UUID

import pytest

from wissel.clients.errors import Unreachable
from wissel.clients.hub import AsyncHub
from wissel.clients.las import IncomingMessage, RefuseMessage
from wissel.clients.testing.cast import NOORD, ZUID
from wissel.clients.trial import answer_id
from wissel.clients.trial.answering import TRIED_FOR, Answering, TestLas
from wissel.clients.trial.ledger import MOST_IN_AN_HOUR, Ledger
from wissel.routing.facts import TEST_ROUTING_KEY, TEST_SCHOOL
from wissel.routing.values.identifiers import Brin, Oin

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


@dataclass
class FakeHub:
    """Leads every route to `receiver`, and notes what is sent."""

    receiver: Oin = NOORD.oin
    error: Exception | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def resolve(self, **_: Any) -> Any:
        return SimpleNamespace(receiver_oin=self.receiver, routing_key="0000000700099XA00001")

    async def send(self, _path: Path, **how: Any) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(how)


@dataclass
class World:
    """The test LAS with its ledger, a hub that is none, and a clock."""

    ledger: Ledger
    folder: Path
    hub: FakeHub = field(default_factory=FakeHub)
    time: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.time

    def arrive(self, number: int = 1, *, related: UUID | None = None, **more: Any) -> None:
        """Take a message of Noord, as `accept` does."""
        context = SimpleNamespace(
            receiver=SimpleNamespace(organisation=more.get("to", TEST_SCHOOL)),
            sender=SimpleNamespace(place="99XA", routing_key=None),
            sender_oin=NOORD.oin,
            message_id=UUID(int=number),
            correlation_id=related,
            service="OSO_OV",
        )
        message = SimpleNamespace(
            context=context, routing_key=TEST_ROUTING_KEY, sha256="ab" * 32, path=self.folder
        )
        TestLas(self.ledger, lambda: None, self.now).accept(cast(IncomingMessage, message))

    async def answer(self) -> None:
        """Send what is due now."""
        outbox = self.folder / "outbox"
        hub = cast(AsyncHub, self.hub)
        answering = Answering(hub=hub, ledger=self.ledger, outbox=outbox, now=self.now)
        rested = asyncio.Event()
        task = asyncio.create_task(answering.run(_Resting(rested)))
        await rested.wait()
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])


class _Resting(asyncio.Event):
    """What the answering waits for when nothing is due; it tells so."""

    def __init__(self, rested: asyncio.Event) -> None:
        super().__init__()
        self._rested = rested

    async def wait(self) -> Literal[True]:
        self._rested.set()
        return await super().wait()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(ledger=Ledger(tmp_path), folder=tmp_path)
    yield made
    made.ledger.close()


async def test_whoever_wrote_is_answered_once_at_its_own_delivery_point(world: World) -> None:
    world.arrive()
    world.arrive()

    await world.answer()
    await world.answer()

    (sent,) = world.hub.sent
    assert (TEST_SCHOOL, "99XA") == (sent["sender"], sent["receiver"])
    assert "0000000700099XA00001" == sent["receiver_routing_key"]
    assert answer_id(NOORD.oin, UUID(int=1)) == sent["message_id"]
    assert UUID(int=1) == sent["correlation_id"]


async def test_nothing_goes_to_another_party(world: World) -> None:
    world.hub.receiver = ZUID.oin
    world.arrive()

    await world.answer()

    assert [] == world.hub.sent
    assert world.ledger.next_due() is None


async def test_what_fails_is_tried_again_for_an_hour(world: World) -> None:
    world.hub.error = Unreachable("hub.example:7443", "refused")
    world.arrive()

    tries = 0
    while world.ledger.next_due() is not None:
        world.time = max(world.time, world.ledger.next_due() or NOW)
        await world.answer()
        tries += 1

    assert tries > 5
    assert TRIED_FOR <= world.time - NOW < 2 * TRIED_FOR


async def test_what_nobody_expected_ends_nothing(world: World) -> None:
    world.hub.error = sqlite3.OperationalError("the disk is full")
    world.arrive()
    await world.answer()

    world.hub.error = None
    await world.answer()

    assert 1 == len(world.hub.sent)


async def test_an_answer_to_an_answer_ends_there(world: World) -> None:
    world.arrive()
    await world.answer()

    world.arrive(2, related=answer_id(NOORD.oin, UUID(int=1)))
    await world.answer()

    assert 1 == len(world.hub.sent)


def test_too_many_are_refused_with_how_many(world: World) -> None:
    for number in range(MOST_IN_AN_HOUR):
        world.arrive(number)

    with pytest.raises(RefuseMessage, match=f"at most {MOST_IN_AN_HOUR} messages") as refused:
        world.arrive(1000)
    assert "TEST_LIMIT" == refused.value.reason


def test_it_is_the_las_of_the_test_school_alone(world: World) -> None:
    with pytest.raises(RefuseMessage) as refused:
        world.arrive(to=Brin("99XB"))
    assert "NOT_THE_TEST_SCHOOL" == refused.value.reason
