"""Everything that a hub keeps: made, and read back to be compared."""

from typing import Final
from uuid import UUID

from sqlalchemy import select

from support.builders.orders import DONE, NOW, order
from support.builders.register_builders import actor, board
from support.worlds.stores import register_at
from wissel.server.registry import catalog
from wissel.server.store.database import BlockingDatabase, journal_url
from wissel.server.store.journal import tables as journal_tables
from wissel.server.store.journal.journal import SqlJournal
from wissel.server.store.register import tables

DELIVERIES: Final = 3
_EVERY: Final = (*tables.METADATA.sorted_tables, *journal_tables.METADATA.sorted_tables)


async def fill(url: str) -> None:
    """Bring an empty register to revision 2, and its journal to some deliveries."""
    async with register_at(url) as register:
        async with register.transaction(actor(request_id=str(UUID(int=9)))) as transaction:
            await transaction.put(*(board(number) for number in range(1, 9)))
            transaction.answer_with(b"\x00answer")
        async with register.transaction(actor()) as transaction:
            await catalog.seed(transaction)
            await transaction.put(board(1, "hernoemd: \u00e9\u00ef\u0142"))
    journal = SqlJournal.open(url, lambda: 2, lambda: NOW)
    for number in range(DELIVERIES):
        await journal.claim(order(message_id=UUID(int=number)))
    await journal.finish(order().sender_oin, UUID(int=1), 1, DONE)
    await journal.close()


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all there is, by table."""
    found = {}
    for table in _EVERY:
        place = url if table.metadata is tables.METADATA else journal_url(url)
        database = BlockingDatabase.open(place)
        with database.reading() as connection:
            query = select(table).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
        database.close()
    return found
