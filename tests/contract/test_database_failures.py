"""PostgreSQL says that it cannot: that is no bug of the hub, and nothing of it was made."""

from typing import Final
from uuid import UUID

import psycopg
import pytest

from support.builders.orders import order
from support.builders.register_builders import actor, board
from support.processes import postgres
from support.worlds.journals import JournalWorld
from support.worlds.stores import register_at
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason

FAILING: Final = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON {table} EXECUTE FUNCTION fail();
"""


def failing(table: str, state: str) -> str:
    """Return the URL of a database that takes no rows in this table, with an SQLSTATE as reason."""
    url = postgres.fresh_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FAILING.format(table=table, state=state).encode())
    return url


states = pytest.mark.parametrize(
    "state",
    [
        pytest.param("53100", id="disk full"),
        pytest.param("53200", id="out of memory"),
        pytest.param("58030", id="disk broken"),
    ],
)


@states
async def test_a_change_that_cannot_be_stored_is_refused_as_unavailable(state: str) -> None:
    async with register_at(failing("registry_event", state)) as register:
        with pytest.raises(Refused) as refused:
            async with register.transaction(actor()) as transaction:
                await transaction.put(board(1))

        assert Reason.DATABASE_UNAVAILABLE == refused.value.reason
        assert 0 == await register.head_revision()


@states
@pytest.mark.parametrize("table", ["delivery", "delivery_entry"])
async def test_a_message_that_cannot_be_recorded_is_not_accepted(table: str, state: str) -> None:
    journal = JournalWorld(failing(table, state)).open()

    with pytest.raises(Refused) as refused:
        await journal.claim(order(message_id=UUID(int=1)))

    assert Reason.RECORD_UNAVAILABLE == refused.value.reason
    assert await journal.find(order().sender_oin, UUID(int=1)) is None
    await journal.close()
