"""How large the table is, and how fast it loads, follows and decides.

`python -m bench.table 100000` measures that many mandates, each with an endpoint.
"""

import datetime as dt
import gc
import itertools
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.world import LAS_NOORD, LAS_ZUID, NOORD, PER_SCHOOL, brins, facts
from wissel.routing.decide import decide
from wissel.routing.decision import Asker, Query, Route
from wissel.routing.facts import Endpoint, Mandate, Role
from wissel.routing.identifiers import ServiceCode
from wissel.routing.table import Table

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_URL: Final = "https://las.example:8443"
_ON: Final = dt.date(2026, 9, 1)
_EVENTS: Final = 200
_VENDOR: Final = Asker(oin=NOORD, role=Role.VENDOR, system_ids=(LAS_NOORD, LAS_ZUID))


def queries(mandates: int, count: int, source: random.Random) -> list[Query]:
    """Return questions that each have a route, about schools all over the register."""
    schools = list(itertools.islice(brins(), mandates // PER_SCHOOL))
    service = ServiceCode("OSO_OV")
    return [
        Query(
            asker=_VENDOR,
            sender=source.choice(schools),
            receiver=source.choice(schools),
            service=service,
        )
        for _ in range(count)
    ]


def resident() -> int:
    """Return the bytes that this process holds in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def deciding(table: Table, asked: Sequence[Query]) -> float:
    """Return the microseconds that a decision takes: the median of seven rounds."""
    rounds = []
    for _ in range(7):
        started = time.perf_counter()
        decided = [decide(table, query, _ON) for query in asked]
        rounds.append((time.perf_counter() - started) / len(asked) * 1e6)
        if not all(isinstance(one, Route) for one in decided):
            raise RuntimeError("a question without a route")
    return statistics.median(rounds)


def following(table: Table) -> float:
    """Return the microseconds that an event of a mandate and its endpoint takes."""
    pair = [fact for fact in facts(PER_SCHOOL, _URL) if isinstance(fact, Mandate | Endpoint)][:2]
    started = time.perf_counter()
    for revision in range(2, 2 + _EVENTS):
        table = table.with_facts(revision, pair)
    return (time.perf_counter() - started) / _EVENTS * 1e6


def main(mandates: int) -> None:
    """Print size, loading time, time per event and time per decision."""
    if mandates > PER_SCHOOL * sum(1 for _ in brins()):
        raise SystemExit("there are not that many BRINs")
    before, started = resident(), time.perf_counter()
    for _ in facts(mandates, _URL):
        pass
    making = time.perf_counter() - started
    started = time.perf_counter()
    gc.disable()
    table = Table.load(1, facts(mandates, _URL))
    loading = time.perf_counter() - started - making
    gc.enable()
    gc.collect()
    gc.freeze()
    size = (resident() - before) / mandates
    asked = queries(mandates, 20_000, random.Random(1))  # noqa: S311 - the same each time
    print(f"{mandates} mandates: {size:.0f} B each, load {loading:.1f} s", end=", ")
    print(f"decide {deciding(table, asked):.2f} µs, event {following(table):.0f} µs")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
