"""How long copying a mandate to a thousand schools takes, and how long others wait for it."""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc

from bench.bare import channel
from bench.hub import hub, seed
from bench.world import agreement, services
from wissel.clients.testing.cast import NOORD
from wissel.mandate.v1 import mandate_service_pb2 as pb
from wissel.mandate.v1.mandate_service_pb2_grpc import MandateServiceStub
from wissel.routing.facts import AgreementKind, Board, Fact, Location, School, Sector
from wissel.routing.values.identifiers import BoardNumber, Brin, Vestiging
from wissel.school.v1.school_service_pb2 import UpdateBoardRequest
from wissel.school.v1.school_service_pb2_grpc import SchoolServiceStub

_MANDATES: Final = 10_000
_TARGETS: Final = 1_000
_COPIES: Final = 5
"""Of as many services; the slowest counts."""
_BOARD: Final = BoardNumber("99990")
_ACCOUNT: Final = (("wissel-user", "benchmark"),)
_WHY: Final = "benchmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying:
    """The slowest of several copies: in all, and what another writer waited at most."""

    seconds: float
    lock_ms: float


def copying(folder: Path, certificates: Path) -> Copying:
    """Return how long the preview and the copy of a mandate take together, for 1,000 schools.

    Meanwhile another operator changes a board again and again: its longest change is
    what the register's lock was held, and a little more.
    """
    url = f"sqlite:///{folder / 'registry.db'}"
    asyncio.run(seed(url, _MANDATES, "https://127.0.0.1:1", beside=_schools()))
    with hub(folder, certificates, folder / "hub.log") as service:
        measured = asyncio.run(_measured(service.address, certificates))
    return Copying(
        seconds=max(each.seconds for each in measured),
        lock_ms=max(each.lock_ms for each in measured),
    )


def _schools() -> Iterator[Fact]:
    """Yield a board with a school to copy from and a thousand to copy to."""
    yield Board(number=_BOARD, name="Board of many")
    for kind in (AgreementKind.KENNISNET_OSR, AgreementKind.OSO):
        yield agreement(_BOARD, kind)
    for number in range(_TARGETS + 1):
        brin = Brin(f"{number % 100:02}Z{chr(ord('A') + number // 100)}")
        location = Location(
            vestiging=Vestiging(f"{brin}00"),
            name=f"School {brin}",
            source="BENCH",
            sector=Sector.PO,
        )
        yield School(brin=brin, board=_BOARD, source="BENCH", locations=(location,))


async def _measured(address: str, certificates: Path) -> list[Copying]:
    async with (
        channel(address, certificates, "operator") as desk,
        channel(address, certificates, "operator", own=True) as other,
    ):
        return [await _copy(desk, other, service.code) for service in services()[:_COPIES]]


async def _copy(desk: grpc.aio.Channel, other: grpc.aio.Channel, service: str) -> Copying:
    mandates = MandateServiceStub(desk)
    given = await mandates.CreateMandate(
        pb.CreateMandateRequest(
            brin="00ZA", service=service, system_id=NOORD.system_id, reason=_WHY
        ),
        metadata=_ACCOUNT,
    )
    source = given.mandate.mandate_id
    waits: list[float] = []
    writing = asyncio.create_task(_write(other, waits))
    started = time.perf_counter()
    shown = await mandates.PreviewCopy(pb.PreviewCopyRequest(mandate_id=source), metadata=_ACCOUNT)
    done = await mandates.CopyMandate(
        pb.CopyMandateRequest(mandate_id=source, token=shown.token, reason=_WHY),
        metadata=_ACCOUNT,
    )
    seconds = time.perf_counter() - started
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    if done.copy_count != _TARGETS:
        raise RuntimeError("not copied to every school")
    return Copying(seconds=seconds, lock_ms=max(waits) * 1e3)


async def _write(line: grpc.aio.Channel, waits: list[float]) -> None:
    """Change the name of a board again and again, and note the seconds that each takes."""
    schools = SchoolServiceStub(line)
    while True:
        name = f"Board of many, {dt.datetime.now(dt.UTC)}"
        started = time.perf_counter()
        await schools.UpdateBoard(
            UpdateBoardRequest(board_number=_BOARD, name=name, reason=_WHY), metadata=_ACCOUNT
        )
        waits.append(time.perf_counter() - started)
