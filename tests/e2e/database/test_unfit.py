"""A database that a hub cannot use is named with what to do, by every command that opens it."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from support.processes import postgres
from support.processes.hub_process import Place
from support.processes.pgbouncer import pooled
from support.processes.postgres_hubs import at
from support.processes.processes import run
from support.worlds.stores import fresh_sqlite

USAGE = 2
UNREACHABLE = 3
POOLED = (
    "wissel-server: WISSEL_DATABASE_URL: connections do not keep their session between"
    " transactions, as behind a pooler in transaction mode (PgBouncer);"
    " name the PostgreSQL server itself\n"
)

commands = pytest.mark.parametrize("command", ["serve", "migrate"])


@commands
def test_a_pooler_in_transaction_mode(command: str, tmp_path: Path) -> None:
    with pooled(postgres.fresh_database(), pool_mode="transaction") as url:
        place = at(url, Place.make(tmp_path, migrated=False))

        said = run(["wissel-server", command], environ=place.environ, cwd=tmp_path)

    assert (USAGE, POOLED) == said


def test_a_copy_to_a_pooler_in_transaction_mode(tmp_path: Path) -> None:
    source = fresh_sqlite(tmp_path)
    with pooled(postgres.fresh_database(), pool_mode="transaction") as url:
        said = run(["wissel-server", "copy-database", source, url], cwd=tmp_path)

    assert (USAGE, POOLED.replace("WISSEL_DATABASE_URL", url)) == said


@commands
def test_a_server_that_does_not_answer(command: str, tmp_path: Path) -> None:
    nowhere = make_url(postgres.fresh_database()).update_query_dict({"host": "/nowhere"})
    url = nowhere.render_as_string(hide_password=False)
    place = at(url, Place.make(tmp_path, migrated=False))

    code, said = run(["wissel-server", command], environ=place.environ, cwd=tmp_path)

    assert UNREACHABLE == code
    assert said.startswith("wissel-server: WISSEL_DATABASE_URL: the database does not answer: ")
    assert 1 == len(said.splitlines())


def test_a_database_without_tables(tmp_path: Path) -> None:
    """That alone is mended by migrating."""
    place = at(postgres.fresh_database(migrated=False), Place.make(tmp_path, migrated=False))

    said = run(["wissel-server", "serve"], environ=place.environ, cwd=tmp_path)

    lacking = "WISSEL_DATABASE_URL: the database lacks the tables of this version"
    assert (USAGE, f"wissel-server: {lacking}; run: wissel-server migrate\n") == said
