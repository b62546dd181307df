"""How large the table is, and how fast it loads, follows and decides."""

import gc
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from support import worlds as w
from support.queries import vendor
from wissel.routing.decide import decide
from wissel.routing.decision import Query, Route, Selection
from wissel.routing.facts import Endpoint, Fact, Mandate
from wissel.routing.identifiers import Aanleverpunt, Brin, RoutingKey, SystemId, Vestiging
from wissel.routing.table import Table

_PER_SCHOOL: Final = 15
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_SERVICES: Final = ((w.OSO_OV, w.OV_2026), (w.OSO_SWV, w.SWV_2026), (w.RIO, w.RIO_1))


def brin(number: int) -> Brin:
    """Return the BRIN with a number, 0 to 67,599."""
    digits, rest = divmod(number, len(_LETTERS) ** 2)
    first, second = divmod(rest, len(_LETTERS))
    return Brin(f"{digits:02d}{_LETTERS[first]}{_LETTERS[second]}")


def facts(mandates: int, source: random.Random) -> Iterator[Fact]:
    """Yield a register in which each school has fifteen mandates with an endpoint each."""
    yield from w.base()
    for number in range(mandates // _PER_SCHOOL):
        school = brin(number)
        yield w.school(school, w.BOARD_1, *(f"{place:02d}" for place in range(5)))
        for index in range(_PER_SCHOOL):
            yield from _pair(school, index, source)


def _pair(school: Brin, index: int, source: random.Random) -> Iterator[Fact]:
    code, version = _SERVICES[index % len(_SERVICES)]
    place = index // len(_SERVICES)
    system = w.LAS_NOORD if place % 2 else w.LAS_ZUID
    given = Mandate(
        mandate_id=UUID(int=source.getrandbits(128)),
        organisation=school,
        service=code,
        system_id=system,
        period=w.ALWAYS,
        processing=w.A_NOORD.processing,
        created=w.CREATED,
    )
    yield given
    yield Endpoint(
        endpoint_id=UUID(int=source.getrandbits(128)),
        mandate_id=given.mandate_id,
        organisation=school,
        service=code,
        system_id=SystemId(str(system)),
        version=version,
        routing_key=RoutingKey(f"{school.oin[:15]}{index + 1:05d}"),
        url=f"https://{system}.example:8443",
        attribute=w.endpoint(w.A_NOORD, 1).attribute,
        period=w.ALWAYS,
        vestiging=Vestiging(f"{school}{place:02d}"),
        aanleverpunt=Aanleverpunt(str(place)),
    )


def queries(mandates: int, count: int, source: random.Random) -> list[Query]:
    """Return questions that each have a route, about schools all over the register."""
    schools = mandates // _PER_SCHOOL
    return [
        Query(
            asker=vendor(),
            sender=brin(source.randrange(schools)),
            receiver=(receiver := brin(source.randrange(schools))),
            service=w.OSO_OV,
            selection=Selection(vestiging=Vestiging(f"{receiver}{source.randrange(5):02d}")),
        )
        for _ in range(count)
    ]


def resident() -> int:
    """Return the bytes that this process holds in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def main(mandates: int) -> None:
    """Print size, loading time, time per event and time per decision."""
    source = random.Random(1)  # noqa: S311 - the same register each time
    before = resident()
    started = time.perf_counter()
    for _ in facts(mandates, random.Random(1)):  # noqa: S311
        pass
    making = time.perf_counter() - started
    started = time.perf_counter()
    gc.disable()
    table = Table.load(1, facts(mandates, source))
    loading = time.perf_counter() - started - making
    gc.enable()
    gc.collect()
    gc.freeze()
    size = (resident() - before) / mandates
    asked = queries(mandates, 20_000, source)
    rounds: list[float] = []
    decided: list[object] = []
    for _ in range(7):
        started = time.perf_counter()
        decided = [decide(table, query, w.TODAY) for query in asked]
        rounds.append((time.perf_counter() - started) / len(asked) * 1e6)
    assert all(isinstance(one, Route) for one in decided)  # noqa: S101
    pair = list(_pair(brin(7), 0, source))
    started = time.perf_counter()
    for revision in range(2, 202):
        table = table.with_facts(revision, pair)
    following = (time.perf_counter() - started) / 200 * 1e6
    print(f"{mandates} mandates: {size:.0f} B each, load {loading:.1f} s", end=", ")
    print(f"decide {statistics.median(rounds):.2f} µs, event {following:.0f} µs")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
