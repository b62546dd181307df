"""The memory that 64 of the largest dossiers take in the hub, moving or stalled."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc

from bench.bare import channel
from bench.hub import hub, reference, seed
from bench.load import Sender
from bench.method import resident
from bench.world import PER_SCHOOL

LARGE_BYTES: Final = 25 * 1024 * 1024
MIB: Final = 1024 * 1024
_TRANSFERS: Final = 64
_CHUNK: Final = MIB
"""The largest chunk there may be is the dearest one."""
_SAMPLE_SECONDS: Final = 0.02
_QUIET_SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Resident memory of the hub, in MiB: growth per transfer at its peak, and what stays."""

    peak: float
    kept: float

    def row(self, key: str, name: str) -> str:
        """Return one printed line."""
        return (
            f"{key:<24} {self.peak:5.1f}  MiB per transfer, {_TRANSFERS} of them, {name}; "
            f"{self.kept:.1f} MiB in all stay afterwards"
        )


def memory(folder: Path, certificates: Path, *, stalled: bool) -> Memory:
    """Measure on a hub of its own, whose receiver takes all or nothing."""
    kind = "stalled" if stalled else "moving"
    place = folder / kind
    place.mkdir()
    las_arguments = ("bench.receiver", str(certificates), "zuid", kind)
    with reference(*las_arguments, log=place / "las.log") as las:
        url = f"sqlite:///{place / 'registry.db'}"
        asyncio.run(seed(url, 2 * PER_SCHOOL, f"https://{las.address}"))
        with hub(place, certificates, place / "hub.log") as service:
            return asyncio.run(_measure(service.address, service.pid, certificates))


async def _measure(address: str, pid: int, certificates: Path) -> Memory:
    line = channel(address, certificates, "noord")
    await _send(Sender(line, certificates, MIB, _CHUNK))  # opens the line to the receiver
    sender = Sender(line, certificates, LARGE_BYTES, _CHUNK)
    before = peak = resident(pid)
    sending = asyncio.gather(*(_send(sender) for _ in range(_TRANSFERS)))
    while not sending.done():
        await asyncio.wait([sending], timeout=_SAMPLE_SECONDS)
        peak = max(peak, resident(pid))
    await asyncio.sleep(_QUIET_SECONDS)
    kept = resident(pid) - before
    await line.close()
    return Memory(peak=(peak - before) / _TRANSFERS / MIB, kept=kept / MIB)


async def _send(sender: Sender) -> None:
    """Send one dossier; with a stalled receiver it is never delivered."""
    with suppress(grpc.aio.AioRpcError):
        await sender.call()
