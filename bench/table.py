"""The size of the table of a seeded register, and how fast it loads, follows and decides."""

import datetime as dt
import gc
import json
import os
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Final

import orjson
from sqlalchemy import make_url

from bench.method import resident
from bench.world import LAS_NOORD, LAS_ZUID, PER_SCHOOL, brins, facts
from wissel.clients.testing.cast import NOORD
from wissel.routing.deciding.decide import decide
from wissel.routing.deciding.decision import Route
from wissel.routing.deciding.query import Asker, Query
from wissel.routing.facts import Endpoint, Mandate, Role
from wissel.routing.table import Table
from wissel.routing.values.identifiers import Brin, ServiceCode
from wissel.server.memory import freeze_facts, use_huge_pages
from wissel.server.store.register import event_log
from wissel.server.store.register.projection import PROJECTIONS

_URL: Final = "https://las.example:8443"
_ON: Final = dt.date(2026, 9, 1)
_EVENTS: Final = 200
_BATCHES: Final = 400
_BATCH: Final = 50
_SERVICE: Final = ServiceCode("OSO_OV")
_VENDOR: Final = Asker(oin=NOORD.oin, role=Role.VENDOR, system_ids=(LAS_NOORD, LAS_ZUID))


def queries(schools: Sequence[Brin], count: int, source: random.Random) -> list[Query]:
    """Return questions that each have a route, about schools all over the register."""
    return [
        Query(
            asker=_VENDOR,
            sender=Brin(str(source.choice(schools))),
            receiver=Brin(str(source.choice(schools))),
            service=_SERVICE,
        )
        for _ in range(count)
    ]


def deciding(table: Table, schools: Sequence[Brin]) -> float:
    """Return the microseconds that a decision takes: the median of many small batches.

    Schools are drawn at random, so that most of what is read is not in the
    processor's cache; each batch of questions is new, like those of calls.
    """
    source = random.Random(1)  # noqa: S311 - the same each time
    batches = []
    for _ in range(_BATCHES):
        asked = queries(schools, _BATCH, source)
        started = time.perf_counter()
        decided = [decide(table, query, _ON) for query in asked]
        batches.append((time.perf_counter() - started) / _BATCH * 1e6)
        if not all(isinstance(one, Route) for one in decided):
            raise RuntimeError("a question without a route")
    return statistics.median(batches)


def following(table: Table) -> float:
    """Return the microseconds that an event of a mandate and its endpoint takes."""
    pair = [fact for fact in facts(PER_SCHOOL, _URL) if isinstance(fact, Mandate | Endpoint)][:2]
    started = time.perf_counter()
    for revision in range(2, 2 + _EVENTS):
        table = table.with_facts(revision, pair)
    return (time.perf_counter() - started) / _EVENTS * 1e6


def reference_load(url: str) -> float:
    """Return the seconds that reading all rows of the register and decoding their JSON takes.

    It uses only sqlite3 and orjson and drops each value at once, so it is the least
    that loading the table could take.
    """
    gc.disable()
    started = time.perf_counter()
    with closing(sqlite3.connect(make_url(url).database or "")) as connection:
        for projection in PROJECTIONS.values():
            query = f"SELECT body FROM {projection.table.name}"  # noqa: S608 - our own table
            for (body,) in connection.execute(query):
                orjson.loads(body)
    return time.perf_counter() - started


def measured(url: str) -> dict[str, float]:
    """Return the figures of the table of the register at `url`."""
    before, started = resident(os.getpid()), time.perf_counter()
    table = event_log.load(url, Table.load)
    loading = time.perf_counter() - started
    freeze_facts()
    use_huge_pages()
    schools = [brin for brin in brins() if table.organisation(brin)]
    mandates = len(schools) * PER_SCHOOL
    return {
        "load_seconds_1m": loading,
        "table_bytes_per_mandate": (resident(os.getpid()) - before) / mandates,
        "decide_us_1m": deciding(table, schools),
        "event_us": following(table),
        "mandates": mandates,
    }


def main(what: str, url: str) -> None:
    """Print figures as JSON: of the `table`, or of the `reference` for loading it.

    `url` is a SQLite database made by `bench.hub.seed`. Each is measured in a
    process of its own, as its memory is part of the answer.
    """
    figures = measured(url) if what == "table" else {"reference_seconds": reference_load(url)}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
