"""Processes on one PostgreSQL hear of each other's commits without polling."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from support.builders.register_builders import actor, board
from support.eventually import LONGEST_WAIT, eventually_async
from support.processes import postgres
from support.worlds.stores import fresh_sqlite, register_at
from wissel.routing.facts import Fact
from wissel.server.store.database import Database, engine_at
from wissel.server.store.register.follower import Follower
from wissel.server.store.register.register import SqlRegister

NEVER = 3600.0
"""A poll so rare that only a notification can move the follower."""


@dataclass(frozen=True)
class Revision:
    """A table without facts."""

    revision: int

    @classmethod
    def load(cls, revision: int, _facts: Iterable[Fact]) -> Self:
        return cls(revision)

    def with_facts(self, revision: int, _facts: Iterable[Fact]) -> Self:
        return type(self)(revision)


class Ear:
    """Takes note of what was heard."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[int] = asyncio.Queue()

    async def next(self) -> int:
        async with asyncio.timeout(LONGEST_WAIT):
            return await self.heard.get()


@asynccontextmanager
async def listening(url: str, heard: Callable[[int], None] | None = None) -> AsyncIterator[Ear]:
    """An ear, or who else hears, on a connection that has certainly begun to listen."""
    ear = Ear()
    task = asyncio.create_task(engine_at(url).listen(heard or ear.heard.put_nowait))
    try:
        await listened(url)
        yield ear
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def listened(url: str, before: object = None) -> object:
    """Wait until a connection of this database listens; return its process id, not `before`."""
    query = (
        "SELECT min(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state = 'idle' AND query LIKE 'LISTEN%'"
    )
    return await eventually_async(
        lambda: scalar(url, query),
        "a connection listens",
        until=lambda pid: pid not in (None, before),
    )


async def scalar(url: str, statement: str) -> object:
    database = Database.open(url)
    try:
        async with database.writing() as connection:
            return await connection.scalar(text(statement))
    finally:
        await database.close()


async def put(register: SqlRegister, number: int) -> int:
    async with register.transaction(actor()) as transaction:
        await transaction.put(board(number))
    return transaction.revision


@pytest.fixture
def url() -> str:
    return postgres.fresh_database()


async def test_a_commit_is_heard_with_its_revision(url: str) -> None:
    async with register_at(url) as register, listening(url) as ear:
        await put(register, 1)
        await put(register, 2)

        assert [1, 2] == [await ear.next(), await ear.next()]


async def test_what_is_not_committed_is_not_heard(url: str) -> None:
    async with register_at(url) as register, listening(url) as ear:
        async with register.transaction(actor()) as transaction:
            await transaction.put(board(1))
            transaction.discard()
        await put(register, 1)

        assert 1 == await ear.next()
        assert ear.heard.empty()


async def test_a_follower_hears_of_a_commit_elsewhere_without_polling(url: str) -> None:
    async with register_at(url) as register, register_at(url) as other:
        follower = Follower(register, Revision.load, clock=time.monotonic, poll=NEVER)
        await follower.start()
        async with listening(url, follower.learn):
            await put(other, 1)
            await eventually_async(
                lambda: follower.table.revision, "revision 1 is followed", until=lambda r: r >= 1
            )
        await follower.stop()


async def test_a_broken_connection_is_opened_again(url: str) -> None:
    with capture_logs() as lines:
        async with register_at(url) as register, listening(url) as ear:
            before = await listened(url)
            await scalar(url, f"SELECT pg_terminate_backend({before})")
            await listened(url, before)
            await put(register, 1)

            assert 1 == await ear.next()
    assert ["listening failed"] == [line["event"] for line in lines]


async def test_there_is_nothing_to_listen_to_on_sqlite(tmp_path: Path) -> None:
    await engine_at(fresh_sqlite(tmp_path)).listen(Ear().heard.put_nowait)
