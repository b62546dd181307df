"""How long a forecast of 90 days takes, in a register of 100,000 mandates with endpoints."""

import asyncio
import datetime as dt
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from typing import Final

from bench.impact import MANDATES, register
from wissel.clients.testing.cast import OPERATOR
from wissel.routing.deciding.forecast.changes import Extent
from wissel.routing.deciding.forecast.forecast import concerning
from wissel.routing.deciding.impact.impact import EVERYTHING
from wissel.routing.facts import Fact, Mandate, Service
from wissel.routing.table import Table
from wissel.routing.values.days import Period
from wissel.server.memory import freeze_facts
from wissel.server.rpc.requests.impacts import SECONDS, Impacts
from wissel.server.rpc.requests.paging import MAX_SIZE, page_of
from wissel.server.rpc.services.routes.forecasting import Asked, work_out
from wissel.traffic.v1 import route_service_pb2 as pb

_TODAY: Final = dt.date(2026, 9, 1)
_DAYS: Final = 90
_ENDING: Final = 10
"""Of so many mandates one ends within those days."""
_RETIRES: Final = dt.date(2026, 11, 14)
_ROUNDS: Final = 3


def world() -> Iterator[Fact]:
    """Yield the register: each tenth mandate ends, and a version of OSO_OV retires."""
    number = 0
    for fact in register():
        if isinstance(fact, Mandate):
            number += 1
            if number % _ENDING == 0:
                last = _TODAY + dt.timedelta(days=number % _DAYS)
                yield replace(fact, period=Period(fact.period.start, last))
                continue
        if isinstance(fact, Service) and fact.code == "OSO_OV":
            *others, latest = fact.versions
            retiring = replace(latest, period=Period(latest.period.start, _RETIRES))
            yield replace(fact, versions=(*others, retiring))
            continue
        yield fact


async def seconds(table: Table) -> float:
    """Return how long a page of all that changes takes, as a call works it out."""
    extent = Extent(
        today=_TODAY, until=_TODAY + dt.timedelta(days=_DAYS), concerns=concerning(EVERYTHING)
    )
    page = page_of(pb.ForecastRoutesRequest(page_size=MAX_SIZE))
    asked = Asked(table=table, viewer=EVERYTHING, extent=extent, page=page, after="")
    started = time.perf_counter()
    found = await Impacts().in_turn(OPERATOR.oin, lambda: work_out(asked, SECONDS, Event()))
    taken = time.perf_counter() - started
    if found.total.total.senders.lost != MANDATES // _ENDING or len(found.events) != MAX_SIZE:
        raise RuntimeError("not what ends")
    return taken


def main() -> None:
    """Print the seconds as JSON: the least of some rounds."""
    table = Table.load(1, world())
    freeze_facts()
    taken = min(asyncio.run(seconds(table)) for _ in range(_ROUNDS))
    print(json.dumps({"ninety_days": round(taken, 2)}))


if __name__ == "__main__":
    main()
