"""The stages of the benchmark: each starts its processes, measures figures, and stops them."""

import asyncio
import json
import math
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import repeat
from typing import Final

import uvloop

from bench import importing, large, workers
from bench.copying import copying
from bench.fetching import start_sessions
from bench.figures import Figure
from bench.history import histories
from bench.hostility import bad_neighbours, hoarding_stranger, strangers_cost
from bench.hub import hub, reference, seed
from bench.load import DOSSIER_BYTES, FROM_NOORD
from bench.method import Comparison
from bench.overview import LOCATIONS, overview_seconds
from bench.revocation import revocation_ms
from bench.stage import NOWHERE, Bench
from bench.watching import watch_lag
from wissel.clients.processes import Service

_MANDATES: Final = 10_000
_MILLION: Final = 1_000_000
_FETCHES_A_SECOND: Final = 3_000
"""More than any machine makes: so many sessions are there before."""
_OF_THE_TABLE: Final = (
    "decide_us_1m",
    "table_bytes_per_mandate",
    "load_seconds_1m",
    "load_ratio_1m",
)


def beside_bare(bench: Bench, wanted: Collection[str]) -> Iterator[Figure]:
    """Compare with bare gRPC: a route, a dossier of 175 kB, one of 25 MiB, one that is fetched."""
    folder, pki = bench.folder, str(bench.certificates)
    with ExitStack() as stack:

        def started(name: str, *arguments: str) -> Service:
            return stack.enter_context(reference(*arguments, log=folder / f"{name}.log"))

        las = started("las", "bench.receiver", pki, "zuid")
        bare_las = started("bare-las", "bench.bare", "receiver", pki)
        url = f"sqlite:///{folder / 'registry.db'}"
        source = started("source", "bench.source", pki)
        bare_source = started("bare-source", "bench.source", pki)
        to_source = {FROM_NOORD.sender: f"https://{source.address}"}
        asyncio.run(seed(url, _MANDATES, f"https://{las.address}", to_source))
        ours = stack.enter_context(hub(folder, bench.certificates, folder / "hub.log"))
        echo = started("echo", "bench.bare", "echo", pki)
        relay = started("relay", "bench.bare", "relay", pki, bare_las.address)
        bare_fetch = started("fetch", "bench.bare", "fetch-relay", pki, bare_source.address)

        async def resolves() -> Comparison:
            return await bench.compared(
                bench.resolver(ours, _MANDATES), bench.resolver(echo, _MANDATES)
            )

        async def forwards(size: int) -> Comparison:
            return await bench.compared(bench.forwarder(ours, size), bench.forwarder(relay, size))

        async def fetches() -> Comparison:
            seconds = math.ceil((bench.rounds + 1) * bench.seconds)
            sessions = start_sessions(url, seconds * _FETCHES_A_SECOND)
            return await bench.compared(
                bench.fetcher(ours, iter(sessions)), bench.fetcher(bare_fetch, repeat(sessions[0]))
            )

        if (key := "resolve_ratio_10k") in wanted:
            yield _ratio(key, uvloop.run(resolves()))
        if (key := "forward_175k_ratio") in wanted:
            yield _ratio(key, uvloop.run(forwards(DOSSIER_BYTES)))
        if (key := "forward_25m_ratio") in wanted:
            yield _ratio(key, uvloop.run(forwards(large.LARGE_BYTES)))
        if (key := "fetch_ratio") in wanted:
            yield _ratio(key, uvloop.run(fetches()))


def million(bench: Bench, wanted: Collection[str]) -> Iterator[Figure]:
    """Measure a register of a million mandates with an endpoint each: in memory, and served."""
    folders = {size: bench.at(f"{size}-mandates") for size in (_MILLION, _MANDATES)}
    urls = {size: f"sqlite:///{folder / 'registry.db'}" for size, folder in folders.items()}
    asyncio.run(seed(urls[_MILLION], _MILLION, NOWHERE))
    if set(_OF_THE_TABLE).intersection(wanted):
        yield from (one for one in _in_memory(urls[_MILLION]) if one.key in wanted)
    if (key := "resolve_1m_to_10k") not in wanted:
        return
    asyncio.run(seed(urls[_MANDATES], _MANDATES, NOWHERE))
    with ExitStack() as stack:
        large_hub, small_hub = (
            stack.enter_context(hub(folder, bench.certificates, folder / "hub.log"))
            for folder in folders.values()
        )

        async def resolves() -> Comparison:
            return await bench.compared(
                bench.resolver(large_hub, _MILLION), bench.resolver(small_hub, _MANDATES)
            )

        yield _ratio(key, uvloop.run(resolves()), bare="10,000")


def _in_memory(url: str) -> Iterator[Figure]:
    """Measure the table, with the reference for its loading before and after it."""
    before = _measured("reference", url)
    table = _measured("table", url)
    after = _measured("reference", url)
    reference = (before["reference_seconds"] + after["reference_seconds"]) / 2
    seconds = table["load_seconds_1m"]
    for key, value, unit in (
        ("decide_us_1m", table["decide_us_1m"], "µs for a decision about any two schools"),
        (
            "table_bytes_per_mandate",
            table["table_bytes_per_mandate"],
            "bytes for a mandate with its endpoint",
        ),
        ("load_seconds_1m", seconds, f"s to load the table; {reference:.2f} with orjson alone"),
        ("load_ratio_1m", seconds / reference, "times the reading and decoding with orjson alone"),
    ):
        yield Figure(key=key, value=value, row=f"{key:<24} {value:8.2f}  {unit}")


def _measured(what: str, url: str) -> dict[str, float]:
    return _figures("bench.table", what, url)


