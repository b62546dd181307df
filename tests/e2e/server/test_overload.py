"""Three times too much and more: the excess is shed, and nothing else suffers from it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from bench.bare import channel
from bench.hub import hub, make_pki, seed
from bench.load import resolving
from bench.world import PER_SCHOOL
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.paths import ROOT
from wissel.clients.errors import Refused
from wissel.clients.transport.status_errors import translate

RATE: Final = 12_000
"""Calls a second: far more than one process in Python serves."""
SECONDS: Final = 2.0
SCHOOLS: Final = 20
STREAMS: Final = 100
SPARE: Final = 64 * 1024 * 1024
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("overload")
    make_pki(folder / "pki")
    asyncio.run(
        seed(f"sqlite:///{folder / 'registry.db'}", SCHOOLS * PER_SCHOOL, "https://127.0.0.1:1")
    )
    return folder


@asynccontextmanager
async def flooded(address: str, pki: Path) -> AsyncIterator[dict[str, Any]]:
    """Flood from another process during the block; the dict is filled when it has ended."""
    told: dict[str, Any] = {}
    flood = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.flood", address, str(pki), "duo", str(RATE), str(SECONDS)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield told
        out, _ = await flood.communicate()
        told.update(json.loads(out))
    finally:
        if flood.returncode is None:
            flood.send_signal(signal.SIGKILL)
            await flood.wait()


def resident(pid: int) -> int:
    """Return the bytes that a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE


async def test_an_overload_is_shed_and_leaves_nothing_behind(place: Path) -> None:
    pki = place / "pki"
    with hub(place, pki, place / "hub.log") as service:
        line = channel(service.address, pki, "operator")
        resolve = resolving(line, SCHOOLS)
        health: Any = health_pb2_grpc.HealthStub(line)
        await resolve()
        before = resident(service.pid)

        told_why, healthy = set(), 0
        async with flooded(service.address, pki) as told:
            for _ in range(40):
                try:
                    await resolve()
                except grpc.aio.AioRpcError as error:
                    told_why.add(_reason(error, service.address))
                healthy += (await health.Check(health_pb2.HealthCheckRequest())).status
                await asyncio.sleep(SECONDS / 40)
        await resolve()
        after = resident(service.pid)
        await line.close()

    assert told["unanswered"] == 0
    assert told["served"] + told["refused"] + told["unsent"] == told["offered"]
    assert told["served"] > 0
    assert told["refused"] > 0
    assert told_why <= {"OVERLOADED"}
    assert healthy == 40 * health_pb2.HealthCheckResponse.SERVING
    assert after - before < SPARE


async def test_who_makes_as_many_calls_as_a_connection_holds_is_not_refused(place: Path) -> None:
    pki = place / "pki"
    with hub(place, pki, place / "hub.log") as service:
        line = channel(service.address, pki, "operator")
        resolve = resolving(line, SCHOOLS)

        async def caller() -> None:
            for _ in range(30):
                await resolve()

        await asyncio.gather(*(caller() for _ in range(STREAMS)))
        await line.close()


def _reason(error: grpc.aio.AioRpcError, server: str) -> str:
    """Return the reason that the SDK gives its caller, who is to come back later."""
    refused = translate(error, server)
    assert isinstance(refused, Refused)
    assert refused.retry_after
    return refused.reason
