"""Whether a decision still stands when a forward begins (design.md#staleness).

What the register was asked before a claim says nothing of what came later, and
dialling may take seconds. So an answer about the register's head counts for
`BELIEVED` seconds, and whoever forbids forwards is answered no sooner than
`WITHHELD` seconds after the commit: then every forward that did not know of it
has begun before. No two clocks are compared.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from wissel.routing.deciding.decision import Route
from wissel.routing.refusals.errors import Refused
from wissel.routing.refusals.reasons import Reason
from wissel.server.courier.ports import Tables

BELIEVED: Final = 0.5
"""Seconds for which a look at the register's head may be relied on."""

WITHHELD: Final = 0.6
"""Seconds: those and a little more, for the stamp to be signed and sent."""

_LOOKS: Final = 5
"""A process that is busy may find that a look took too long to be relied on."""


async def standing(tables: Tables, route: Route, asked: float, again: Callable[[], Route]) -> Route:
    """Return `route` itself if it stands at this moment, else the same way on newer facts.

    `asked` is when, on the loop's clock, the head was looked at and held
    nothing that is newer than the route. `again` decides anew, on the facts in
    memory, and raises `Refused` for what is not allowed any more.

    Raises `Refused(CONTENTION)` if the way is another one now, and
    `Refused(REGISTRY_STALE)` if the register does not say soon enough what it holds.
    """
    clock = asyncio.get_running_loop().time
    looks = 0
    while clock() - asked > BELIEVED and tables.staleness() > BELIEVED:
        if looks == _LOOKS:
            raise Refused(Reason.REGISTRY_STALE, retry_after=1.0)
        looks += 1
        asked = clock()
        await tables.reached(await tables.head_revision())
    if tables.table.revision == route.revision:
        return route
    now_route = again()
    if not now_route.unchanged_since(route):
        raise Refused(Reason.CONTENTION, retry_after=1.0)
    return now_route
