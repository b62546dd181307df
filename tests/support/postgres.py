"""PostgreSQL for the contract suites, where a server is named.

`WISSEL_TEST_POSTGRES_URL` names a database whose user may create databases.
"""

import os
from functools import cache
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from wissel.server.store.engine import driver_url
from wissel.server.store.migrate import migrate

VARIABLE = "WISSEL_TEST_POSTGRES_URL"


def fresh_database() -> str:
    """Return the URL of a new, migrated database; skip the test where there is no server."""
    url = os.environ.get(VARIABLE)
    if not url:
        pytest.skip(f"{VARIABLE} names no PostgreSQL")
    name = f"wissel_{uuid4().hex}"
    _execute(url, f"CREATE DATABASE {name} TEMPLATE {_template(url)}")
    return _named(url, name)


@cache
def _template(url: str) -> str:
    name = f"wissel_template_{uuid4().hex}"
    _execute(url, f"CREATE DATABASE {name}")
    migrate(_named(url, name))
    return name


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, statement: str) -> None:
    engine = create_engine(driver_url(url, asynchronous=False), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