def _figures(*module: str) -> dict[str, float]:
    """Return what a process of its own has measured."""
    command = [sys.executable, "-m", *module]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def memory(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure the memory of 64 large transfers, with a receiver that takes all, and with none."""
    key, worst = "forward_25m_memory_mib", 0.0
    rows = []
    for stalled in (False, True):
        measured = large.memory(bench.folder, bench.certificates, stalled=stalled)
        worst = max(worst, measured.peak)
        rows.append(measured.row(key, "stalled" if stalled else "moving"))
    yield Figure(key=key, value=worst, row="\n".join(rows))


def two_workers(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure the capacity of two workers, of resolving and of forwarding; the smaller counts."""
    key, least, rows = "workers_2_capacity_ratio", math.inf, []
    for kind in ("resolve", "forward"):
        measured = workers.spread(
            bench.at(kind), bench.certificates, kind, rounds=bench.rounds, seconds=bench.seconds
        )
        least = min(least, measured.ratio)
        rows.append(measured.row(key, kind))
    yield Figure(key=key, value=least, row="\n".join(rows))


def revocation(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure how long two workers under load still admit a revoked certificate."""
    key, value = "revocation_ms", revocation_ms(bench.folder, bench.certificates)
    row = f"{key:<24} {value:8.1f}  ms from its answer to the last call let in, of all workers"
    yield Figure(key=key, value=value, row=row)


def overviews(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure publishing who is connected, from the running hub to the files."""
    key, value = "overview_seconds", overview_seconds(bench.folder, bench.certificates)
    row = f"{key:<24} {value:8.2f}  s for {LOCATIONS:,} locations, the slowest of several"
    yield Figure(key=key, value=value, row=row)


def copies(bench: Bench, wanted: Collection[str]) -> Iterator[Figure]:
    """Measure copying a mandate to 1,000 schools, and what other writers wait meanwhile."""
    measured = copying(bench.folder, bench.certificates)
    for key, value, unit in (
        ("copy_1000_seconds", measured.seconds, "s for preview and copy, the slowest of several"),
        ("copy_lock_ms", measured.lock_ms, "ms that another writer took meanwhile, at most"),
    ):
        if key in wanted:
            yield Figure(key=key, value=value, row=f"{key:<24} {value:8.2f}  {unit}")


def watches(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure how soon those who watch are told of a change, at two workers."""
    key = "watch_lag_ms"
    measured = watch_lag(bench.folder, bench.certificates)
    yield Figure(key=key, value=measured.slowest, row=measured.row(key))


def _ratio(key: str, measured: Comparison, bare: str = "bare") -> Figure:
    return Figure(key=key, value=measured.ratio, row=measured.row(key, bare))


def ahead(_bench: Bench, wanted: Collection[str]) -> Iterator[Figure]:
    """Measure how long it takes to tell what a change would do, and what the days to come bring."""
    for key in ("impact_100k_seconds", "forecast_100k_seconds"):
        if key in wanted:
            measured = _figures(f"bench.{key.partition('_')[0]}")
            each = ", ".join(f"{name} {value:.2f}" for name, value in measured.items())
            slowest = max(measured.values())
            yield Figure(key=key, value=slowest, row=f"{key:<24} {slowest:8.2f}  s, of {each}")


def imports(bench: Bench, _wanted: Collection[str]) -> Iterator[Figure]:
    """Measure importing DUO's own files, if they lie here."""
    key, (earlier, others) = "import_seconds", importing.files()
    if not (earlier and others):
        sys.stderr.write(f"{key} is not measured: DUO's own files are not here\n")
        return
    value = importing.import_seconds(bench.folder, bench.certificates)
    row = f"{key:<24} {value:8.2f}  s for {len(earlier) + len(others)} files of DUO"
    yield Figure(key=key, value=value, row=row)


def dossiers(_bench: Bench, wanted: Collection[str]) -> Iterator[Figure]:
    """Measure checking a dossier beside reading it and validating it against the XSD alone."""
    measured = _figures("bench.dossiers")
    if not measured:
        sys.stderr.write("no dossier is checked: the OSO gegevensset is not here\n")
        return
    for key, row in (
        ("dossier_check_ms", "ms for 175 kB with XSD and rules; {kept_ms:.1f} with a kept XSD"),
        ("dossier_check_ratio", "times reading and XSD alone; {kept_ratio:.1f} with a kept XSD"),
    ):
        if key in wanted:
            value, said = measured[key], row.format(**measured)
            yield Figure(key=key, value=value, row=f"{key:<24} {value:8.2f}  {said}")


STAGES: Final[Mapping[Callable[[Bench, Collection[str]], Iterator[Figure]], Sequence[str]]] = {
    beside_bare: ("resolve_ratio_10k", "forward_175k_ratio", "forward_25m_ratio", "fetch_ratio"),
    memory: ("forward_25m_memory_mib",),
    two_workers: ("workers_2_capacity_ratio",),
    revocation: ("revocation_ms",),
    strangers_cost: ("stranger_cost_ratio",),
    hoarding_stranger: ("stranger_memory_mib",),
    bad_neighbours: ("neighbour_p99_ratio",),
    ahead: ("impact_100k_seconds", "forecast_100k_seconds"),
    imports: ("import_seconds",),
    watches: ("watch_lag_ms",),
    overviews: ("overview_seconds",),
    histories: ("history_1m_ms",),
    copies: ("copy_1000_seconds", "copy_lock_ms"),
    dossiers: ("dossier_check_ms", "dossier_check_ratio"),
    million: (*_OF_THE_TABLE, "resolve_1m_to_10k"),
}
"""Which figures each stage gives."""
