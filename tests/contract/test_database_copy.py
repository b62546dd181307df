"""Everything a hub knows moves to another database, and back, and is the same there."""

import asyncio
import socket
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from support.builders.orders import NOW, order
from support.builders.register_builders import actor, board
from support.processes import postgres
from support.worlds.stores import fresh_sqlite, register_at, sqlite_url
from support.worlds.whole_state import DELIVERIES, fill, rows
from wissel.routing.exchange.delivery import State, Wanted
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.database_copy import Copied, CopyError, copy_database
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.migrate import migrate
from wissel.server.store.register import tables


def silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture(params=["sqlite", "postgres"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, that has no schema yet on SQLite."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "target")
    return postgres.fresh_database()


@pytest.fixture
def filled(registry_url: str) -> str:
    """The URL of a database with something in each kind of table."""
    asyncio.run(fill(registry_url))
    return registry_url


def execute(url: str, statement: str) -> None:
    database = BlockingDatabase.open(url)
    with database.writing() as connection:
        connection.execute(text(statement))
    database.close()


def test_a_copy_holds_everything_and_counts_it(filled: str, target_url: str) -> None:
    copied = copy_database(filled, target_url, silent)

    there = rows(target_url)
    assert there == rows(filled)
    assert copied == Copied(revision=2, rows=sum(len(each) for each in there.values()))
    assert 9 < len(there["registry_event"])
    assert DELIVERIES == len(there["delivery"])


async def test_the_copy_is_gone_on_with(filled: str, target_url: str) -> None:
    """Revisions and the numbers of deliveries continue where the original stood."""
    await asyncio.to_thread(copy_database, filled, target_url, silent)

    async with register_at(target_url) as register, register.transaction(actor()) as transaction:
        await transaction.put(board(1, "later"))
    journal = SqlJournal.open(target_url, lambda: 3, lambda: NOW)
    await journal.claim(order(message_id=UUID(int=100)))
    newest, *others = await journal.page(Wanted(), after=None, limit=10)
    await journal.close()

    assert 3 == transaction.revision
    assert UUID(int=100) == newest.order.message_id
    assert DELIVERIES == len(others)
    assert State.DELIVERED in {each.state for each in others}


def test_there_and_back_is_the_same(filled: str, target_url: str, tmp_path: Path) -> None:
    back = sqlite_url(tmp_path / "back")

    copy_database(filled, target_url, silent)
    copy_database(target_url, back, silent)

    assert rows(back) == rows(filled)


async def test_a_table_longer_than_what_is_held_at_once_is_copied_whole(
    tmp_path: Path, target_url: str
) -> None:
    source = fresh_sqlite(tmp_path)
    async with register_at(source) as register, register.transaction(actor()) as transaction:
        await transaction.put(*(board(number) for number in range(1, 2_002)))

    copied = await asyncio.to_thread(copy_database, source, target_url, silent)

    assert 3 * 2_001 + 1 == copied.rows
    assert rows(source) == rows(target_url)


def test_a_server_may_be_named_after_another_that_is_gone() -> None:
    """As hubs name a primary and its standby."""
    source, target = postgres.fresh_database(), postgres.fresh_database(migrated=False)
    asyncio.run(fill(source))
    names = [postgres.after("/nowhere", 5432, url) for url in (source, target)]

    copy_database(names[0], names[1], silent)

    assert rows(source) == rows(target)


def test_a_host_that_takes_no_connection_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        url = postgres.after("127.0.0.1", port, postgres.fresh_database())
        database = BlockingDatabase.open(url, bounded=False)
        with database.reading() as connection:
            head = connection.scalar(select(tables.HEAD.c.revision))
        database.close()

    assert 0 == head


def test_progress_is_told_by_table(filled: str, target_url: str) -> None:
    told: list[str] = []

    copy_database(filled, target_url, told.append)

    assert "board: 8 rows copied" in told
    assert f"delivery: {DELIVERIES} rows copied" in told
    assert "comparing" == told[-1]


@pytest.mark.parametrize("table", ["registry", "journal"])
def test_a_target_that_is_not_empty_is_refused_and_left_as_it_is(
    filled: str, target_url: str, table: str
) -> None:
    copy_database(filled, target_url, silent)
    if table == "journal":
        execute(target_url, "UPDATE head SET revision = 0")
        for name in tables.METADATA.tables:
            if name != "head":
                execute(target_url, f"DELETE FROM {name}")  # noqa: S608 - names of ours
    before = rows(target_url)

    with pytest.raises(CopyError, match="is not empty"):
        copy_database(filled, target_url, silent)

    assert before == rows(target_url)


def test_a_database_is_not_copied_to_itself(filled: str) -> None:
    with pytest.raises(CopyError, match="is not empty"):
        copy_database(filled, filled, silent)


@pytest.mark.parametrize("url", ["", "registry.db", "mysql://h/d", "postgresql:/x", "sqlite://"])
def test_what_names_no_database_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(CopyError, match="a database is named"):
        copy_database(url, sqlite_url(tmp_path), silent)
    with pytest.raises(CopyError, match="a database is named"):
        copy_database(fresh_sqlite(tmp_path), url, silent)


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(CopyError, match="no such database"):
        copy_database(sqlite_url(tmp_path / "absent"), sqlite_url(tmp_path / "new"), silent)

    assert [] == list(tmp_path.iterdir())


def test_a_source_of_another_schema_is_refused(filled: str, target_url: str) -> None:
    execute(filled, "UPDATE registry_schema SET version_num = '0000'")

    with pytest.raises(CopyError, match="wissel-server migrate"):
        copy_database(filled, target_url, silent)


@pytest.mark.parametrize("change", ["register", "journal"])
def test_a_source_that_goes_on_meanwhile_is_refused(
    filled: str, target_url: str, change: str
) -> None:
    def meddle(told: str) -> None:
        if told != "comparing":
            return
        if change == "register":
            execute(filled, "UPDATE head SET revision = revision + 1")
        else:
            execute(journal_url(filled), "UPDATE delivery_entry SET id = id + 100")

    with pytest.raises(CopyError, match="stop the hub"):
        copy_database(filled, target_url, meddle)

    migrate(target_url)
    there = rows(target_url)
    assert [] == [name for name in there if name != "head" and there[name]]
