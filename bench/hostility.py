"""The stages that measure what strangers and bad neighbours cost."""

import asyncio
from collections.abc import Collection, Iterator
from typing import Final

import uvloop

from bench import hoarding, neighbours, strangers
from bench.figures import Figure
from bench.hub import hub, seed
from bench.method import Comparison
from bench.stage import NOWHERE, Bench

_MANDATES: Final = 10_000


def strangers_cost(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure what a new connection costs whose certificates are refused, at the worst."""
    key = "stranger_cost_ratio"
    strangers.prepare(bench.certificates)
    asyncio.run(seed(f"sqlite:///{bench.folder / 'registry.db'}", _MANDATES, NOWHERE))
    with hub(bench.folder, bench.certificates, bench.folder / "hub.log") as service:

        async def connections() -> Comparison:
            worst, honest = (
                strangers.stranger(service, bench.certificates, name)
                for name in (strangers.WORST, strangers.HONEST)
            )
            return await bench.compared(worst, honest)

        measured = uvloop.run(connections())
    value = strangers.cost_ratio(measured)
    row = f"{key:<24} {value:8.2f}  of the CPU for a connection with an honest chain"
    yield Figure(key=key, value=value, row=row)


def hoarding_stranger(bench: Bench, _: Collection[str]) -> Iterator[Figure]:
    """Measure what a stranger can make the hub hold, above as many idle connections."""
    key = "stranger_memory_mib"
    url, registers = f"sqlite:///{bench.folder / 'registry.db'}", bench.folder
    asyncio.run(seed(url, _MANDATES, NOWHERE))
    tls = strangers.hoarder(bench.certificates)

    def grown(name: str, hoarder: hoarding.Hoarder) -> float:
        """Return the growth of a new hub in MiB: one that has grown before hides it."""
        with hub(registers, bench.certificates, bench.folder / f"{name}.log") as ours:
            grew = uvloop.run(hoarding.hoard(ours.address, ours.pid, tls, hoarder))
        return grew / 2**20

    held = {name: grown(name, hoarder) for name, hoarder in hoarding.KINDS.items()}
    idle = grown("idle", hoarding.idle)
    worst = max(held, key=lambda name: held[name])
    each = ", ".join(f"{name} {size:.0f}" for name, size in held.items())
    row = f"{key:<24} {held[worst] - idle:8.2f}  MiB above {idle:.0f} of idle connections: {each}"
    yield Figure(key=key, value=held[worst] - idle, row=row)


def bad_neighbours(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure what the worst of neighbours cost the others: their slowest call of a hundred."""
    key = "neighbour_p99_ratio"
    strangers.prepare(bench.certificates)
    with neighbours.stage(bench.folder, bench.certificates) as (service, bad):
        measured = uvloop.run(
            neighbours.compare(
                service, bad, bench.certificates, rounds=bench.rounds, seconds=2 * bench.seconds
            )
        )
    yield Figure(key=key, value=measured.ratio, row=measured.row(key))
