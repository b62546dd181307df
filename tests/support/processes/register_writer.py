"""A process that counts up in the register: `register_writer.py <url> <board> <times>`.

Each step reads the board's name as a number and writes it one higher, so a
write that was lost or interleaved shows in the sum.
"""

import asyncio
import datetime as dt
import sys

from wissel.clients.testing.cast import OPERATOR
from wissel.routing.facts import Board
from wissel.routing.values.identifiers import BoardNumber
from wissel.server.registry.ports import Actor
from wissel.server.store.database import Database
from wissel.server.store.register.register import SqlRegister

ACTOR = Actor(caller=OPERATOR.oin, method="count")


async def count_up(register: SqlRegister, number: str, times: int) -> None:
    """Add one to the number in the board's name, `times` times."""
    for _ in range(times):
        async with register.transaction(ACTOR) as transaction:
            found = await transaction.get(Board, number)
            so_far = int(found.name) if found else 0
            await transaction.put(Board(number=BoardNumber(number), name=str(so_far + 1)))


async def _main(url: str, number: str, times: int) -> None:
    database = Database.open(url, lock_timeout=20.0)
    try:
        await count_up(SqlRegister(database, clock=_now), number, times)
    finally:
        await database.close()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
