"""Both histories bring a database to the schema that the code expects."""

import multiprocessing
import os
import stat
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from structlog.testing import capture_logs

from support.builders.orders import NOW, UNCERTAIN, order
from support.builders.register_builders import actor
from support.worlds import small_world
from support.worlds.journals import ID, ME
from support.worlds.stores import register_at, sqlite_url
from wissel.routing.exchange.delivery import Delivery
from wissel.routing.facts import Mandate, Processing
from wissel.server.registry.mandates.waiting import Waiting, count_waiting
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal import tables as journal_tables
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.migrate import migrate
from wissel.server.store.opening import require_database
from wissel.server.store.register import tables


def _tables(url: str) -> set[str]:
    database = BlockingDatabase.open(url)
    try:
        return set(inspect(database.pool).get_table_names())
    finally:
        database.close()


def _differences(url: str, metadata: MetaData) -> list[object]:
    """What Alembic would still change in the tables that this metadata names."""
    names = set(metadata.tables)
    database = BlockingDatabase.open(url)
    try:
        with database.reading() as connection:
            context = MigrationContext.configure(
                connection,
                opts={"include_name": lambda name, kind, _: kind != "table" or name in names},
            )
            return list(compare_metadata(context, metadata))
    finally:
        database.close()


def test_the_registry_has_exactly_the_tables_of_the_code(registry_url: str) -> None:
    assert _differences(registry_url, tables.METADATA) == []


def test_the_journal_has_exactly_the_tables_of_the_code(registry_url: str) -> None:
    assert _differences(journal_url(registry_url), journal_tables.METADATA) == []


def test_each_sqlite_file_holds_its_own_history(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "data" / "deeper")

    migrate(url)

    assert set(tables.METADATA.tables) | {"registry_schema"} == _tables(url)
    assert "journal_schema" in _tables(journal_url(url))
    assert "registry_schema" not in _tables(journal_url(url))


def test_migrating_again_changes_nothing(registry_url: str) -> None:
    before = _tables(registry_url)

    migrate(registry_url)

    assert before == _tables(registry_url)


def test_processes_that_migrate_at_once_do_not_trip_over_each_other(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)

    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(migrate, [url, url])) == [None, None]

    assert "head" in _tables(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////var/lib/wissel/registry.db", "sqlite:////var/lib/wissel/journal.db"),
        ("sqlite:///registry.db", "sqlite:///journal.db"),
        ("postgresql://u:p@h/wissel", "postgresql://u:p@h/wissel"),
    ],
)
def test_the_journal_lies_beside_the_registry(url: str, expected: str) -> None:
    assert expected == journal_url(url)


async def test_deliveries_of_before_survive_the_digest_of_the_payload(registry_url: str) -> None:
    """They come without one; the next attempt at the same message brings it."""
    journal = SqlJournal.open(registry_url, lambda: 1, lambda: NOW)
    await journal.claim(order())
    await journal.finish(ME, ID, 1, UNCERTAIN)
    database = BlockingDatabase.open(journal_url(registry_url))
    with database.writing() as connection:
        connection.execute(text("DROP INDEX ix_delivery_accepted_sender_oin_message_id"))
        connection.execute(text("ALTER TABLE delivery DROP COLUMN payload_sha256"))
        later = ("session", "key", "miss", "notification", "link")
        for name in ("delivery_outcome", *(f"transfer_{each}" for each in later)):
            connection.execute(text(f"DROP TABLE {name}"))
        connection.execute(text("UPDATE journal_schema SET version_num = '0001'"))
    database.close()

    migrate(registry_url)

    before = await journal.find(ME, ID)
    again, _ = await journal.claim(order())
    await journal.close()
    assert isinstance(before, Delivery)
    assert before.order == order(payload_sha256=b"")
    assert again.order == order()


async def test_a_hub_of_before_that_runs_beside_leaves_nothing_that_waits_unfound(
    registry_url: str,
) -> None:
    """It does not know the column, and writes mandates without it."""
    rio = small_world.services()[2]
    waiting = small_world.mandate(
        small_world.XA, small_world.LAS_NOORD, rio.code, processing=Processing.AWAITING
    )
    done = replace(waiting, mandate_id=small_world.ident("done"), processing=Processing.PROCESSED)
    async with register_at(registry_url) as register:
        async with register.transaction(actor()) as transaction:
            await transaction.put(rio, waiting, done)
        database = BlockingDatabase.open(registry_url)
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE before AS SELECT * FROM mandate"))
            connection.execute(text("DELETE FROM mandate"))
            connection.execute(
                text(
                    "INSERT INTO mandate (key, organisation, service, system_id, revision,"
                    " created_revision, body) SELECT key, organisation, service, system_id,"
                    " revision, created_revision, body FROM before"
                )
            )
        database.close()

        counted = await count_waiting(register, small_world.TODAY)

    assert {rio.code: Waiting(awaiting=1, overdue=0)} == counted


async def test_mandates_of_before_are_found_by_what_their_owner_did(registry_url: str) -> None:
    given = [
        replace(small_world.C_ZUID, mandate_id=small_world.ident(each), processing=each)
        for each in Processing
    ]
    async with register_at(registry_url) as register:
        async with register.transaction(actor()) as transaction:
            await transaction.put(*given)
        database = BlockingDatabase.open(registry_url)
        with database.writing() as connection:
            connection.execute(text("DROP INDEX ix_mandate_processing"))
            connection.execute(text("ALTER TABLE mandate DROP COLUMN processing"))
            _without_agreement_texts(connection)
            _without_receivers_and_postcodes(connection)
            connection.execute(text("UPDATE registry_schema SET version_num = '0002'"))
        database.close()

        migrate(registry_url)

        async with register.snapshot() as snapshot:
            found = [await snapshot.find(Mandate, processing=each.value) for each in Processing]
    assert [[each] for each in given] == found


def _without_agreement_texts(connection: Connection) -> None:
    """Take back what revision 0004 of the register added."""
    for name in ("agreement_document", "agreement_acceptance", "agreement_text"):
        connection.execute(text(f"DROP TABLE {name}"))
    for name in ("signer", "last_day"):
        connection.execute(text(f"DROP INDEX ix_agreement_{name}"))
        connection.execute(text(f"ALTER TABLE agreement DROP COLUMN {name}"))


def _without_receivers_and_postcodes(connection: Connection) -> None:
    """Take back what revisions 0005 to 0008 of the register added."""
    for name in ("ping_round", "receiver", "postcode_area", "system_key"):
        connection.execute(text(f"DROP TABLE {name}"))


def test_a_new_database_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        migrate(f"sqlite:///{tmp_path / 'data' / 'registry.db'}")
    finally:
        os.umask(before)

    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "data").iterdir()}
    assert {"registry.db", "journal.db"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_database_that_others_may_read_is_told_at_the_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'data' / 'registry.db'}"
    migrate(url)
    (tmp_path / "data" / "journal.db").chmod(0o644)

    with capture_logs() as lines:
        require_database(url)

    told = [(line["file"], line["mode"]) for line in lines if line["event"] == "open_to_others"]
    assert told == [(str(tmp_path / "data" / "journal.db"), "0644")]
