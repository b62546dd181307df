"""How soon those who watch mandates are told of a change, with two workers."""

import asyncio
import datetime as dt
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import grpc

from bench.bare import channel
from bench.hub import hub, seed
from bench.world import PER_SCHOOL
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub

_MANDATES: Final = 10_000
_CHANGES: Final = 200
_WATCHERS: Final = 4
"""As many as one vendor may have: two at each worker."""
_LAST: Final = dt.date(2030, 1, 1)
_PAUSE: Final = 0.02
_OPERATOR: Final = (("wissel-user", "benchmark"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """The milliseconds of each event at each watcher, from the moment of its change.

    That moment is the one that the register records, just before it commits.
    """

    milliseconds: Sequence[float]

    @property
    def slowest(self) -> float:
        """The figure that counts."""
        return max(self.milliseconds)

    def row(self, key: str) -> str:
        """Return one printed line."""
        low, median, high = statistics.quantiles(self.milliseconds, n=4)
        return (
            f"{key:<24} {self.slowest:8.2f}  ms, the slowest of {len(self.milliseconds)} events at "
            f"{_WATCHERS} watchers; median {median:.1f} (quartiles {low:.1f} to {high:.1f})"
        )


def watch_lag(folder: Path, certificates: Path) -> Lag:
    """Change mandates one by one, and measure when each watcher is told."""
    asyncio.run(seed(f"sqlite:///{folder / 'registry.db'}", _MANDATES, "https://127.0.0.1:1"))
    with hub(folder, certificates, folder / "hub.log", workers=2) as service:
        return asyncio.run(_measure(service.address, certificates))


async def _measure(address: str, certificates: Path) -> Lag:
    watchers = [await _watcher(address, certificates) for _ in range(_WATCHERS)]
    reading = [asyncio.create_task(_read(call)) for _, call in watchers]
    async with channel(address, certificates, "operator") as desk:
        for number in range(_CHANGES):
            await _change(desk, number)
            await asyncio.sleep(_PAUSE)
    measured = [each for told in await asyncio.gather(*reading) for each in told]
    for line, _ in watchers:
        await line.close()
    return Lag(milliseconds=measured)


async def _watcher(address: str, certificates: Path) -> tuple[grpc.aio.Channel, Any]:
    """Return a connection on which Noord watches; a worker that has enough of these refuses."""
    while True:
        line = channel(address, certificates, "noord", own=True)
        call = MandateServiceStub(line).WatchMandates(pb.WatchMandatesRequest())
        try:
            await call.read()
        except grpc.aio.AioRpcError:
            await line.close()
        else:
            return line, call


async def _read(call: Any) -> list[float]:
    """Return how many milliseconds after its change each event came."""
    came: list[float] = []
    while len(came) < _CHANGES:
        response: pb.WatchMandatesResponse = await call.read()
        if response.mandates:
            came.append(1e3 * time.time() - response.recorded_time.ToNanoseconds() / 1e6)
    return came


async def _change(desk: grpc.aio.Channel, number: int) -> None:
    """Give one of Noord's mandates, of every other school, another last day."""
    mandate_id = UUID(int=2 * (number * PER_SCHOOL * 2) + 2)
    request = pb.UpdateMandateRequest(
        mandate_id=str(mandate_id), end_date=_LAST.isoformat(), reason="benchmark"
    )
    await MandateServiceStub(desk).UpdateMandate(request, metadata=_OPERATOR)
