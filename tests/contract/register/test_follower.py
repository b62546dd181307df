"""A follower sees each event exactly once, at once, and survives its database."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

import pytest
from structlog.testing import capture_logs

from support.builders.register_builders import actor, board, party
from support.eventually import LONGEST_WAIT
from support.worlds.stores import open_register, register_at
from wissel.clients.testing.cast import NOORD
from wissel.routing.facts import Board, Fact
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.routing.table import Table
from wissel.server.store.register.event_log import Advance
from wissel.server.store.register.follower import Folded, Follower, Log
from wissel.server.store.register.head import HeadMark
from wissel.server.store.register.register import SqlRegister

T = TypeVar("T", bound=Folded)
NEVER = 3600.0
"""A poll so rare that only a nudge can move the follower."""


@dataclass(frozen=True)
class Seen:
    """Keeps all facts that it was given, in order."""

    revision: int
    facts: tuple[Fact, ...]

    @classmethod
    def load(cls, revision: int, facts: Iterable[Fact]) -> Self:
        return cls(revision, tuple(facts))

    def with_facts(self, revision: int, facts: Iterable[Fact]) -> Self:
        assert revision > self.revision
        return type(self)(revision, (*self.facts, *facts))


@dataclass
class Breakable:
    """A log whose database can be made to fail, and whose looks and reads are counted."""

    log: Log
    broken: bool = False
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    read: asyncio.Event = field(default_factory=asyncio.Event)
    reads: int = 0
    looks: int = 0
    awaited: int = 5
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    def on_commit(self, listener: Callable[[int], None]) -> None:
        self.log.on_commit(listener)

    async def load(self, build: Callable[[int, Iterable[Fact]], T]) -> T:
        return await self.log.load(build)

    async def head_revision(self) -> int:
        return await self.log.head_revision()

    async def head_mark(self) -> HeadMark:
        if self.broken:
            self.failed.set()
            raise Refused(Reason.DATABASE_UNAVAILABLE)
        self.looks += 1
        if self.looks == self.awaited:
            self.looked.set()
        return await self.log.head_mark()

    async def events_after(self, revision: int) -> Advance:
        advance = await self.log.events_after(revision)
        self.reads += 1
        self.read.set()
        return advance


@asynccontextmanager
async def following(
    log: Log, *, poll: float = NEVER, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Follower[Seen]]:
    """A follower that has loaded and follows."""
    follower = Follower(log, Seen.load, clock=clock, poll=poll)
    await follower.start()
    try:
        yield follower
    finally:
        await follower.stop()


async def _put(register: SqlRegister, *put: Fact) -> int:
    async with register.transaction(actor()) as transaction:
        await transaction.put(*put)
    return transaction.revision


async def test_a_follower_starts_with_all_there_is(register: SqlRegister) -> None:
    await _put(register, board(1), board(2))
    await _put(register, board(1, "renamed"))

    async with following(register) as follower:
        assert {board(1, "renamed"), board(2)} == set(follower.table.facts)
        assert follower.table.revision == 2


async def test_a_commit_of_the_same_process_is_followed_without_waiting_for_the_poll(
    register: SqlRegister,
) -> None:
    async with following(register) as follower:
        revision = await _put(register, board(1))
        await follower.reached(revision, timeout=LONGEST_WAIT)

        assert Seen(1, (board(1),)) == follower.table


async def test_a_commit_elsewhere_is_found_by_polling(
    register: SqlRegister, registry_url: str
) -> None:
    async with register_at(registry_url) as other, following(register, poll=0.01) as follower:
        revision = await _put(other, board(1))
        await follower.reached(revision, timeout=LONGEST_WAIT)

        assert Seen(1, (board(1),)) == follower.table


async def test_each_event_is_seen_once_and_in_order_while_two_write(
    register: SqlRegister, registry_url: str
) -> None:
    async def rename(writer: SqlRegister, number: int) -> None:
        for name in range(30):
            await _put(writer, board(number, str(name)))

    async with register_at(registry_url) as other, following(register, poll=0.001) as follower:
        await asyncio.gather(rename(register, 1), rename(other, 2))
        await follower.reached(60, timeout=LONGEST_WAIT)
        seen = follower.table.facts

    for number in (1, 2):
        assert [board(number, str(name)) for name in range(30)] == [
            fact for fact in seen if isinstance(fact, Board) and fact.number == f"9900{number}"
        ]
    assert len(seen) == 60
    assert tuple((await register.events_after(0)).facts()) == seen


async def test_a_long_log_is_followed_in_parts_that_never_split_a_revision(
    register: SqlRegister,
) -> None:
    for name in range(205):
        await _put(register, board(1, str(name)), board(2, str(name)))

    first = await register.events_after(0)
    rest = await register.events_after(first.revision)

    assert (205, 200, 400) == (first.head, first.revision, len(first.events))
    assert (205, 205, 10) == (rest.head, rest.revision, len(rest.events))


async def test_a_revision_that_does_not_exist_is_refused_at_once(register: SqlRegister) -> None:
    async with following(register) as follower:
        with pytest.raises(Refused, match="REVISION_UNKNOWN"):
            await follower.reached(1, timeout=NEVER)


async def test_a_revision_that_is_not_reached_in_time_may_be_asked_for_again(
    register: SqlRegister,
) -> None:
    log = Breakable(register, broken=True)
    with capture_logs():
        async with following(log) as follower:
            revision = await _put(register, board(1))
            with pytest.raises(Refused, match="REVISION_NOT_REACHED") as refused:
                await follower.reached(revision, timeout=0.05)

    assert refused.value.retry_after is not None


async def test_a_revision_of_another_process_is_reached_without_waiting_for_the_poll(
    register: SqlRegister, registry_url: str
) -> None:
    async with register_at(registry_url) as other, following(register) as follower:
        await follower.reached(await _put(other, board(1)), timeout=LONGEST_WAIT)

        assert follower.table.revision == 1


async def test_a_follower_survives_its_database_and_says_so(register: SqlRegister) -> None:
    log = Breakable(register)
    with capture_logs() as lines:
        async with following(log, poll=0.001) as follower:
            log.broken = True
            await log.failed.wait()
            await _put(register, board(1))
            log.broken = False
            await follower.reached(1, timeout=LONGEST_WAIT)

            assert follower.table.revision == 1
    assert {"DATABASE_UNAVAILABLE"} == {line["reason"] for line in lines}


async def test_staleness_counts_from_the_last_look_that_found_nothing_more(
    register: SqlRegister,
) -> None:
    now = [100.0]
    log = Breakable(register)
    async with following(log, clock=lambda: now[0]) as follower:
        now[0] = 103.0
        before = follower.staleness()
        await _put(register, board(1))
        await follower.reached(1, timeout=LONGEST_WAIT)
        await log.read.wait()

        assert before == 3.0
        assert follower.staleness() == 0.0
        assert follower.caught_up_at == 103.0


async def test_a_log_to_which_nothing_is_added_is_not_read_again(register: SqlRegister) -> None:
    log = Breakable(register)
    async with following(log, poll=0.001) as follower:
        await log.looked.wait()
        unchanged = log.reads
        await _put(register, board(1))
        await follower.reached(1, timeout=LONGEST_WAIT)

        assert unchanged == 1
        assert log.reads > unchanged


async def test_while_the_database_fails_staleness_grows(register: SqlRegister) -> None:
    now = [100.0]
    log = Breakable(register, broken=True)
    with capture_logs():
        async with following(log, poll=0.001, clock=lambda: now[0]) as follower:
            now[0] = 107.0
            await log.failed.wait()

            assert follower.staleness() == 7.0


async def test_the_same_revisions_with_another_past_are_loaded_anew(
    register: SqlRegister, tmp_path: Path
) -> None:
    await _put(register, board(1))
    log, elsewhere = Breakable(register), tmp_path / "elsewhere"
    elsewhere.mkdir()
    with capture_logs():
        async with open_register(elsewhere) as other, following(log, poll=0.001) as follower:
            await log.read.wait()
            await _put(other, board(2))
            await _put(other, board(3))
            log.log = other
            await follower.reached(2, timeout=LONGEST_WAIT)

            assert (board(2), board(3)) == follower.table.facts


async def test_without_a_table_nothing_is_decided(register: SqlRegister) -> None:
    follower = Follower(register, Seen.load, clock=time.monotonic)

    with pytest.raises(Refused, match="REGISTRY_STALE"):
        _ = follower.table


async def test_the_head_is_read_from_the_database_and_not_remembered(
    register: SqlRegister, registry_url: str
) -> None:
    async with register_at(registry_url) as other, following(register) as follower:
        await _put(other, board(1))

        assert await follower.head_revision() == 1


async def test_the_real_table_follows(register: SqlRegister) -> None:
    follower = Follower(register, Table.load, clock=time.monotonic, poll=NEVER)
    await follower.start()
    try:
        await follower.reached(
            await _put(register, party(NOORD.oin, "Noord")), timeout=LONGEST_WAIT
        )

        assert party(NOORD.oin, "Noord") == follower.table.party(NOORD.oin)
    finally:
        await follower.stop()
