"""The capacity that a second worker adds.

A grpcio process already uses native threads, so on two cores a second worker
adds no throughput: it is judged by capacity, the calls ÷ the CPU seconds of the
busiest worker (design.md#speed).
"""

import asyncio
import itertools
import socket
import statistics
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc

from bench.bare import channel
from bench.hub import hub, reference, seed
from bench.load import DOSSIER_BYTES, Sender, resolving
from bench.method import Call, cpu_seconds, drive
from bench.world import PER_SCHOOL
from wissel.clients.processes import Service

CONNECTIONS: Final = 32
"""As many as it takes for the kernel to spread them over two workers."""
_MANDATES: Final = 10_000

NewCall = Callable[[grpc.aio.Channel], Call]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Capacity of two workers ÷ that of one, in one pair of rounds.

    `least` is the share of the calls that the worker with fewest of them had,
    `lock` the share of a forward's time in which the journal waits for the
    lock of another process.
    """

    ratio: float
    least: float
    lock: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The results of all pairs of rounds."""

    pairs: Sequence[Pair]

    @property
    def ratio(self) -> float:
        """The median of the paired ratios."""
        return statistics.median(pair.ratio for pair in self.pairs)

    def row(self, key: str, name: str) -> str:
        """Return one printed line."""
        least = min(pair.least for pair in self.pairs)
        lock = statistics.median(pair.lock for pair in self.pairs)
        return (
            f"{key:<24} {self.ratio:5.2f}  {name}, {len(self.pairs)} pairs; no worker had less "
            f"than {least:.0%} of the calls, the lock took {lock:.1%} of a forward"
        )


class Fleet:
    """A hub with some workers under load from `CONNECTIONS` connections."""

    def __init__(self, service: Service, metrics: str, certificates: Path, name: str) -> None:
        self._service = service
        self._metrics = f"http://{metrics}/metrics"
        self._pids = _children(service.pid) or [service.pid]
        self._own = [
            channel(service.address, certificates, name, own=True) for _ in range(CONNECTIONS)
        ]

    async def round(self, new_call: NewCall, seconds: float) -> tuple[float, float, float]:
        """Return the calls per CPU second of the busiest worker, then `least`, `lock` of `Pair`."""
        calls = [new_call(each) for each in self._own]
        before, counted = [cpu_seconds([pid]) for pid in self._pids], await self._counted()
        done = await drive(calls, seconds)
        spent = [cpu_seconds([pid]) - was for pid, was in zip(self._pids, before, strict=True)]
        grown = {
            name: value - counted.get(name, 0) for name, value in (await self._counted()).items()
        }
        shares = [value for name, value in grown.items() if name.startswith("wissel_worker_calls")]
        least = min(shares) / sum(shares) if shares else 1.0
        return done / max(spent), least, _lock_share(grown)

    async def close(self) -> None:
        """Close the connections."""
        for each in self._own:
            await each.close()

    async def _counted(self) -> dict[str, float]:
        def read() -> str:
            with urllib.request.urlopen(self._metrics) as response:  # noqa: S310 - our own hub
                return str(response.read(), "utf-8")

        lines = (await asyncio.to_thread(read)).splitlines()
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}


def spread(folder: Path, certificates: Path, kind: str, *, rounds: int, seconds: float) -> Spread:
    """Compare two workers with one, for `resolve` or `forward`."""
    with ExitStack() as stack:
        las = stack.enter_context(
            reference("bench.receiver", str(certificates), "zuid", log=folder / "las.log")
        )
        fleets = []
        for workers in (1, 2):
            own = folder / f"{kind}-{workers}"
            own.mkdir()
            url = f"sqlite:///{own / 'registry.db'}"
            asyncio.run(seed(url, _MANDATES, f"https://{las.address}"))
            metrics = _free_address()
            log = own / "hub.log"
            service = hub(own, certificates, log, workers=workers, metrics=metrics)
            fleets.append((stack.enter_context(service), metrics))
        return asyncio.run(_spread(fleets, certificates, kind, rounds, seconds))


async def _spread(
    hubs: Sequence[tuple[Service, str]], certificates: Path, kind: str, rounds: int, seconds: float
) -> Spread:
    name = "duo" if kind == "resolve" else "noord"
    one, two = (Fleet(service, metrics, certificates, name) for service, metrics in hubs)

    def new_call(line: grpc.aio.Channel) -> Call:
        if kind == "resolve":
            return resolving(line, _MANDATES // PER_SCHOOL)
        return Sender(line, certificates, DOSSIER_BYTES).call

    pairs = []
    for fleet in (one, two):
        await fleet.round(new_call, seconds / 2)
    for _ in range(rounds):
        alone, _, _ = await one.round(new_call, seconds)
        shared, least, lock = await two.round(new_call, seconds)
        pairs.append(Pair(ratio=shared / alone, least=least, lock=lock))
    await one.close()
    await two.close()
    return Spread(pairs=pairs)


def _lock_share(grown: dict[str, float]) -> float:
    """Return the part of a forward's time in which its two commits wait for the lock."""
    turns = grown.get("wissel_journal_turn_seconds_count", 0)
    waited = grown.get("wissel_journal_turn_seconds_sum", 0)
    method = '{method="/wissel.traffic.v1.TrafficService/ForwardEnvelope"}'
    forwards = grown.get(f"wissel_call_seconds_count{method}", 0)
    took = grown.get(f"wissel_call_seconds_sum{method}", 0)
    return 2 * (waited / turns) / (took / forwards) if turns and forwards else 0.0


def _children(pid: int) -> list[int]:
    """Return the workers of a parent; none if it serves itself."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    found = itertools.chain.from_iterable(each.read_text("ascii").split() for each in lists)
    return [child for child in map(int, found) if _serves(child)]


def _serves(pid: int) -> bool:
    return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def _free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"
