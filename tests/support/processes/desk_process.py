"""What the service desk does from a process of its own, with the moment of its answer.

A busy test would see an answer late, and then what came after it looks as if it
had come before.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from support.processes.hub_process import HubProcess
from wissel.clients.blocking import Hub
from wissel.clients.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, and when the desk had it."""

    revision: int
    at: dt.datetime


class Desk:
    """The service desk as another process, connected with one of the hub's processes."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    async def call(self, service: type[Any], method: str, request: Any) -> Answered:
        """Make a call and return when it was answered."""
        body = (type(request), request.SerializeToString())
        work = partial(_call, service, method, *body)
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


@asynccontextmanager
async def desk(hub: HubProcess) -> AsyncIterator[Desk]:
    """Let a service desk work beside the test; it ends with the block."""
    keys = hub.place.folder / "pki"
    with ProcessPoolExecutor(
        1, get_context("spawn"), _open, (hub.address, str(keys), str(hub.world.roots))
    ) as pool:
        pool.submit(_warm).result()
        try:
            yield Desk(pool)
        finally:
            pool.submit(_close).result()


_HUBS: list[Hub] = []


def _open(address: str, keys: str, roots: str) -> None:
    folder = Path(keys)
    identity = Identity.load(folder / "operator.pem", folder / "operator.key", Path(roots))
    _HUBS.append(Hub(address, identity, user="testing"))


def _warm() -> None:
    _HUBS[0].whoami()


def _close() -> None:
    _HUBS.pop().close()


def _call(service: type[Any], method: str, kind: type[Any], body: bytes) -> Answered:
    response: Any = _HUBS[0].call(lambda c: getattr(service(c), method), kind.FromString(body))
    return Answered(revision=response.revision, at=dt.datetime.now(dt.UTC))
