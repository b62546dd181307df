"""What is looked for in the journal is found by an index, however much was kept before it."""

import datetime as dt
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Select, text

from support.builders.orders import NOW
from support.worlds.journals import JournalWorld
from wissel.routing.exchange.delivery import ENDS, Wanted
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal.queries import (
    due_query,
    overdue_query,
    page_query,
    uncertain_query,
)
from wissel.server.store.journal.statements import Statements

LIST: Final = "ix_delivery_accepted_sender_oin_message_id"
LEASES: Final = "ix_delivery_state_lease_until"


def plan_of(url: str, query: Select[Any]) -> str:
    """Return how the engine would run a query, if it may not simply read all rows."""
    with BlockingDatabase.open(journal_url(url)) as database, database.reading() as connection:
        compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        return explained(connection, str(compiled))


def explained(connection: Connection, statement: str) -> str:
    """Return the plan of a statement without parameters."""
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN"
        for way in ("seqscan", "bitmapscan", "sort"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
    rows = connection.exec_driver_sql(f"{explain} {statement}".replace("%", "%%"))
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        pytest.param(page_query(Wanted(), None, 100), LIST, id="lists"),
        *(
            pytest.param(due_query(state, NOW, 64), LEASES, id=f"due {state}")
            for state in sorted(ENDS)
        ),
        pytest.param(overdue_query(NOW, 256), LEASES, id="overdue"),
        pytest.param(
            uncertain_query(NOW - dt.timedelta(days=32), None, 256), LEASES, id="uncertain"
        ),
    ],
)
def test_an_index_leads_past_what_was_reduced(
    journals: JournalWorld, query: Select[Any], index: str
) -> None:
    plan = plan_of(journals.url, query)

    condition = ("accepted > 0", "accepted>?") if index == LIST else ("lease_until", "lease_until>")
    assert index in plan
    assert any(each in plan for each in condition)


def test_an_index_leads_to_the_entries_that_are_forgotten(journals: JournalWorld) -> None:
    with (
        BlockingDatabase.open(journal_url(journals.url)) as database,
        database.reading() as connection,
    ):
        sql = database.storage.sql
        statement = Statements(sql).forget_entries(2).replace(sql.mark, "'1'")

        plan = explained(connection, statement)

    assert "ix_delivery_entry_sender_oin_message_id" in plan
