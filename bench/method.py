"""Comparing two servers on a machine whose speed drifts.

Both run all the time. Rounds of a few seconds go A B A B …, so that a slow moment
hits both. What counts is the median of the paired ratios, with its quartiles;
the server's CPU time per call stands beside it.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

Call = Callable[[], Awaitable[None]]
"""One call from start to end; raises if the server did not do its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A server under load: one call, and the processes that serve it."""

    call: Call
    pids: Sequence[int]
    concurrency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The calls that one round made, its duration and the server's processor time."""

    calls: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Calls per second."""
        return self.calls / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Rounds of ours and of the bare reference, pair by pair."""

    ours: Sequence[Round]
    bare: Sequence[Round]

    @property
    def ratios(self) -> list[float]:
        """Ours ÷ bare for each pair."""
        return [a.rate / b.rate for a, b in zip(self.ours, self.bare, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the paired ratios: the figure that counts."""
        return statistics.median(self.ratios)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The first and the third quartile of the paired ratios."""
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return low, high

    def row(self, key: str, bare: str = "bare") -> str:
        """Return one printed line; `bare` is what ours is compared with."""
        low, high = self.quartiles
        return (
            f"{key:<24} {self.ratio:5.2f}  (quartiles {low:.2f} to {high:.2f}, "
            f"{len(self.ours)} pairs)  ours {_rate(self.ours):,.0f} calls/s at "
            f"{_cpu(self.ours):,.0f} µs CPU, {bare} {_rate(self.bare):,.0f} at "
            f"{_cpu(self.bare):,.0f}"
        )


async def compare(ours: Subject, bare: Subject, *, rounds: int, seconds: float) -> Comparison:
    """Run `rounds` pairs of rounds of `seconds` each, after one of each that is not counted."""
    for subject in (bare, ours):
        await _round(subject, seconds / 2)
    pairs = [(await _round(bare, seconds), await _round(ours, seconds)) for _ in range(rounds)]
    return Comparison(ours=[pair[1] for pair in pairs], bare=[pair[0] for pair in pairs])


async def _round(subject: Subject, seconds: float) -> Round:
    before, start = cpu_seconds(subject.pids), time.monotonic()
    calls = await drive([subject.call] * subject.concurrency, seconds)
    elapsed = time.monotonic() - start
    return Round(calls=calls, seconds=elapsed, cpu_seconds=cpu_seconds(subject.pids) - before)


async def drive(calls: Sequence[Call], seconds: float) -> int:
    """Repeat all calls concurrently for `seconds`; return how many were made."""
    end = time.monotonic() + seconds

    async def caller(call: Call) -> int:
        done = 0
        while time.monotonic() < end:
            await call()
            done += 1
        return done

    return sum(await asyncio.gather(*map(caller, calls)))


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the user and system time that the processes have used, in seconds."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident(pid: int) -> int:
    """Return the bytes that a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def _rate(rounds: Sequence[Round]) -> float:
    return statistics.median(item.rate for item in rounds)


def _cpu(rounds: Sequence[Round]) -> float:
    return statistics.median(1e6 * item.cpu_seconds / item.calls for item in rounds)
