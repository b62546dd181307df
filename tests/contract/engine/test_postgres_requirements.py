"""What a hub cannot do without is asked of PostgreSQL, and of a pooler before it, at the start."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy.engine import make_url

from support.processes import postgres
from support.processes.pgbouncer import pooled
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.store.database import engine_at
from wissel.server.store.engine import LOCK_TIMEOUT, EngineUnfit
from wissel.server.store.postgres import requirements

TRANSACTION = {"pool_mode": "transaction"}
LENIENT = {"ignore_startup_parameters": "options"}
"""Let a hub connect, and pay no attention to the settings that it asks for."""


@pytest.fixture
def url() -> str:
    """An empty database: what an engine can do is known before it has a schema."""
    return postgres.fresh_database(migrated=False)


@contextmanager
def session(url: str) -> Iterator[requirements.Session]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_a_server_of_today_is_fit(url: str) -> None:
    engine_at(url).require_fit()


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="as installed"),
        pytest.param(LENIENT, id="lenient"),
        pytest.param(LENIENT | {"server_round_robin": "1"}, id="round robin"),
        pytest.param(LENIENT | {"default_pool_size": "1"}, id="one connection"),
    ],
)
def test_a_pooler_in_transaction_mode_is_named_with_its_fix(
    url: str, settings: dict[str, str]
) -> None:
    with pooled(url, **TRANSACTION, **settings) as pooler, pytest.raises(EngineUnfit) as unfit:
        engine_at(pooler).require_fit()

    said = "a pooler in transaction mode (PgBouncer); name the PostgreSQL server itself"
    assert str(unfit.value).endswith(said)


def test_a_pooler_in_transaction_mode_is_found_among_other_clients(url: str) -> None:
    """They hold connections of the pool, and have released others."""
    with (
        pooled(url, **TRANSACTION, **LENIENT) as pooler,
        session(pooler) as one,
        session(pooler) as other,
        one.transaction(),
    ):
        one.execute("SELECT 1")
        with other.transaction():
            other.execute("SELECT 1")
        with pytest.raises(EngineUnfit, match="transaction mode"):
            engine_at(pooler).require_fit()


def test_a_pooler_that_drops_the_settings_of_a_session_is_named(url: str) -> None:
    with (
        pooled(url, pool_mode="session", **LENIENT) as pooler,
        pytest.raises(EngineUnfit, match="lock_timeout"),
    ):
        engine_at(pooler).require_fit()


def test_a_pooler_that_refuses_the_settings_of_a_session_is_named(url: str) -> None:
    with (
        pooled(url, pool_mode="session") as pooler,
        pytest.raises(EngineUnfit, match="lock_timeout"),
    ):
        engine_at(pooler).require_fit()


def test_a_pooler_in_session_mode_is_fit_where_the_database_has_the_settings(url: str) -> None:
    with session(url) as connection:
        for name, milliseconds in requirements.session_settings(LOCK_TIMEOUT).items():
            connection.execute(
                f"ALTER DATABASE {make_url(url).database} SET {name} = {milliseconds}".encode()
            )

    with pooled(url, pool_mode="session", **LENIENT) as pooler:
        engine_at(pooler).require_fit()


def test_what_is_only_read_may_come_through_a_pooler(url: str) -> None:
    with pooled(url, **TRANSACTION) as pooler:
        engine_at(pooler).require_fit(writing=False)


def test_a_database_that_takes_no_writes_is_named(url: str) -> None:
    with session(url) as connection:
        name = make_url(url).database
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())

    with pytest.raises(EngineUnfit, match="takes no writes; name the primary"):
        engine_at(url).require_fit()


def test_a_listener_that_does_not_hear_is_an_engine_without_notifications(url: str) -> None:
    """Notifications stay within one database: the listener of another one hears nothing."""
    with (
        session(postgres.fresh_database(migrated=False)) as listener,
        session(url) as teller,
        pytest.raises(EngineUnfit, match=r"\(NOTIFY\) is not heard .* \(LISTEN\)"),
    ):
        requirements.require_notifications(listener, teller, seconds=0.2)


@pytest.mark.parametrize(("version", "there"), [(9_06_24, "9.6"), (9_05_00, "9.5")])
def test_a_server_that_is_too_old_is_named_with_what_is_needed(version: int, there: str) -> None:
    with pytest.raises(EngineUnfit) as unfit:
        requirements.require_version(version)

    said = f"the server is PostgreSQL {there}, and a hub needs 10 or later; upgrade it"
    assert said == str(unfit.value)


def test_the_oldest_server_is_taken() -> None:
    requirements.require_version(10_00_00)


def test_a_server_that_does_not_answer_is_unavailable(url: str) -> None:
    nowhere = make_url(url).update_query_dict({"host": "/nowhere"})

    with pytest.raises(Refused) as refused:
        engine_at(nowhere.render_as_string(hide_password=False)).require_fit()

    assert Reason.DATABASE_UNAVAILABLE is refused.value.reason
