"""The databases that every store contract is run on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.processes import postgres
from support.worlds.journals import JournalWorld
from support.worlds.register_world import World, open_world, world_at
from support.worlds.stores import fresh_sqlite, register_at
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.register.register import SqlRegister


@pytest.fixture(params=["sqlite", "postgres"])
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty, migrated database, on each engine there is."""
    if request.param == "sqlite":
        return fresh_sqlite(tmp_path)
    return postgres.fresh_database()


@pytest.fixture
async def register(registry_url: str) -> AsyncIterator[SqlRegister]:
    """An empty register."""
    async with register_at(registry_url) as opened:
        yield opened


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The small world of the use cases, in a real register."""
    async with open_world(tmp_path) as opened:
        yield opened


@pytest.fixture
async def every_world(registry_url: str) -> AsyncIterator[World]:
    """The same, on each engine there is."""
    async with world_at(registry_url) as opened:
        yield opened


@pytest.fixture
def journals(registry_url: str) -> JournalWorld:
    """A database with an empty journal."""
    return JournalWorld(registry_url)


@pytest.fixture
async def journal(journals: JournalWorld) -> AsyncIterator[SqlJournal]:
    """An open journal."""
    journal = journals.open()
    yield journal
    await journal.close()
