"""What bad neighbours cost the others: the slowest call of a hundred, with and without them.

The others call in an open loop, 50 times a second, however slow the answers are:
routes, and dossiers for a receiver that answers. What a call took is counted from
when it was due. The bad ones (`bench.attack`) are niced and held to half a core,
so that it is the hub that they slow down and not the machine.
"""

import asyncio
import os
import signal
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.attack import NAMED_SCHOOL, SILENT_SCHOOL
from bench.bare import channel
from bench.hub import hub, reference, seed
from bench.load import DOSSIER_BYTES, Sender, resolving
from bench.method import Call, cpu_seconds
from bench.world import PER_SCHOOL
from wissel.clients.processes import Service

_MANDATES: Final = 10_000
_RATE: Final = 50
_SHARE: Final = 0.5
_LOOK_SECONDS: Final = 0.02
_BEGIN_SECONDS: Final = 3.0
"""What the bad ones have to reach their worst, longer than a transfer may wait unnoticed."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The process of the bad ones; they attack while there is an address in `target`."""

    service: Service
    target: Path

    def attack(self, address: str) -> None:
        """Let them begin; an empty address lets them rest."""
        beside = self.target.with_suffix(".new")
        beside.write_text(address, encoding="ascii")
        beside.replace(self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The slowest call of a hundred, in seconds, of each round with the bad ones and without."""

    bad: Sequence[float]
    quiet: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of the paired ratios."""
        return statistics.median(a / b for a, b in zip(self.bad, self.quiet, strict=True))

    def row(self, key: str) -> str:
        """Return the line that is printed."""
        bad, quiet = (1000 * statistics.median(each) for each in (self.bad, self.quiet))
        return (
            f"{key:<24} {self.ratio:8.2f}  times the p99 of a quiet hub "
            f"({len(self.bad)} pairs; {bad:.1f} ms beside {quiet:.1f})"
        )


@contextmanager
def stage(folder: Path, certificates: Path) -> Iterator[tuple[Service, Neighbours]]:
    """Start a hub, a receiver that answers, and the bad ones, held to half a core."""
    target = folder / "target"
    target.write_text("", encoding="ascii")
    pki = str(certificates)
    good = reference("bench.receiver", pki, "zuid", log=folder / "las.log")
    bad = reference("bench.attack", pki, str(target), log=folder / "attack.log")
    with good, bad, _held(bad.pid):
        silent, names = bad.address.split()
        moved = {SILENT_SCHOOL: f"https://{silent}", NAMED_SCHOOL: "https://never.example"}
        url = f"sqlite:///{folder / 'registry.db'}"
        asyncio.run(seed(url, _MANDATES, f"https://{good.address}", moved))
        log = folder / "hub.log"
        with hub(
            folder, certificates, log, NAME_SERVERS=names, MAX_TRANSFERS_PER_OIN=16
        ) as service:
            yield service, Neighbours(bad, target)


async def compare(
    service: Service, bad: Neighbours, certificates: Path, *, rounds: int, seconds: float
) -> Measured:
    """Run so many pairs of rounds, of `seconds` each, after one that is not counted."""
    calls = _calls(service.address, certificates)
    await _round(calls, seconds / 2)
    quiet, attacked = [], []
    for _ in range(rounds):
        quiet.append(await _round(calls, seconds))
        bad.attack(service.address)
        await asyncio.sleep(_BEGIN_SECONDS)
        attacked.append(await _round(calls, seconds))
        bad.attack("")
        await asyncio.sleep(_BEGIN_SECONDS)
    return Measured(bad=attacked, quiet=quiet)


def _calls(address: str, certificates: Path) -> Sequence[Call]:
    """Return what the others do by turns."""
    resolve = resolving(channel(address, certificates, "duo"), _MANDATES // PER_SCHOOL)
    forward = Sender(channel(address, certificates, "noord"), certificates, DOSSIER_BYTES).call
    return [resolve, forward]


async def _round(calls: Sequence[Call], seconds: float) -> float:
    """Make calls for so long, each when it is due; return the slowest of a hundred, in seconds."""
    loop = asyncio.get_running_loop()
    start, count = loop.time(), int(seconds * _RATE)

    async def one(number: int) -> float:
        due = start + number / _RATE
        await asyncio.sleep(due - loop.time())
        await calls[number % len(calls)]()
        return loop.time() - due

    took = await asyncio.gather(*map(one, range(count)))
    return statistics.quantiles(took, n=100)[98]


@contextmanager
def _held(pid: int) -> Iterator[None]:
    """Hold a process to half a core while the block lasts."""
    ended = threading.Event()

    def hold() -> None:
        allowed, looked = cpu_seconds([pid]), time.monotonic()
        while not ended.wait(_LOOK_SECONDS):
            used, now = cpu_seconds([pid]), time.monotonic()
            # What was not used is not saved up.
            allowed = min(allowed + _SHARE * (now - looked), used + _LOOK_SECONDS)
            looked = now
            os.kill(pid, signal.SIGSTOP if used > allowed else signal.SIGCONT)

    holder = threading.Thread(target=hold, name="hold to half a core")
    holder.start()
    try:
        yield
    finally:
        ended.set()
        holder.join()
        os.kill(pid, signal.SIGCONT)
